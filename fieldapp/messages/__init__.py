"""알림 messages: what is told to people outside the pages, kept in a table until it has arrived.

`Message.put` keeps a message in the transaction of what it tells; pages never open a connection. `deliver_due` takes
what is due to its gateway, mail or text, from the worker's process alone. `make_link` and `read_link` are how a message
opens one thing without an account.
"""

from fieldapp.messages.delivery import deliver_due
from fieldapp.messages.link import make_link, read_link
from fieldapp.messages.message import MAIL, TEXT, Message
from fieldapp.messages.words import CHANNELS, STATES, TEMPLATES

MODELS = [Message]
__all__ = ["CHANNELS", "MAIL", "MODELS", "STATES", "TEMPLATES", "TEXT", "Message", "deliver_due", "make_link", "read_link"]
