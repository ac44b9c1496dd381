"""English is a full second language: every text of code and pages has a translation, with the same names in it."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "fieldapp" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("fieldapp/**.py", "python"), ("templates/**.html", "jinja2")]
NAMES = re.compile(r"%\(\w+\)s|\{\w+\}")


def texts() -> set[str]:
    found = extract_from_dir(str(ROOT), METHODS, directory_filter=lambda folder: not Path(folder).name.startswith("."))
    return {message if isinstance(message, str) else message[0] for _file, _line, message, _comments, _context in found}


def catalogue() -> dict[str, str]:
    """Each text with its translation; one that says one thing and many has both, by a slash."""
    with CATALOGUE.open("rb") as file:
        return {one(message.id): message.string if isinstance(message.string, str) else " / ".join(filter(None, message.string or ()))
                for message in read_po(file) if message.id}


def one(text) -> str:
    return text if isinstance(text, str) else text[0]


def test_every_text_is_translated_and_nothing_else_is():
    wanted, made = texts(), catalogue()
    assert sorted(text for text in wanted if not made.get(text)) == []
    assert sorted(made.keys() - wanted) == []


def test_translations_keep_the_names_of_what_is_filled_in():
    assert [text for text, english in catalogue().items() if sorted(NAMES.findall(text)) != sorted(NAMES.findall(english))] == []


def test_no_korean_is_left_in_the_translations():
    assert [english for english in catalogue().values() if re.search("[가-힣]", english) and english != "한국어"] == []


def test_the_catalogue_is_one_that_is_compiled():
    """A catalogue whose head is marked as fuzzy is passed over without a word, and English stays Korean."""
    with CATALOGUE.open("rb") as file:
        made = read_po(file)
    assert not made.fuzzy and not [message.id for message in made if message.id and message.fuzzy]
