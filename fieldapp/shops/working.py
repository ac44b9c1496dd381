"""Long imports are read, written and taken back beside the pages, by the worker; short ones at once."""

import json
import logging
import shutil
from collections.abc import Callable
from time import monotonic, time

from flask_babel import force_locale

from fieldapp.database import forget_connection, now
from fieldapp.errors import Full, storage_problem
from fieldapp.people import Person, may
from fieldapp.shops.importing import Stopped, apply, show
from fieldapp.shops.intake import TEXT, text_of
from fieldapp.shops.plan import ROWS, Plan, Tell, register_of
from fieldapp.shops.register import BadRegister, UnknownColumns
from fieldapp.shops.shop_import import KEPT, OPEN, TRIES, UNCONFIRMED, WAITS, ShopImport, folder
from fieldapp.shops.undoing import undo

EVERY = 1.0  # seconds between two notes of how far the reading is

log = logging.getLogger("fieldapp.shops")


def bring_waiting(stopped: Callable[[], bool] = lambda: False) -> int:
    """Do what waits, the oldest first, until `stopped()`; give how many were begun."""
    begun = 0
    while not stopped() and (run := ShopImport.claim()):
        work(run, stopped)
        begun += 1
    return begun


def work(run: ShopImport, stopped: Callable[[], bool] = lambda: False) -> None:
    """One step of one import: read it, write it or take it back. What fails is said in the row; what is stopped waits again."""
    waits = WAITS[run.state]
    try:
        if run.person and not may(Person.get_or_none(Person.uid == run.person), "shop.import"):
            run.turn("failed", problem="forbidden", stage=waits)
            return
        with force_locale(run.language):
            STEPS[run.state](run, teller(run, stopped))
    except Stopped:
        run.turn(waits, tries=run.tries - 1)
    except Exception as error:
        problem = storage_problem(error)
        log.warning("%s: %s", run.uid, error, exc_info=None if problem else error)
        forget_connection()
        give_up(run, waits, "full" if isinstance(problem, Full) else "busy" if problem else "broken")


def give_up(run: ShopImport, waits: str, problem: str) -> None:
    """A storage that takes nothing now may take it later; a few times."""
    again = problem == "busy" and run.tries < TRIES
    run.turn(waits if again else "failed", problem=problem, stage=waits)


def read(run: ShopImport, tell: Tell) -> None:
    """See what the file would do. What is no register is refused in words; what is one with unknown columns waits to be told."""
    try:
        plan = Plan(run, register_of(text_of(run.folder), run.source), tell).make()
    except UnknownColumns as problem:
        run.turn("asking", header=json.dumps(problem.header), sample=json.dumps(problem.sample), tries=0)
    except BadRegister as problem:
        run.turn("refused", problem=str(problem.message)[:300])
    else:
        show(run, plan)


STEPS: dict[str, Callable[[ShopImport, Tell], None]] = {"reading": read, "applying": apply, "undoing": undo}


def teller(run: ShopImport, stopped: Callable[[], bool]) -> Tell:
    """Notes now and then how far it is; raises Stopped where whoever works is to end or another has taken it over."""
    noted = monotonic()

    def tell(done: int, steps: int) -> None:
        nonlocal noted
        if stopped():
            raise Stopped
        if run.state == "reading" and monotonic() > noted + EVERY:
            if not run.put(done=done, rows=steps):
                raise Stopped
            noted = monotonic()

    return tell


def tidy_imports() -> None:
    """Take up what a killed process left, end what nobody confirms, and remove files whose time is over."""
    for run in list(ShopImport.select().where(ShopImport.state.in_(list(WAITS)))):
        if run.is_dead:
            waits = WAITS[run.state]
            run.turn(waits if run.tries < TRIES else "failed", problem="broken", stage=waits)
    for run in list(ShopImport.select().where(ShopImport.state.in_(("shown", "asking")), ShopImport.changed_at < now() - UNCONFIRMED)):
        run.turn("dropped")
    sweep()


def sweep() -> None:
    """Remove the files of what is done with; what became of each row stays a while longer, and what has no row goes after a day."""
    places = {place.name: place for place in folder().iterdir() if place.is_dir()}
    known = {run.uid: run for run in ShopImport.select().where(ShopImport.uid.in_(list(places)))}
    for name, place in places.items():
        run = known.get(name)
        old = place.stat().st_mtime < time() - UNCONFIRMED.total_seconds() if run is None else run.changed_at < now() - KEPT
        if (run is None and old) or (run and (run.state in ("refused", "dropped") or (old and run.state not in OPEN))):
            shutil.rmtree(place, ignore_errors=True)
        elif run and run.state in ("done", "undone"):
            for file in (TEXT, ROWS):
                (place / file).unlink(missing_ok=True)
