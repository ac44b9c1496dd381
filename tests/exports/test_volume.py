"""A sheet of two hundred thousand rows, other formats of half as many: the memory that an export takes is that of a batch."""

import os
import subprocess
import sys
import zipfile

import pytest

from fieldapp.config import HOME
from fieldapp.dashboard import VisitFilter
from fieldapp.database import Sqlite, db, writing
from fieldapp.exports import LISTS, Export, Wish
from fieldapp.visits import Visit
from tests.exports.conftest import last

ROWS = {"xlsx": 200_000, "csv": 100_000, "geojson": 100_000}
MOST = 60  # MB over what the process takes before it begins

# In a process of its own, whose peak is the export's alone.
MEASURED = """
import re
from pathlib import Path
from fieldapp import create_app
from fieldapp.exports import Export, make_waiting
from fieldapp.exports.formats import STREAMED
from fieldapp.people import Person

def memory(of):
    return int(re.search(of + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

app = create_app()
with app.app_context():
    export = Export.select().order_by(Export.uid.desc()).get()
    person, wish = Person.get_by_id(export.person), export.wish
    before = memory("VmRSS")
    if export.state == "waiting":
        make_waiting()
    else:
        table = wish.table_for(person)
        for piece in STREAMED[export.format](table, table.batches()):
            pass
    print(memory("VmHWM") - before)
"""


def many(rows: int) -> None:
    """Copies of the one visit, a minute apart, by one statement."""
    copied = ", ".join(f'"{field.column_name}"' for field in Visit._meta.sorted_fields if field.name not in ("uid", "root", "visited_at"))
    if isinstance(db.obj, Sqlite):
        numbers = f"WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {rows}) SELECT n FROM number"
        key, moment = "substr('00000000000' || n, -12)", "datetime('2024-01-01', '+' || n || ' minutes')"
    else:
        numbers = f"SELECT generate_series(1, {rows}) AS n"
        key, moment = "right('00000000000' || n, 12)", "timestamp '2024-01-01' + n * interval '1 minute'"
    uid = f"'018f0000-0000-7000-8000-' || {key}"
    with writing():
        db.execute_sql(f"INSERT INTO visit (uid, root, visited_at, {copied}) SELECT {uid}, {uid}, {moment}, {copied} "
                       f"FROM visit, ({numbers}) AS numbers")


@pytest.mark.slow
@pytest.mark.parametrize("format", ["xlsx", "csv", "geojson"])
def test_memory_stays_that_of_a_batch(cast, visit, config, format, capsys):
    many(ROWS[format] - 1)
    wish = Wish(LISTS["visits"], VisitFilter(), format, "field", "가상 사유")
    Export.ask(wish, wish.measured_for(cast.supervisor), cast.supervisor, "waiting" if format == "xlsx" else "sending", "ko", "")
    made = subprocess.run([sys.executable, "-c", MEASURED], cwd=HOME, text=True, capture_output=True, check=True,
                          env=os.environ | {"FIELDAPP_DATA": str(config.data), "DATABASE_URL": config.database_url})
    grown = float(made.stdout)
    with capsys.disabled():
        print(f"\n{format}: {grown:.0f} MB")
    assert grown <= MOST
    if format == "xlsx":
        export = last()
        assert (export.state, export.done) == ("ready", ROWS[format])
        with zipfile.ZipFile(config.data / "exports" / f"{export.uid}.xlsx") as book:
            assert book.testzip() is None and book.read("xl/worksheets/sheet1.xml").count(b"<row ") == ROWS[format] + 1
