"""Finding a shop by whatever one remembers of it: words, initial consonants, part of an address, the end of its number, a word misspelt.

`static/js/finding.js` does the same on the phone; a test holds both against each other. The register is held in memory, about
a kilobyte a shop, and follows the change numbers by which phones hear of shops too.
"""

import re
import threading
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from fieldapp.database import Sequence, db
from fieldapp.shops.shop import MERGED, Shop

BEST = 5  # fewer than these found as they are typed, those that are one letter off are looked for
SHORTEST_MISSPELT = 8  # jamo, four syllables: in a shorter word one letter off is another word
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
PLAIN = {0xff01 + place: 0x21 + place for place in range(94)}
FIRST, LAST = ord("가"), ord("힣")
ONLY_INITIALS = re.compile(f"[{INITIALS}]+")
NUMBER = re.compile(r"\d[\d-]{2,}\d")  # four digits or more are taken for the end of a telephone number, too
HOUSE = re.compile(r"[\d-]+")  # 12 in an address is meant whole, and not as a part of 120 or of a branch's name
NO_DIGIT = re.compile(r"\D+")


class Entry(NamedTuple):
    """What is looked at of a shop: `name` without blanks, `text` with all words, both folded; digits of its number."""

    uid: str
    zone: str
    status: str
    outside: bool
    to_check: bool
    name: str
    text: str
    digits: str
    initials: str
    jamo: str


class Column:
    """One text of every entry, put together so that a word is found at once wherever it stands."""

    def __init__(self, texts: Iterable[str]):
        texts = list(texts)
        self.whole = "\n".join(texts)
        self.starts = list(accumulate((len(text) + 1 for text in texts), initial=0))

    def holding(self, word: str) -> set[int]:
        """The places of the entries whose text holds this word."""
        found, at = set(), self.whole.find(word)
        while at >= 0:
            place = bisect_right(self.starts, at) - 1
            found.add(place)
            at = self.whole.find(word, self.starts[place + 1])
        return found


class Index:
    """Entries, and what is looked for in them column by column."""

    def __init__(self, entries: Iterable[Entry] = ()):
        self.entries = list(entries)
        self.text, self.jamo, self.digits, self.initials = (
            Column(getattr(entry, name) for entry in self.entries) for name in ("text", "jamo", "digits", "initials"))


@dataclass
class _Held:
    """Every shop as it was at a state of the register: which restore, and the last change."""

    state: tuple[str, int] = "", 0
    entries: dict[str, Entry] = field(default_factory=dict)
    index: Index = field(default_factory=Index)


_held = _Held()
_turn = threading.Lock()


def find(query: str, keep: Callable[[Entry], bool] | None = None) -> list[str]:
    """The uids of the shops that fit, the best first; of those alone that are to be kept, where that is said."""
    return [entry.uid for entry in ranked(index_now(), query, keep)]


def ranked(index: Index, query: str, keep: Callable[[Entry], bool] | None = None) -> list[Entry]:
    """Those that fit, the best first and by name among equals; where few do, those of which one letter was typed wrong after them."""
    asked = fold(query)
    words = [(word, jamo_of(word)) for word in asked.split()]
    if not words:
        return []
    near = kept(index, set.intersection(*(sifted(index, *pair) for pair in words)), keep)
    found = [(score, entry) for entry in near if (score := score_of(entry, words))]
    found.sort(key=lambda pair: (-pair[0], pair[1].name, pair[1].uid))
    best = [entry for _score, entry in found]
    return best + misspelt(index, asked, {entry.uid for entry in best}, keep) if len(best) < BEST else best


def kept(index: Index, places: Iterable[int], keep: Callable[[Entry], bool] | None) -> list[Entry]:
    found = [index.entries[place] for place in places]
    return [entry for entry in found if keep(entry)] if keep else found


def sifted(index: Index, word: str, jamo: str) -> set[int]:
    """The places of what may fit one word, by the cheapest look: most of twenty thousand don't."""
    found = index.text.holding(word)
    if NUMBER.fullmatch(word):
        return found | index.digits.holding(NO_DIGIT.sub("", word))
    if ONLY_INITIALS.fullmatch(word):
        found |= index.initials.holding(word)
    return found | index.jamo.holding(jamo)


def score_of(entry: Entry, words: list[tuple[str, str]]) -> int:
    """How well all words fit; 0 where one doesn't. A name that is meant whole leads, then its beginning, then what it holds."""
    whole = "".join(word for word, _jamo in words)
    score = 64 if entry.name == whole else 16 if entry.name.startswith(whole) else 8 if whole in entry.name else 0
    for word, jamo in words:
        fits = fit(entry, word, jamo)
        if not fits:
            return 0
        score += fits
    return score


def fit(entry: Entry, word: str, jamo: str) -> int:
    """How well one word fits; as letters too, since 홍두깨 stands as 홍ㄷ and 홍둒 in the field while it is being typed."""
    if word in entry.text:
        if word in entry.name and not HOUSE.fullmatch(word):
            return 6
        return 5 if f" {word} " in entry.text else 3 if f" {word}" in entry.text else 2
    if NUMBER.fullmatch(word):
        digits = NO_DIGIT.sub("", word)
        return 5 if entry.digits.endswith(digits) else 1 if digits in entry.digits else 0
    if ONLY_INITIALS.fullmatch(word) and word in entry.initials:
        return 4 if entry.initials.startswith(word) else 2
    return 1 if jamo in entry.jamo else 0


def misspelt(index: Index, asked: str, known: set[str], keep: Callable[[Entry], bool] | None) -> list[Entry]:
    """Names that hold what was asked but for one jamo; those that are it but for one come first."""
    wanted = jamo_of(asked.replace(" ", ""))
    if len(wanted) < SHORTEST_MISSPELT:
        return []
    halves = first, second = in_two(wanted)  # one letter off leaves one half as it is, and of the other one half again
    places = {place for half, quarters in ((first, in_two(second)), (second, in_two(first))) for place in index.jamo.holding(half)
              if any(quarter in index.entries[place].jamo for quarter in quarters)}
    found = []
    for entry in kept(index, places, keep):
        if entry.uid not in known:
            off = Levenshtein.distance(wanted, entry.jamo, score_cutoff=1)
            if off <= 1:
                found.append((0, entry.name, entry.uid, entry))
            elif holds(entry.jamo, wanted, halves):
                found.append((1, entry.name, entry.uid, entry))
    return [entry for _rank, _name, _uid, entry in sorted(found, key=lambda one: one[:3])]


def in_two(text: str) -> tuple[str, str]:
    return text[:len(text) // 2], text[len(text) // 2:]


def holds(text: str, wanted: str, halves: tuple[str, str]) -> bool:
    """Whether some part of `text` is `wanted` but for one letter too many, missing or wrong."""
    size, half = len(wanted), len(halves[0])
    for part, before in ((halves[0], 0), (halves[1], half)):
        at = text.find(part)
        while at >= 0:
            starts = range(max(0, at - before - 1), at - before + 2) if before else (at,)
            parts = (text[start:start + length] for start in starts for length in (size - 1, size, size + 1))
            if any(Levenshtein.distance(wanted, found, score_cutoff=1) <= 1 for found in parts):
                return True
            at = text.find(part, at + 1)
    return False


def entry_of(shop: Shop) -> Entry:
    """Blanks around the words let a whole word be told from a part of one."""
    name = fold(f"{shop.name}{shop.branch}").replace(" ", "")
    text = fold(f"{shop.title} {shop.industry} {shop.place} {shop.address_lot if shop.address_road else ''}")
    text = f" {re.sub(r'[(),·]', ' ', text)} {name} "
    return Entry(shop.uid, shop.zone_id or "", shop.status, shop.outside, shop.to_check, name, text, NO_DIGIT.sub("", shop.phone),
                 initials_of(name), jamo_of(name))


def index_now() -> Index:
    """The register as it is in the database: where the change number has moved on, what has changed since is read, and no more."""
    with _turn:
        state = state_now()
        if state != _held.state:
            is_known = state[0] == _held.state[0]
            changed = Shop.select().where(Shop.seq > _held.state[1]) if is_known else Shop.select()
            found = {shop.uid: entry_of(shop) for shop in changed.iterator()}
            _held.entries = _held.entries | found if is_known else found
            if len(_held.entries) != Shop.select().count():  # one is gone
                _held.entries = {shop.uid: entry_of(shop) for shop in Shop.select().iterator()}
            _held.index, _held.state = Index(entry for entry in _held.entries.values() if entry.status != MERGED), state
        return _held.index


def state_now() -> tuple[str, int]:
    """Which restore of which database it is, for numbers begin anew in another; and the last number that was given to a change."""
    epoch, last = Sequence.select(Sequence.epoch, Sequence.last).where(Sequence.id == 1).tuples().first() or ("", 0)
    return f"{db.database}:{epoch}", last


def fold(text: str) -> str:
    """Small letters, full-width ones as plain ones, each run of blanks one. NFKC would turn ㅎ into another letter."""
    return " ".join(unicodedata.normalize("NFC", text).translate(PLAIN).lower().split())


def initials_of(text: str) -> str:
    """홍두깨 → ㅎㄷㄲ; what is no syllable stays as it is."""
    return "".join(INITIALS[(ord(letter) - FIRST) // 588] if FIRST <= ord(letter) <= LAST else letter for letter in text)


def jamo_of(text: str) -> str:
    """홍두깨 → ㅎㅗㅇㄷㅜㄲㅐ: the letters as they are typed, each once."""
    return "".join(map(_letters, text))


def _letters(letter: str) -> str:
    code = ord(letter) - FIRST
    if not 0 <= code <= LAST - FIRST:
        return letter
    return INITIALS[code // 588] + VOWELS[code % 588 // 28] + FINALS[code % 28]
