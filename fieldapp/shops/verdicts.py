"""What became of each row of a file, kept beside it: one file for each verdict, a line for each row, read a page at a time."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from fieldapp.shops.shop_import import VERDICTS

PAGE = 50  # rows
MOST_TOLD = {"elsewhere": 1000, "unchanged": 1000}  # of these the first are told; nothing is to be done about them


class Verdicts:
    """Writes the lines and counts them: `counts` has every row, told or not. Those of `names` are begun anew."""

    def __init__(self, folder: Path, names: tuple[str, ...]):
        self.counts: Counter[str] = Counter()
        self.files = {name: place_of(folder, name).open("w", encoding="utf-8") for name in names}

    def __enter__(self) -> "Verdicts":
        return self

    def __exit__(self, *_) -> None:
        for file in self.files.values():
            file.close()

    def put(self, verdict: str, line: int, **told: Any) -> None:
        """A row's verdict; what is empty is not written."""
        self.counts[verdict] += 1
        if self.counts[verdict] <= MOST_TOLD.get(verdict, 1 << 62):
            said = {"line": line} | {name: value for name, value in told.items() if value}
            self.files[verdict].write(json.dumps(said) + "\n")


def legible(text: str) -> str:
    """Bytes that were no text as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def place_of(folder: Path, verdict: str) -> Path:
    return folder / f"{verdict}.jsonl"


def every(folder: Path, verdict: str):
    """Every line of a verdict, one by one."""
    if place_of(folder, verdict).is_file():
        with open(place_of(folder, verdict), encoding="utf-8") as file:
            yield from map(json.loads, file)


def told(folder: Path, verdict: str, after: int = 0, limit: int = PAGE) -> tuple[list[dict], int]:
    """A page of a verdict's rows from the place `after` on (bytes), and the place of the next page, or 0 where there is none."""
    place = place_of(folder, verdict)
    if verdict not in VERDICTS or not place.is_file():
        return [], 0
    size = place.stat().st_size
    with open(place, "rb") as file:
        if after:
            file.seek(min(after, size) - 1)
            file.readline()  # a place within a line means the next one
        found = [json.loads(line) for _number, line in zip(range(limit), file, strict=False)]
        end = sum(1 for _line in found) and file.tell()
    return found, end if 0 < end < size else 0
