"""Long sheets are made beside the pages, by the worker: the job is a row, and the file has its name only once it stands whole."""

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from flask import current_app
from flask_babel import force_locale

from fieldapp import durable
from fieldapp.database import forget_connection, now
from fieldapp.errors import Full, storage_problem
from fieldapp.events import seen_by
from fieldapp.exports.export import KEPT, SILENT, TRIES, Export
from fieldapp.exports.formats import XLSX, write_xlsx
from fieldapp.exports.progress import Progress, Stopped
from fieldapp.people import Person, may

log = logging.getLogger("fieldapp.exports")


def folder() -> Path:
    return Path(current_app.config["DATA"]) / "exports"


def place_of(export: Export) -> Path:
    return folder() / f"{export.uid}.{XLSX}"


def make_waiting(stopped: Callable[[], bool] = lambda: False) -> int:
    """Make what waits, the oldest first, until `stopped()`; give how many were begun."""
    begun = 0
    while not stopped() and (export := Export.claim()):
        make(export, stopped)
        begun += 1
    return begun


def make(export: Export, stopped: Callable[[], bool] = lambda: False) -> None:
    """Make one file. What fails is said in the row; what is stopped waits again; neither leaves anything in the folder."""
    try:
        person = Person.get_or_none(Person.uid == export.person)
        if not (may(person, "list.export") and may(person, export.wish.of.verb)):
            export.turn("failed", problem="forbidden")
            return
        with force_locale(export.language):
            write(export, person, Progress(export, stopped))
    except Stopped:
        export.turn("waiting", tries=export.tries - 1)
    except Exception as error:
        problem = storage_problem(error)
        log.warning("%s: %s", export.uid, error, exc_info=None if problem else error)
        forget_connection()
        give_up(export, "full" if isinstance(problem, Full) else "busy" if problem else "broken")


def give_up(export: Export, problem: str) -> None:
    """A storage that takes nothing now may take it later; a few times."""
    export.turn("waiting" if problem == "busy" and export.tries < TRIES else "failed", problem=problem)


def write(export: Export, person: Person, progress: Progress) -> None:
    """Everything into a folder of its own beside the others, then the file gets its name, and then the row says so."""
    durable.make_folder(folder())
    with tempfile.TemporaryDirectory(prefix=f"{durable.UNFINISHED}{export.uid}-", dir=folder()) as made:
        table, file = export.wish.table_for(person), Path(made) / "sheet.xlsx"
        write_xlsx(table, progress.follow(table.batches()), file)
        with file.open("rb") as whole:
            digest = hashlib.file_digest(whole, "sha256").hexdigest()
        size = file.stat().st_size
        durable.settle(file, place_of(export))
    seen_by(export.person, f"export.{export.what}", list(progress.shops), f"/exports/{export.uid}", export.address)
    export.turn("ready", size=size, sha256=digest, done=export.done)


def tidy() -> None:
    """Remove files whose time is over and what a killed worker has left; what nobody tells of any more waits again or was cut off."""
    expired = Export.select().where(Export.state == "ready", Export.changed_at < now() - KEPT)
    silent = Export.select().where(Export.state.in_(("making", "sending")), Export.changed_at < now() - SILENT)
    for export in list(expired):
        export.turn("removed")
    for export in list(silent):
        if export.state == "sending":
            export.turn("cut")
        else:
            export.turn("waiting" if export.tries < TRIES else "failed", problem="broken")
    sweep()


def sweep() -> None:
    """Take away whatever stands in the folder and belongs to no export that is being made or can be had."""
    if not folder().is_dir():
        return
    names = {name: name.removeprefix(durable.UNFINISHED)[:36] for name in (one.name for one in folder().iterdir())}
    kept = Export.select(Export.uid).where(Export.uid.in_(set(names.values())), Export.state.in_(("making", "ready")))
    wanted = {row.uid for row in kept}
    for name, uid in names.items():
        if uid not in wanted:
            remove(folder() / name)


def remove(place: Path) -> None:
    with suppress(FileNotFoundError):  # another has removed it
        shutil.rmtree(place) if place.is_dir() else place.unlink()
