"""A register brought in: a gu's first quarter, its second, and a whole city's file, beside a csv.reader that only reads it.

The quarters are made up from a seed, in the 39 columns as they are published. Each round has an office of its own.
"""

import csv
import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median

from bench.memory import MB, watched
from bench.phones import percentile
from bench.table import Table, at_most, progress
from fieldapp import create_app, events
from fieldapp.config import HOME, Config
from fieldapp.database import db, writing
from fieldapp.shops import Shop, ShopImport
from fieldapp.shops.columns import SEMAS
from fieldapp.shops.importing import apply, digest_of, show
from fieldapp.shops.plan import Plan, register_of
from fieldapp.shops.undoing import undo
from fieldapp.zones.importing import import_zones
from tests.office import Office
from tests.published import MADE_UP

FIRST, SECOND, MEMORY, WAIT = 20, 10, 200, 500  # targets: seconds, seconds, MB, ms
OWN, OTHERS = "99320", ("99110", "99140", "99170", "99200")  # 시군구코드 of the made-up borders, and of others
TRADES = (("I20101", "백반/한정식"), ("I21201", "카페"), ("S20701", "미용실"), ("G20405", "편의점"), ("I21001", "빵/도넛"))
BETWEEN = 0.02  # seconds between two writes of a phone
BOUNDARY = "made-up-boundary"


@dataclass(frozen=True)
class Pace:
    rounds: int = 3
    rows: int = 20_000
    city: int = 200 * MB  # bytes


FULL, QUICK = Pace(), Pace(1, 600, 2 * MB)


@dataclass
class Times:
    """Seconds of each round; `reader` is csv.reader alone over the same file, `waits` what a phone's write beside took."""

    first_plan: list[float] = field(default_factory=list)
    first_write: list[float] = field(default_factory=list)
    second_plan: list[float] = field(default_factory=list)
    second_write: list[float] = field(default_factory=list)
    undone: list[float] = field(default_factory=list)
    reader: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


def measure(folder: Path, quick: bool = False) -> Iterator[Table]:
    pace, times = QUICK if quick else FULL, Times()
    quarters = [quarter(folder / f"상가정보_{name}.csv", pace.rows, number) for number, name in enumerate(("202603", "202606"))]
    for number in range(pace.rounds):
        progress(f"a gu's register, round {number + 1} of {pace.rounds}")
        once(folder / f"round-{number}", quarters, times)
    yield of_a_gu(times, pace, quarters[0].stat().st_size)
    progress(f"a city's file of {pace.city / MB:.0f} MB")
    yield of_a_city(folder / "city", city(folder / "city.csv", pace.city), pace)


def once(folder: Path, quarters: list[Path], times: Times) -> None:
    office = in_office(folder)
    with office.app.app_context():
        times.reader.append(seconds(read_alone, quarters[0]))
        planned(quarters[0], times.first_plan)
        written(times.first_write)
        assert Shop.select().where(Shop.source == "semas").count() == ShopImport.get().was_written["new"]
        planned(quarters[1], times.second_plan)
        with phone_beside(folder, times.waits):
            written(times.second_write)
        run = latest()
        with writing():
            run.take_back("")
        times.undone.append(seconds(undo, ShopImport.claim(run.uid), nobody))
    db.close()


def in_office(folder: Path) -> Office:
    folder.mkdir()
    office = Office(folder)
    with office.app.app_context():
        import_zones(MADE_UP / "dongs_twin.geojson")
    return office


def nobody(_done: int, _steps: int) -> None:
    """Who is told how far it is."""


def latest() -> ShopImport:
    return ShopImport.select().order_by(ShopImport.uid.desc()).get()


def planned(file: Path, times: list[float]) -> None:
    """What the worker does of a file that has arrived, until it is shown."""
    run = ShopImport.receive(file=file.name, sha256=digest_of(file), size=file.stat().st_size, only_own=True)
    run = ShopImport.claim(run.uid) or run
    times.append(seconds(lambda: show(run, Plan(run, register_of(file, ""), nobody).make())))


def written(times: list[float]) -> None:
    run = latest()
    run.confirm("")
    times.append(seconds(apply, ShopImport.claim(run.uid), nobody))


@contextmanager
def phone_beside(folder: Path, waits: list[float]) -> Iterator[None]:
    """A process of its own, as the server is beside the worker, writes a small row every now and then; notes how long each took."""
    phone = subprocess.Popen([sys.executable, "-m", "bench.imports", str(folder), "phone"], cwd=HOME, text=True, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    assert phone.stdin and phone.stdout
    phone.stdout.readline()  # it has begun
    try:
        yield
    finally:
        told, _nothing = phone.communicate()
        waits += map(float, told.split())


def write_small_rows() -> None:
    """Until standard input ends; then prints the seconds that each took."""
    over, waits = threading.Event(), []

    def listen() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=listen, daemon=True).start()
    print(flush=True)
    while not over.wait(BETWEEN):
        waits.append(seconds(write_one))
    print(*waits, sep="\n")


def write_one() -> None:
    with writing():
        events.record("bench.phone", "bench")


def seconds(work: Callable, *told) -> float:
    began = time.monotonic()
    work(*told)
    return time.monotonic() - began


def read_alone(file: Path) -> None:
    with file.open(encoding="cp949", newline="") as lines:
        for _cells in csv.reader(lines):
            pass


def of_a_gu(times: Times, pace: Pace, size: int) -> Table:
    table = Table(f"A gu's register: {pace.rows} rows of 39 columns, {size / MB:.1f} MB in CP949; s, medians of {pace.rounds} rounds",
                  ["what", "seconds", "csv.reader", "times", "target"])
    first = [plan + write for plan, write in zip(times.first_plan, times.first_write, strict=True)]
    for name, found, target in (
            ("the first quarter, shown and saved", first, at_most(median(first), FIRST, " s")),
            ("of which shown", times.first_plan, ""),
            ("the second quarter, shown", times.second_plan, at_most(median(times.second_plan), SECOND, " s")),
            ("the second quarter, saved", times.second_write, ""), ("and undone", times.undone, "")):
        ratio = median(one / alone for one, alone in zip(found, times.reader, strict=True))
        table.add(name, median(found), median(times.reader), ratio, target)
    longest = max(times.waits) * 1000
    table.notes.append(f"A phone's write while the second quarter is saved, {len(times.waits)} of them: p50 "
                       f"{percentile(times.waits, 0.5):.1f} ms, p95 {percentile(times.waits, 0.95):.1f} ms, longest {longest:.0f} ms "
                       f"({at_most(longest, WAIT, ' ms')}).")
    return table


def of_a_city(folder: Path, file: Path, pace: Pace) -> Table:
    office = in_office(folder)
    table = Table(f"A file of {pace.city / MB:.0f} MB: the most memory above what the process has, MB", ["what", "seconds", "MB", "target"])
    with office.server as server, watched(server) as peak:
        before = peak_now(server)
        took = seconds(send, office, file)
        time.sleep(0.05)  # the watcher looks every 20 ms
    table.add("sent to the server", took, peak.resident - before, at_most(peak.resident - before, MEMORY, " MB"))
    for name, who in (("shown, one row in twenty is ours", "own"), ("shown, every row is taken", "all")):
        command = [sys.executable, "-m", "bench.imports", str(folder), who, str(file)]
        took, more = map(float, subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True).stdout.split())
        table.add(name, took, more, at_most(more, MEMORY, " MB"))
    return table


def peak_now(server) -> float:
    return sum(process.memory_info().rss for process in server.processes()) / MB


def send(office: Office, file: Path) -> None:
    """Post the file as a form does, from the disk."""
    head = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="city.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n").encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    line = http.client.HTTPConnection(office.server.url.removeprefix("http://"), timeout=600)
    line.putrequest("POST", "/shops/imports")
    for name, value in {"Cookie": "; ".join(f"{name}={value}" for name, value in office.cookies("supervisor").items()),
                        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Sec-Fetch-Site": "same-origin",
                        "Content-Length": str(len(head) + file.stat().st_size + len(tail))}.items():
        line.putheader(name, value)
    line.endheaders(head)
    with file.open("rb") as body:
        while block := body.read(1 << 20):
            line.send(block)
    line.send(tail)
    answer = line.getresponse()
    assert answer.status == 303, answer.read()
    line.close()


def quarter(file: Path, rows: int, number: int, seed: int = 7) -> Path:
    """A gu's register; of a later one a fiftieth is gone, a fiftieth new, and a thirtieth has another name."""
    chance = Random(seed)
    with file.open("w", encoding="cp949", newline="") as out:
        table = csv.DictWriter(out, SEMAS, lineterminator="\n", restval="")
        table.writeheader()
        for place in range(rows):
            row = row_of(chance, place, OWN)
            if number and place % 50 == 7:
                row["상가업소번호"] = f"MA9{place:018d}"
            if number and place % 30 == 3:
                row["상호명"] += " 새이름"
            table.writerow(row)
    return file


def city(file: Path, size: int, seed: int = 7) -> Path:
    """Every row of twenty is ours."""
    chance, number = Random(seed), 0
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.DictWriter(out, SEMAS, lineterminator="\n", restval="")
        table.writeheader()
        while out.tell() < size if number % 1000 == 0 else True:
            table.writerow(row_of(chance, number, OTHERS[number % 4] if number % 20 else OWN))
            number += 1
    return file


def row_of(chance: Random, number: int, gu: str) -> dict[str, str]:
    code, trade = TRADES[number % len(TRADES)]
    dong = number % 4 + 1
    place, house = f"{gu}10500", number // 4
    return {
        "상가업소번호": f"MA01{number:016d}", "상호명": f"가상상점 {chance.randrange(10**6)}",
        "지점명": f"{number % 90}호점" if number % 5 == 0 else "", "상권업종대분류코드": code[:2], "상권업종대분류명": "음식",
        "상권업종중분류코드": code[:4], "상권업종중분류명": "한식", "상권업종소분류코드": code, "상권업종소분류명": trade,
        "표준산업분류코드": "I56111", "표준산업분류명": "한식 일반 음식점업", "시도코드": "99", "시도명": "없는특별시", "시군구코드": gu,
        "시군구명": "없는구", "행정동코드": f"{gu}5{dong}0", "행정동명": "없는동", "법정동코드": place, "법정동명": "없는동",
        "지번코드": f"{place}{number:09d}", "대지구분코드": "1", "대지구분명": "대지", "지번본번지": f"{number % 900}",
        "지번부번지": f"{number % 20}", "지번주소": f"없는특별시 없는구 없는동 {number % 900}-{number % 20}", "도로명코드": f"{gu}3005",
        "도로명": "없는특별시 없는구 없는로", "건물본번지": f"{house}", "건물관리번호": f"{place}{number:015d}",
        "도로명주소": f"없는특별시 없는 없는구 없는로 {house}", "구우편번호": "132010", "신우편번호": "01300",
        "층정보": f"{number % 4 + 1}", "경도": f"{chance.uniform(127.02, 127.06):.8f}",
        "위도": f"{chance.uniform(37.64, 37.68):.8f}"}


def highest() -> float:
    """The most memory that this process has had, MB; Linux."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / MB


def show_alone(file: Path, who: str) -> None:
    """What the worker does of it, in a process of its own: prints the seconds, and the MB above what it had before."""
    ShopImport.delete().execute()
    run = ShopImport.receive(file=file.name, sha256=who * 10, size=file.stat().st_size, only_own=who == "own")
    run = ShopImport.claim(run.uid) or run
    before = highest()
    took = seconds(lambda: show(run, Plan(run, register_of(file, ""), nobody).make()))
    print(took, highest() - before)


if __name__ == "__main__":
    place, work, *told = sys.argv[1:]
    config = Config(data=Path(place), database_url=f"sqlite:///{place}/fieldapp.db", secret_key="only for tests")
    with create_app(config).app_context():
        write_small_rows() if work == "phone" else show_alone(Path(told[0]), work)
