"""Worker processes with threads that do things at the same moment, as gunicorn's do on one database."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Self

from flask import Flask

from fieldapp import create_app
from fieldapp.config import Config
from fieldapp.database import db, uuid7, writing
from fieldapp.referrals import Actor, Order, Referral, carry_out
from fieldapp.worktime import Clock, Closure

LEAD = 0.03  # seconds until all begin
context = get_context("spawn")
Task = tuple[Callable, tuple]


@dataclass(frozen=True)
class Outcome:
    """What one of them came to: `how` is "done" or the error's name."""

    how: str
    found: object = None
    told: str = ""


def give(referral: str, order: Order, by: Actor) -> tuple[str, int]:
    after = carry_out(Referral.get_by_id(referral), order, by)
    return after.state, after.version


def tick(moment: datetime) -> int:
    return Clock.tick(moment)


def close_office(day: date) -> str:
    with writing():
        return Closure.add("", day, day, "가상 휴무").uid


def order(command: str, version: int, uid: str = "", **form: str) -> Order:
    return Order(uid or uuid7(), command, version, form)


class Crowd:
    """`with Crowd() as crowd: crowd.enter(config); crowd.at_once([(give, (uid, order, by)), …])`: 16 at once, in two processes."""

    def __init__(self, processes: int = 2) -> None:
        self._lines: list[Connection] = []
        for _number in range(processes):
            here, there = context.Pipe()
            context.Process(target=work, args=(there,), daemon=True).start()
            self._lines.append(here)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        for line in self._lines:
            line.send(None)

    def enter(self, config: Config) -> None:
        """Go to work in this office."""
        for line in self._lines:
            line.send(config)
        for line in self._lines:
            assert line.recv() == "ready"

    def at_once(self, tasks: list[Task]) -> list[Outcome]:
        """Do all of them at the same moment, dealt out to the processes; what each came to, in the order of `tasks`."""
        start, hands = time.monotonic() + LEAD, len(self._lines)
        for number, line in enumerate(self._lines):
            line.send((tasks[number::hands], start))
        answers = [line.recv() for line in self._lines]
        return [answers[place % hands][place // hands] for place in range(len(tasks))]


def work(line: Connection) -> None:
    """A process that does what comes over the line: an office to enter, or tasks and when to begin."""
    app = None
    with ThreadPoolExecutor(16) as pool:
        while errand := line.recv():
            if isinstance(errand, Config):
                app = create_app(errand)
                db.close()
                line.send("ready")
            else:
                tasks, start = errand
                line.send(list(pool.map(done, [app] * len(tasks), tasks, [start] * len(tasks))))


def done(app: Flask, task: Task, start: float) -> Outcome:
    act, told = task
    with app.test_request_context():
        db.connect(reuse_if_open=True)
        time.sleep(max(0, start - time.monotonic()))
        try:
            return Outcome("done", act(*told))
        except Exception as error:
            return Outcome(type(error).__name__, getattr(error, "fields", None), repr(error.__cause__ or error.__context__ or error))
        finally:
            db.close()
