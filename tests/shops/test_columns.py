"""What docs/import.md says of columns is what the code knows."""

import re

from fieldapp.config import HOME
from fieldapp.shops.columns import NAMES, NEEDED, NEEDED_OF_SEMAS, SEMAS, find_columns, missing_columns

ROW = re.compile(r"^\| ([a-z_, ]+) \| (`.+) \|$", re.MULTILINE)


def documented() -> dict[str, tuple[str, ...]]:
    """The titles of each column, as the table of the page gives them."""
    found = {}
    for words, titles in ROW.findall((HOME / "docs" / "import.md").read_text().split("## Shops")[1].split("\n## ")[0]):
        columns = [word.strip() for word in words.replace(", needed", "").split(",")]
        for column, part in zip(columns, titles.split(";") if len(columns) > 1 else [titles], strict=True):
            found[column] = tuple(title for title in re.findall("`([^`]+)`", part) if title != "--source")
    return found


def test_every_title_of_every_column_is_documented_in_its_order():
    assert documented() == NAMES


def test_what_is_needed_is_said_to_be():
    text = (HOME / "docs" / "import.md").read_text()
    assert set(re.findall(r"^\| (\w+), needed \|", text, re.MULTILINE)) == set(NEEDED)


def test_the_published_register_has_39_columns_and_those_that_are_needed():
    assert len(SEMAS) == len(set(SEMAS)) == 39 and missing_columns(list(SEMAS)) == []
    assert set(NEEDED_OF_SEMAS) <= set(find_columns(list(SEMAS)))


def test_no_title_means_two_things():
    titles = [title for names in NAMES.values() for title in names]
    assert len(titles) == len(set(titles))
