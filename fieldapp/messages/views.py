from flask import Blueprint, current_app, g, request

from fieldapp.database import writing
from fieldapp.errors import NotFound
from fieldapp.events import accessed
from fieldapp.form import UUID, Reader
from fieldapp.messages.delivery import gateway_is_set
from fieldapp.messages.message import FAILED, Message
from fieldapp.messages.text import source, versions
from fieldapp.messages.words import CHANNELS, STATES, TEMPLATES
from fieldapp.web import LANGUAGES, allow, go, page

messages = Blueprint("messages", __name__)

ROWS = 50  # on one page of the list


@messages.get("/messages")
@allow("message.see")
def index():
    form = Reader(request.args.to_dict(flat=False))
    state = form.choice("state", STATES)
    rows = page_of(state, request.args.get("before", ""))
    shown, more = rows[:ROWS], rows[ROWS:]
    if shown:
        accessed("message.list", [])
    settings = current_app.config["SETTINGS"]
    return page(
        "messages/index.html", status=422 if form.errors else 200, rows=shown, state=state, problems=form.errors, failed=FAILED,
        missing=[channel for channel in CHANNELS if not gateway_is_set(channel, settings)], channels=CHANNELS, states=STATES,
        templates=TEMPLATES, more=shown[-1].uid if more else "")


def page_of(state: str, before: str) -> list[Message]:
    """The latest first; keys sort by the time they were made."""
    rows = Message.select().order_by(Message.uid.desc()).limit(ROWS + 1)
    if state:
        rows = rows.where(Message.state == state)
    return list(rows.where(Message.uid < before) if UUID.fullmatch(before) else rows)


@messages.post("/messages/<uid>/retry")
@allow("message.retry")
def retry(uid: str):
    message = Message.get_or_none(Message.uid == uid)
    if message is None:
        raise NotFound()
    with writing():
        message.retry(g.person.uid)
    return go(f"/messages#message-{uid}")


@messages.get("/messages/templates")
@allow("message.see")
def texts():
    """What every version of every template says, the newest first."""
    told = {template: [(version, {language: source(template, version, language) for language in LANGUAGES})
                       for version in reversed(numbers)] for template, numbers in versions().items()}
    return page("messages/texts.html", texts=told, templates=TEMPLATES)
