"""Visits a second over real HTTP, beside a bare Flask app, bare Pillow and the machine's own limits."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import limits, memory
from bench.phones import BATCH, Phones, Sent, context, percentile
from bench.photos import bare_pillow, taken
from bench.street import Street
from bench.table import Table, at_least, at_most, progress

SINGLE, BATCHES = "one by one", f"in batches of {BATCH}"
PHOTOS, BATCHED_PHOTOS = f"{SINGLE}, two photos each", f"{BATCHES}, two photos each"
PEER, PILLOW = "bare Flask", "bare Pillow"
SHOPS = 200
LOG_INS = 8


@dataclass(frozen=True)
class Pace:
    """How many phones, how many rounds of each kind, and how long one lasts in seconds."""

    phones: tuple[int, ...] = (1, 4, 8, 16)
    rounds: int = 3
    seconds: float = 2
    with_photos: float = 3
    log_ins: float = 6


FULL, QUICK = Pace(), Pace(phones=(1, 8), rounds=1, seconds=0.5, with_photos=0.8, log_ins=2)


@dataclass
class Found:
    """What one number of phones gave: a rate for each round (visits a second) and all request times, by what was done."""

    rates: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    busy: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def note(self, what: str, sent: Sent | float) -> None:
        if not isinstance(sent, Sent):
            return self.rates[what].append(sent)
        self.rates[what].append(sent.rate)
        self.busy[what].append(sent.processor / sent.visits * 1000)
        for method, times in sent.seconds.items():
            self.seconds[what][method] += times

    def rate(self, what: str) -> float:
        return median(self.rates[what])

    def ratio(self, what: str, other: str) -> float:
        """The median of the rounds' ratios: what is compared met the same machine in the same seconds."""
        return median(one / two for one, two in zip(self.rates[what], self.rates[other], strict=True))


def measure(folder: Path, quick: bool = False) -> Iterator[Table]:
    pace = QUICK if quick else FULL
    street = Street(folder, max(*pace.phones, LOG_INS), SHOPS)
    jpegs = [taken(number) for number in range(4)]
    alone = ProcessPoolExecutor(1, mp_context=context)
    with alone, Phones(street.people, street.shops, jpegs) as phones:
        with street.office.server, street.peer:
            found = {count: rounds(street, phones, alone, jpegs, count, pace) for count in pace.phones}
        yield from (throughput(found, pace), times(found), machine(found))
        with street.office.server as server, memory.watched(server) as peak:
            progress(f"memory: {LOG_INS} phones log in and send")
            logged_in = phones.send(server, LOG_INS, pace.log_ins, photos=2, log_in=True)
        yield footprint(peak, logged_in)


def rounds(street: Street, phones: Phones, alone: ProcessPoolExecutor, jpegs: list[bytes], count: int, pace: Pace) -> Found:
    """Every kind once a round, in turned order every second round, so that what drifts falls on all alike."""
    office, peer = street.office.server, street.peer
    kinds: dict[str, Callable[[], Sent | float]] = {
        SINGLE: lambda: phones.send(office, count, pace.seconds),
        PEER: lambda: phones.send(peer, count, pace.seconds),
        BATCHES: lambda: phones.send(office, count, pace.seconds, batch=BATCH),
        PHOTOS: lambda: phones.send(office, count, pace.with_photos, photos=2),
        PILLOW: lambda: alone.submit(bare_pillow, str(street.folder / "bare"), jpegs, count, pace.with_photos).result() / 2,
        BATCHED_PHOTOS: lambda: phones.send(office, count, pace.with_photos, batch=BATCH, photos=2),
        "commits": lambda: limits.commits(street.folder, pace.seconds / 4),
        "fsyncs": lambda: limits.fsyncs(street.folder, pace.seconds / 4),
    }
    found = Found()
    for server in (office, peer):
        phones.send(server, count, pace.seconds / 4)
    for number in range(pace.rounds):
        for what in list(kinds)[:: -1 if number % 2 else 1]:
            progress(f"{count} phones, round {number + 1} of {pace.rounds}: {what}")
            found.note(what, kinds[what]())
            street.forget_photos()
    return found


def throughput(found: dict[int, Found], pace: Pace) -> Table:
    rounds = f"{pace.rounds} alternating rounds of {pace.seconds:g} s, with photos {pace.with_photos:g} s; medians"
    table = Table(f"Visits a second over HTTP ({rounds})", ["fieldapp", "phones", "visits/s", "beside it", "visits/s", "ratio", "target"])
    for what, beside, target in ((SINGLE, PEER, 0.5), (BATCHES, SINGLE, 1.3), (PHOTOS, PILLOW, 0.6), (BATCHED_PHOTOS, PILLOW, 0.6)):
        for count, one in found.items():
            ratio = one.ratio(what, beside)
            table.add(what, count, one.rate(what), beside, one.rate(beside), ratio, at_least(ratio, target))
    return table


def times(found: dict[int, Found]) -> Table:
    table = Table("Request times in ms, and what the server's processes were busy for a visit",
                  ["request", "phones", "requests", "p50", "p95", "p99", "busy", "target for p95"])
    for what, method in ((SINGLE, "POST"), (PEER, "POST"), (BATCHES, "POST"), (PHOTOS, "PUT")):
        for count, one in found.items():
            seconds = one.seconds[what][method]
            p50, p95, p99 = (percentile(seconds, part) for part in (0.5, 0.95, 0.99))
            target = at_most(p95, 80) if what == SINGLE and count == 8 else ""
            table.add(f"{method} {what}", count, len(seconds), p50, p95, p99, median(one.busy[what]), target)
    return table


def machine(found: dict[int, Found]) -> Table:
    table = Table("What the disk can do, in the same rounds", ["", "a second", "fieldapp's visits one by one, at best"])
    best = max(one.rate(SINGLE) for one in found.values())
    for what, text in (("commits", "SQLite commits of one small row, WAL, synchronous=FULL"), ("fsyncs", "4 KB written and fsynced")):
        rate = median(rate for one in found.values() for rate in one.rates[what])
        table.add(text, rate, f"{best / rate:.0%} of it")
    return table


def footprint(peak: memory.Peak, logged_in: Sent) -> Table:
    table = Table(f"Memory of all the server's processes while {LOG_INS} phones log in, send a visit with two photos, and log in again",
                  ["", "at most", "target"])
    table.add("resident, shared pages counted once (PSS)", f"{peak.shared:.0f} MB", at_most(peak.shared, 150, " MB"))
    table.add("the processes' resident sizes added up (RSS)", f"{peak.resident:.0f} MB", "")
    table.add("log-ins meanwhile", len(logged_in.seconds["log-in"]), "")
    return table
