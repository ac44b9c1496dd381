"""The shipped application with one thing changed: what can't be brought about from outside, and planted bugs.

For `server.start("tests.sync.bad_servers:dies_in_a_batch()")`.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

from flask import Flask

from fieldapp import assets, create_app, durable
from fieldapp.database import db, uuid7, writing
from fieldapp.sync import Received, commands

DIES_AFTER = 7
ANOTHER_BUILD = "0123456789ab"


def dies_in_a_batch() -> Flask:
    """Is killed, master and all, when so many records have been committed and their batch is not yet answered."""
    numbers = count(1)

    def answer(entry, carrier):
        found = real(entry, carrier)
        if next(numbers) == DIES_AFTER:
            os.kill(os.getppid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    real, commands.answer = commands.answer, answer
    return create_app()


def another_build() -> Flask:
    """The next version, as far as a phone's shell is concerned."""
    assets.build_name = lambda: ANOTHER_BUILD
    return create_app()


def knows_version_2() -> Flask:
    commands.COMMANDS["visit.record", 2] = commands.COMMANDS["visit.record", 1]
    return create_app()


def stumbles() -> Flask:
    """Has a bug that one record meets."""
    def record_visit(form, *more):
        if form.get("memo") == "걸림돌":
            raise ZeroDivisionError("a bug of ours")
        return real(form, *more)

    real = with_command(record_visit)
    return create_app()


def with_command(function: Callable) -> Callable:
    before = commands.COMMANDS["visit.record", 1]
    commands.COMMANDS["visit.record", 1] = function
    return before


class Forgotten(Exception):
    pass


def acknowledges_and_forgets() -> Flask:
    """Planted: one record in five is rolled back after it was answered as created."""
    numbers = count(1)

    def take(command, carrier):
        if "photo" in command.form or next(numbers) % 5:
            return real(command, carrier)
        try:
            with writing():
                found = real(command, carrier)
                raise Forgotten
        except Forgotten:
            return found

    real, commands.take = commands.take, take
    return create_app()


def records_twice() -> Flask:
    """Planted: what comes again is not recognised by its id."""
    def take(command, carrier):
        if Received.get_or_none(Received.uid == command.uid):
            command = replace(command, uid=uuid7(), origin=replace(command.origin, uid=uuid7()))
        return real(command, carrier)

    real, commands.take = commands.take, take
    return create_app()


def syncs_nothing() -> Flask:
    """Planted: neither the database nor the photos are brought to the disk before the answer."""
    app = create_app()
    db.obj.pragma("synchronous", "off", permanent=True)
    vars(durable)["os"] = SimpleNamespace(**{**vars(os), "fsync": lambda number: None})
    return app


def serving(*changes: tuple[str, str, str]) -> Flask:
    """The next version, with changes in the phone's modules: the module, what stands there, and what stands there instead."""
    def make(self, folder: Path) -> None:
        real(self, folder)
        for module, old, new in changes:
            file = self.root / "js" / module
            text = file.read_text()
            assert old in text, f"{module} no longer says: {old}"
            file.write_text(text.replace(old, new))
            for packed in (".br", ".gz"):
                file.with_name(file.name + packed).unlink(missing_ok=True)

    real, assets.Assets._make = assets.Assets._make, make  # type: ignore[method-assign]
    return another_build()


ANY_BODY = ("outbox/sender.js", 'if (!body || typeof body !== "object") throw new Trouble("network", wait);', "body ??= {};")


def phone_deletes_on_any_200() -> Flask:
    """Planted: the phone lets go of a record without having seen its own hash in the answer."""
    return serving(ANY_BODY, ("outbox/records.js", "if (answer?.hash === record.hash) await accept(store, record, answer);",
                              "if (retryAfter === undefined) await finish(store, { ...record, missing: [] });"))


def phone_deletes_photos_on_any_200() -> Flask:
    """Planted: the phone lets go of a photo without having seen its own hash in the answer."""
    return serving(ANY_BODY, ("outbox/photos.js", "if (status === 200 && body.sha256 === sha) return arrived(sha, body.missing);",
                              "if (status === 200) return arrived(sha, { [id]: [] });"))


def phone_changes_what_it_has_sent() -> Flask:
    """Planted: what is edited after it was sent keeps its id."""
    return serving(("outbox/store.js", "(record.frozen || record.hash !== draft.base)", "false"),
                   ("outbox/revise.js", "return record.frozen ?", "return false ?"))


def phone_keeps_what_was_said_in_clear() -> Flask:
    """Planted: of a record the form goes into its box, and the text that is sent stays open beside it."""
    return serving(("outbox/vault.js", 'records: ["form", "text"]', 'records: ["form"]'))


def phone_seals_nothing() -> Flask:
    """Planted: the key that opens what is sealed stays beside it."""
    return serving(("outbox/sealing.js", "envelope: { ...envelope, own: null }", "envelope"))


def phone_says_saved_too_early() -> Flask:
    """Planted: the card is shown while the record is not yet in the phone's storage."""
    return serving(("visit.js", "const record = draft?.author && await save(draft);",
                                "const record = { ...draft, state: 'queued', savedAt: Date.now() }; setTimeout(() => save(draft), 60000);"))
