"""What a gateway may answer when it doesn't take a message."""


class NotNow(Exception):
    """It may be taken later, after `seconds` if the gateway said so; `down` means that no other message would be taken now either."""

    def __init__(self, reason: str, *, seconds: int | None = None, down: bool = False):
        super().__init__(reason)
        self.seconds, self.down = seconds, down


class Never(Exception):
    """It will not be taken, however often it is sent."""
