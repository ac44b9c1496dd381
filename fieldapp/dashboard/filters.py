"""What a desk page is narrowed to, read from its address, so that every view can be sent to a colleague as a link."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from flask_babel import gettext as _
from peewee import SQL, Value, fn

from fieldapp.database import SEOUL
from fieldapp.figures import Counted
from fieldapp.form import UUID, Reader, read_instant
from fieldapp.grievances import Category, Grievance
from fieldapp.people import Grant, Person
from fieldapp.visits import OUTCOMES, REVIEWS, Visit
from fieldapp.zones import Zone

PARTS = ("zone", "manager", "outcome", "category", "review", "shop", "first", "last", "counted", "industry", "street", "hour")
HOURS = tuple(str(hour) for hour in range(24))
NO_INDUSTRY = "-"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
YEARS = tuple(str(year) for year in range(FIRST_DAY.year, LAST_DAY.year + 1))


@dataclass(frozen=True)
class VisitFilter:
    """Each part is empty where nothing is asked; `problems` maps a part to why it could not be read.

    `counted` is "1" for what counts as a consultation and "0" for what does not; `industry` "-" for shops whose trade nobody knows.
    """

    zone: str = ""
    manager: str = ""
    outcome: str = ""
    category: str = ""
    review: str = ""
    shop: str = ""
    first: date | None = None
    last: date | None = None
    counted: str = ""
    industry: str = ""
    street: str = ""
    hour: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, args) -> "VisitFilter":
        form = Reader(args.to_dict(flat=False))
        first, last = read_period(form)
        return cls(form.uid("zone"), form.uid("manager"), form.choice("outcome", OUTCOMES), form.text("category", limit=40),
                   form.choice("review", REVIEWS), form.uid("shop"), first, last, form.choice("counted", ("1", "0")),
                   form.text("industry", limit=100), form.text("street", limit=300), form.choice("hour", HOURS), form.errors)

    @property
    def parts(self) -> dict[str, str]:
        """What is asked, as it stands in the address."""
        return {name: str(getattr(self, name)) for name in PARTS if getattr(self, name)}

    def query(self, **changes) -> str:
        """The address's query with some parts changed, or taken away by None."""
        return urlencode({name: value for name, value in {**self.parts, **changes}.items() if value})

    def narrow(self, visits):
        for column, value in ((Visit.zone, self.zone), (Visit.manager, self.manager), (Visit.outcome, self.outcome),
                              (Visit.review, self.review), (Visit.shop, self.shop)):
            if value:
                visits = visits.where(column == value)
        if self.category:
            code = Category.select(Category.uid).where(Category.code == self.category)
            visits = visits.where(fn.EXISTS(Grievance.select(SQL("1")).where(Grievance.visit == Visit.uid, Grievance.category == code)))
        if self.first:
            visits = visits.where(Visit.visited_at >= begin(self.first))
        if self.last:
            visits = visits.where(Visit.visited_at < begin(self.last + timedelta(days=1)))
        if self.counted or self.industry or self.street or self.hour:
            visits = visits.where(fn.EXISTS(self._as_counted(Counted.select(SQL("1")).where(Counted.subject == Visit.root))))
        return visits

    def narrow_rows(self, rows):
        """The same of the rows behind the figures; a session has no category and no review."""
        for column, value in ((Counted.zone, self.zone), (Counted.manager, self.manager), (Counted.outcome, self.outcome),
                              (Counted.shop, self.shop)):
            if value:
                rows = rows.where(column == value)
        if self.category:
            rows = rows.where(Value(" ").concat(Counted.categories).concat(" ").contains(f" {self.category} "))
        if self.first:
            rows = rows.where(Counted.day >= self.first)
        if self.last:
            rows = rows.where(Counted.day <= self.last)
        return self._as_counted(rows)

    def _as_counted(self, rows):
        """What only the rows behind the figures know of a visit."""
        if self.counted:
            rows = rows.where(Counted.counts == (self.counted == "1"))
        if self.industry:
            rows = rows.where(Counted.industry == ("" if self.industry == NO_INDUSTRY else self.industry))
        if self.street:
            rows = rows.where(Counted.street == self.street)
        return rows.where(Counted.hour == int(self.hour)) if self.hour else rows


def read_period(form: Reader) -> tuple[date | None, date | None]:
    """The days `first` and `last`; back to front they are refused, and no day lies between them."""
    first, last = form.day("first", FIRST_DAY, LAST_DAY), form.day("last", FIRST_DAY, LAST_DAY)
    if first and last and last < first:
        form.refuse("last", _("끝 날이 첫 날보다 앞섭니다. 날짜를 바꾸어 주십시오."))
    return first, last


def begin(day: date) -> datetime:
    """The moment at which a day begins in the district."""
    return datetime.combine(day, time(), SEOUL)


def choices_of(person: Person) -> dict:
    """What may be chosen in the filter: zones within this person's reach, the managers there, all categories."""
    reach = Grant.zones_of(person)
    zones = list(Zone.ordered().select(Zone.uid, Zone.name_ko, Zone.name_en).where(Zone.uid.in_(reach)))
    managers = Person.select(Person.uid, Person.name).join(Grant).where(Grant.zone.in_(reach)).order_by(Person.name).distinct()
    categories = list(Category.select().order_by(Category.position, Category.name_ko))
    return {"zones": zones, "managers": list(managers.namedtuples()), "categories": categories}


def read_mark(text: str) -> tuple[datetime, str] | None:
    """Where the page before this one ended: the last row's time and uid."""
    moment, _tilde, uid = text.partition("~")
    read = read_instant(moment)
    return (read, uid) if read and UUID.fullmatch(uid) else None


def mark_of(moment: datetime, uid: str) -> str:
    return f"{moment.isoformat()}~{uid}"
