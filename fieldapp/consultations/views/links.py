"""Pages that a signed link opens without an account. Every link that opens nothing gets one and the same answer."""

from collections.abc import Callable
from functools import wraps

from flask import Response, request

from fieldapp.errors import NotFound
from fieldapp.people import limit_sending
from fieldapp.web import page

DAY = 86_400  # seconds
MOST_ANSWERS = 30  # from one address in five minutes


def telling_nothing(view: Callable[..., Response]) -> Callable[..., Response]:
    """Answer alike whether a link is wrong, too old, used, made for something else, or of what is gone."""
    @wraps(view)
    def shown(**parts: str) -> Response:
        if request.method == "POST":
            limit_sending(f"link:{request.remote_addr}", MOST_ANSWERS)
        try:
            return view(**parts)
        except NotFound:
            return page("mine/nothing.html", 404)
    return shown
