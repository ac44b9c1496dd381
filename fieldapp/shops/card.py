"""점포 카드: what is known of a business beside its place in the register, each fact with who said it and when.

A change says what it was made from. Two people's changes of different facts both stand; of the same fact both are kept, the earlier goes on
to stand, and a person decides.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import peewee
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Instant, Record, in_turn, now, today
from fieldapp.errors import Conflict
from fieldapp.form import Reader
from fieldapp.shops.shop import Shop

FACTS = {
    "opened_on": _("개업일"), "employees": _("상시근로자 수"), "sales_band": _("연 매출"),
    "premises": _("영업장"), "business_number": _("사업자등록번호"),
}
SALES = {
    "under_1": _("1억 원 미만"), "under_3": _("1억~3억 원"), "under_5": _("3억~5억 원"),
    "under_10": _("5억~10억 원"), "under_30": _("10억~30억 원"), "over_30": _("30억 원 이상"),
}
PREMISES = {"owned": _("자가"), "leased": _("임차"), "stall": _("노점·공용"), "none": _("없음")}
SOURCES = {"told": _("대표자 말씀"), "seen": _("서류 확인"), "looked": _("현장 확인")}
FIRST = date(1900, 1, 1)
MOST_EMPLOYEES = 9999
WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
STANDS, ASKED, PAST = "stands", "asked", "past"


class ShopFact(Record):
    """One thing said of a shop. The latest that `stands` counts; what was `asked` waits for someone to decide; the rest is `past`."""

    shop = peewee.ForeignKeyField(Shop, backref="facts", on_delete="CASCADE")
    name = peewee.CharField(20)
    value = peewee.CharField(60, default="")
    source = peewee.CharField(10)
    by = peewee.CharField(36)
    said_at = Instant()
    state = peewee.CharField(10, default=STANDS)

    @classmethod
    def standing(cls, shop: Shop) -> dict[str, "ShopFact"]:
        """What counts of a shop, by name; one that was emptied is none."""
        rows = cls.select().where(cls.shop == shop, cls.state == STANDS).order_by(cls.said_at, cls.uid)
        return {row.name: row for row in rows}

    @classmethod
    def rivals(cls, shop: Shop) -> list["ShopFact"]:
        """What was said by someone who had not seen what another had said meanwhile."""
        return list(cls.select().where(cls.shop == shop, cls.state == ASKED).order_by(cls.name, cls.said_at, cls.uid))

    @classmethod
    def change(cls, shop: Shop, given: "CardInput", by: str) -> "Changed":
        """Keep what differs from what stands. Needs a transaction, in which it takes its turn."""
        in_turn()
        standing, found = cls.standing(shop), Changed()
        for name, value in given.values.items():
            stands = standing.get(name)
            if value == (stands.value if stands else "") or given.seen[name] == mark_of(value):
                continue  # nobody has touched it in this form
            is_rival = given.seen[name] != mark(stands)
            fact = cls.create(shop=shop, name=name, value=value, source=given.source, by=by, said_at=now(),
                              state=ASKED if is_rival else STANDS)
            if not is_rival:
                fact._retire(STANDS)
            (found.rivals if is_rival else found.done).append(name)
            events.record("shop.fact.asked" if is_rival else "shop.fact.changed", shop.uid, by=by, name=name, fact=fact.uid,
                          before=stands.value if stands else "", after=value)
        return found

    def decide(self, by: str) -> None:
        """Let this one stand; the others of its name are past. Needs a transaction; raises Conflict where that is settled already."""
        in_turn()
        fact = ShopFact.get_or_none(ShopFact.uid == self.uid)
        if fact is None or fact.state == PAST or not any(row.name == fact.name for row in ShopFact.rivals(fact.shop)):
            raise Conflict(gettext("그 사이 다른 사람이 정했습니다."))
        ShopFact.update(state=STANDS).where(ShopFact.uid == fact.uid).execute()
        fact._retire(STANDS, ASKED)
        events.record("shop.fact.decided", fact.shop_id, by=by, name=fact.name, fact=fact.uid, after=fact.value)

    def _retire(self, *states: str) -> None:
        """Let the others of its name that are so be past."""
        others = ShopFact.shop == self.shop_id, ShopFact.name == self.name, ShopFact.uid != self.uid
        ShopFact.update(state=PAST).where(*others, ShopFact.state.in_(states)).execute()

    @property
    def shown(self) -> str:
        """The value as one reads it."""
        words = {"sales_band": SALES, "premises": PREMISES}.get(self.name, {})
        if self.name == "employees" and self.value:
            return gettext("%(n)s명", n=self.value)
        return str(words.get(self.value, self.value)) or "–"


@dataclass(frozen=True)
class CardInput:
    """What the form says now, and what each fact was when the form was opened (a mark of it)."""

    values: dict[str, str]
    seen: dict[str, str]
    source: str

    @classmethod
    def read(cls, form: Reader) -> "CardInput":
        """Raises Invalid, each problem beside its field."""
        opened, employees = form.day("opened_on", FIRST, today()), form.number("employees", 0, MOST_EMPLOYEES)
        if employees is not None and employees != int(employees):
            form.refuse("employees", gettext("사람 수를 정수로 적어 주십시오."))
        number = re.sub("[^0-9]+", "", unicodedata.normalize("NFKC", form.text("business_number", limit=20)))
        if number and not is_business_number(number):
            form.refuse("business_number", gettext("사업자등록번호가 아닙니다. 열 자리를 다시 확인해 주십시오."))
        values = {"opened_on": str(opened or ""), "employees": "" if employees is None else str(int(employees)),
                  "sales_band": form.choice("sales_band", SALES), "premises": form.choice("premises", PREMISES),
                  "business_number": hyphened(number)}
        seen = {name: form.text(f"seen_{name}", limit=40) for name in FACTS}
        source = form.choice("source", SOURCES, required=gettext("어떻게 알았는지 골라 주십시오."))
        form.finish()
        return cls(values, seen, source)


@dataclass
class Changed:
    """The names of the facts that were changed, and of those of which somebody else has said something else meanwhile."""

    done: list[str] = field(default_factory=list)
    rivals: list[str] = field(default_factory=list)


def mark(fact: ShopFact | None) -> str:
    """By which a change says what it was made from."""
    return mark_of(fact.value if fact else "")


def mark_of(value: str) -> str:
    return hashlib.blake2s(value.encode(), digest_size=6).hexdigest()


def marks(standing: Mapping[str, ShopFact]) -> dict[str, str]:
    """What a form takes along to say what it was made from."""
    return {name: mark(standing.get(name)) for name in FACTS}


def is_business_number(digits: str) -> bool:
    """Ten digits whose last one follows from the others (국세청 사업자등록번호의 검증번호)."""
    if not re.fullmatch("[0-9]{10}", digits) or digits == "0" * 10:
        return False
    first = [int(digit) for digit in digits[:9]]
    total = sum(digit * weight for digit, weight in zip(first, WEIGHTS, strict=True)) + first[8] * 5 // 10
    return (10 - total % 10) % 10 == int(digits[9])


def hyphened(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}" if digits else ""

