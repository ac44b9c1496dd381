"""분류: what the office lets managers choose from, where and from when until when. Nothing is ever deleted, for visits name it."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date

from flask_babel import gettext as _
from peewee import fn

from fieldapp import events
from fieldapp.database import in_turn, today, uuid7
from fieldapp.errors import Conflict
from fieldapp.experts import FIELD_CODES
from fieldapp.form import Reader
from fieldapp.grievances.category import Category
from fieldapp.grievances.grievance import Grievance
from fieldapp.zones import Zone

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
# To begin with, in the words in which owners speak of it: code, Korean, English, field of the expert pool.
USUAL = (("rent", "임대료", "Rent", "legal"), ("labor", "인건비·인력", "Wages and staff", "labor"),
         ("sales", "매출 감소", "Falling sales", "marketing"), ("loan", "대출·이자", "Loans and interest", "finance"),
         ("tax", "세금", "Taxes", "tax"), ("platform", "배달앱", "Delivery apps", "marketing"),
         ("facility", "시설·수리", "Premises", "production"), ("cost", "원재료비", "Input costs", "strategy"),
         ("rivals", "경쟁 심화", "Competition", "strategy"), ("rules", "규제·인허가", "Rules and permits", "legal"),
         ("digital", "온라인·기기", "Online and devices", "it"), ("street", "주차·거리", "Parking and street", ""))


@dataclass(frozen=True)
class CategoryInput:
    """What is asked for; `zone` empty for every zone, both days included."""

    name_ko: str
    name_en: str
    zone: str
    field: str
    first_day: date | None
    last_day: date | None

    @classmethod
    def read(cls, form: Reader, before: Category | None = None) -> "CategoryInput":
        """Raises Invalid. It may not end in the past: phones may hold visits of the days since, and those would be refused."""
        given = cls(form.text("name_ko", limit=60, required=_("분류 이름을 적어 주십시오.")), form.text("name_en", limit=60),
                    form.choice("zone", {zone.uid for zone in Zone.select(Zone.uid)}), form.choice("field", FIELD_CODES),
                    form.day("first_day", FIRST, LAST), form.day("last_day", FIRST, LAST))
        was_to_end = before.last_day if before else None
        if given.first_day and given.last_day and given.last_day < given.first_day:
            form.refuse("last_day", _("끝나는 날이 시작하는 날보다 빠릅니다."))
        elif given.last_day and given.last_day != was_to_end and given.last_day < today():
            form.refuse("last_day", _("끝나는 날은 오늘부터 고를 수 있습니다. 아직 보내지 않은 방문이 휴대폰에 있을 수 있습니다."))
        if before and given.zone != (before.zone_id or "") and used()[before.uid]:
            form.refuse("zone", _("이미 쓰인 분류의 권역은 바꿀 수 없습니다. 이것을 끝내고 새로 만들어 주십시오."))
        if any(overlap(given, other) for other in Category.select() if before is None or other.uid != before.uid):
            form.refuse("name_ko", _("같은 때 같은 권역에서 쓰는 같은 이름의 분류가 있습니다."))
        form.finish()
        return given


def overlap(given: CategoryInput, other: Category) -> bool:
    """Whether a manager would see two of one name."""
    same = "".join(given.name_ko.split()) == "".join(other.name_ko.split())
    return (same and (not given.zone or not other.zone_id or given.zone == other.zone_id)
            and (given.first_day or FIRST) <= (other.last_day or LAST) and (other.first_day or FIRST) <= (given.last_day or LAST))


def used() -> dict[str, int]:
    """How many grievances there are of each category."""
    counts = dict(Grievance.select(Grievance.category, fn.COUNT(Grievance.uid)).group_by(Grievance.category).tuples())
    return {category.uid: counts.get(category.uid, 0) for category in Category.select(Category.uid)}


def mark(category: Category) -> str:
    """Short for what it says now: differs as soon as somebody changes it."""
    return hashlib.blake2s(repr(facts(category)).encode(), digest_size=8).hexdigest()


def facts(category: Category) -> dict[str, str]:
    return {"name_ko": category.name_ko, "name_en": category.name_en, "zone": category.zone_id or "", "field": category.field,
            "first_day": str(category.first_day or ""), "last_day": str(category.last_day or "")}


def make(form: Reader, by: str) -> Category:
    """A new one, behind the others. Needs a transaction; raises Invalid."""
    in_turn()
    given, uid = CategoryInput.read(form), uuid7()
    made = Category.create(uid=uid, code=f"c{uid[-12:]}", position=last_position() + 1, **values(given))
    events.record("category.made", made.uid, by=by, code=made.code, after=facts(made))
    return made


def change(uid: str, form: Reader, by: str) -> None:
    """Needs a transaction; raises Invalid, or Conflict where somebody has changed it since it was seen."""
    in_turn()
    now_as = Category.get_by_id(uid)
    if form.text("seen", limit=40) != mark(now_as):
        raise Conflict()
    given, before = CategoryInput.read(form, now_as), facts(now_as)
    for name, value in values(given).items():
        setattr(now_as, name, value)
    now_as.save()
    if facts(now_as) != before:
        events.record("category.changed", now_as.uid, by=by, code=now_as.code, before=before, after=facts(now_as))


def shift(category: Category, up: bool, by: str) -> None:
    """One place up or down among those that managers may choose now or later. Needs a transaction."""
    in_turn()
    rows = [row for row in Category.select().order_by(Category.position, Category.name_ko) if not is_over(row)]
    place = next((place for place, row in enumerate(rows) if row == category), None)
    other = None if place is None else place - 1 if up else place + 1
    if place is None or other is None or not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for position, row in enumerate(rows):
        if row.position != position:
            Category.update(position=position).where(Category.uid == row.uid).execute()
    events.record("category.shifted", category.uid, by=by, code=category.code, place=other)


def begin(by: str) -> int:
    """The usual ones, where there are none at all yet; give how many. Needs a transaction."""
    in_turn()
    if Category.select().exists():
        raise Conflict(_("그 사이 분류가 만들어졌습니다."))
    for position, (code, korean, english, field) in enumerate(USUAL):
        made = Category.create(code=code, name_ko=korean, name_en=english, field=field, position=position)
        events.record("category.made", made.uid, by=by, code=code, after=facts(made))
    return len(USUAL)


def is_over(category: Category) -> bool:
    return category.last_day is not None and category.last_day < today()


def last_position() -> int:
    return Category.select(fn.MAX(Category.position)).scalar() or 0


def values(given: CategoryInput) -> dict:
    return asdict(given) | {"zone": given.zone or None}


