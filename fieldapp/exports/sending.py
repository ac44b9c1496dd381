"""A list that goes out while it is read: what is wrong before the first rows is told on a page, what breaks later ends the stream."""

import logging
from collections.abc import Iterator
from itertools import chain, islice
from urllib.parse import quote

from flask import Response, stream_with_context

from fieldapp.database import SEOUL
from fieldapp.errors import Problem, storage_problem
from fieldapp.events import seen_by
from fieldapp.exports.export import Export
from fieldapp.exports.formats import MIMETYPES, STREAMED
from fieldapp.exports.lists import LISTS
from fieldapp.exports.progress import Progress
from fieldapp.exports.wish import Wish
from fieldapp.people import Person

log = logging.getLogger("fieldapp.exports")


def streamed(export: Export, wish: Wish, person: Person) -> Response:
    """The file's bytes, while they are made. Whose data goes out is noted before any of it does; who came meanwhile, at the end."""
    known, progress = wish.of.whose(person, wish.asked), Progress(export)
    note_seen(export, known)
    table = wish.table_for(person)
    pieces = STREAMED[export.format](table, progress.follow(table.batches()))
    try:
        begun = list(islice(pieces, 2))  # the head and the first rows
    except Exception:
        export.turn("failed", problem="broken")
        raise
    answer = Response(stream_with_context(until_the_end(export, chain(begun, pieces), progress, known)), mimetype=MIMETYPES[export.format])
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name(export))}"
    return answer


def note_seen(export: Export, shops: list[str]) -> None:
    seen_by(export.person, f"export.{export.what}", shops, f"/exports/{export.uid}", export.address)


def until_the_end(export: Export, pieces: Iterator[bytes], progress: Progress, known: list[str]) -> Iterator[bytes]:
    """The pieces; afterwards the row says whether all of them went out."""
    state = "cut"
    try:
        yield from pieces
        state = "sent"
    finally:
        if late := progress.shops.difference(known):
            note_seen(export, list(late))
        try:
            export.turn(state, done=export.done)
        except Exception as error:
            if storage_problem(error) is None and not isinstance(error, Problem):
                raise
            log.warning("%s was %s after %s rows, which is not stored: %s", export.uid, state, export.done, error)


def file_name(export: Export) -> str:
    return f"{LISTS[export.what].title}_{export.created_at.astimezone(SEOUL):%Y%m%d_%H%M}.{export.format}".replace(" ", "_")
