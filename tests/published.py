"""Files as they are published: made-up twins in tests/data, and the real ones where FIELDAPP_REAL_DATA names their folder."""

import csv
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

MADE_UP = Path(__file__).resolve().parent / "data"
REAL = os.environ.get("FIELDAPP_REAL_DATA", "")


@dataclass(frozen=True)
class Published:
    """One gu's files. `semas` is 상가(상권)정보 in its two encodings; `raw` is cp949, every field quoted, without a source."""

    dongs: Path
    shops: Path
    semas: dict[str, Path]
    raw: Path
    areas: Path

    @property
    def features(self) -> list[dict]:
        return json.loads(self.dongs.read_bytes().decode("utf-8-sig"))["features"]


def table(file: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    """A file's rows by the titles of its columns, read by nothing of ours."""
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode(encoding), newline="")))


FOLDERS = {"made-up": Published(
    MADE_UP / "dongs_twin.geojson", MADE_UP / "shops_twin.csv",
    {"utf-8-sig": MADE_UP / "semas_twin_utf8sig.csv", "cp949": MADE_UP / "semas_twin_cp949.csv"}, MADE_UP / "shops_raw_twin.csv",
    MADE_UP / "areas_twin.geojson")}
if REAL:
    folder = Path(REAL)
    FOLDERS["real"] = Published(
        folder / "dobong_dongs.geojson", folder / "dobong_shops.csv",
        {"utf-8-sig": folder / "semas_format_synthetic_utf8sig.csv", "cp949": folder / "semas_format_synthetic_cp949.csv"},
        folder / "shops_raw_excerpt.csv", folder / "dobong_commercial_areas.geojson")


@pytest.fixture(params=FOLDERS)
def published(request) -> Published:
    return FOLDERS[request.param]


@pytest.fixture
def published_twin() -> Published:
    return FOLDERS["made-up"]
