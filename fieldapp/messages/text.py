"""What a message says: text files by template, version and language. Old versions stay, so that it can be shown as it was."""

import json
from functools import cache
from typing import NamedTuple

from flask_babel import force_locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.meta import find_undeclared_variables

from fieldapp import dates
from fieldapp.config import HOME
from fieldapp.form import read_instant
from fieldapp.messages.link import address_of
from fieldapp.worktime import KINDS

FOLDER = HOME / "templates" / "messages"


class Text(NamedTuple):
    title: str
    body: str


@cache
def versions() -> dict[str, list[int]]:
    """Every template with its versions, the oldest first."""
    found: dict[str, set[int]] = {}
    for file in FOLDER.glob("*.txt"):
        template, version, _language, _txt = file.name.split(".")
        found.setdefault(template, set()).add(int(version))
    return {template: sorted(found[template]) for template in sorted(found)}


def source(template: str, version: int, language: str) -> str:
    return (FOLDER / _file(template, version, language)).read_text()


@cache
def needed(template: str, version: int, language: str) -> set[str]:
    """The facts without which this text can't be written."""
    return find_undeclared_variables(_environment().parse(source(template, version, language)))


def render(template: str, version: int, language: str, facts: str) -> Text:
    """Title and body, with links made now. Needs an application's context, and no request."""
    known = {name: address_of(fact) if isinstance(fact, dict) else fact for name, fact in json.loads(facts).items()}
    with force_locale(language):
        text = _environment().get_template(_file(template, version, language)).render(known)
    title, _line, body = text.partition("\n")
    return Text(title.strip(), body.strip() + "\n")


def _file(template: str, version: int, language: str) -> str:
    return f"{template}.{version}.{language}.txt"


@cache
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=False)  # plain text, never a page
    made.filters.update(moment=lambda text: dates.moment(read_instant(text or "")), clock=lambda kind: str(KINDS.get(kind, kind)))
    return made
