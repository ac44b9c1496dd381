"""What a desk page is narrowed to, read from its address, so that every view can be sent to a colleague as a link."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from fieldapp.database import SEOUL
from fieldapp.form import UUID, Reader, read_instant
from fieldapp.grievances import Category, Grievance
from fieldapp.people import Grant, Person
from fieldapp.visits import OUTCOMES, REVIEWS, Visit
from fieldapp.zones import Zone

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True)
class VisitFilter:
    """Each part is empty where nothing is asked; `problems` maps a part to why it could not be read."""

    zone: str = ""
    manager: str = ""
    outcome: str = ""
    category: str = ""
    review: str = ""
    shop: str = ""
    first: date | None = None
    last: date | None = None
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, args) -> "VisitFilter":
        form = Reader(args.to_dict(flat=False))
        return cls(form.uid("zone"), form.uid("manager"), form.choice("outcome", OUTCOMES), form.text("category", limit=40),
                   form.choice("review", REVIEWS), form.uid("shop"), form.day("first", FIRST_DAY, LAST_DAY),
                   form.day("last", FIRST_DAY, LAST_DAY), form.errors)

    @property
    def parts(self) -> dict[str, str]:
        """What is asked, as it stands in the address."""
        parts = {name: getattr(self, name) for name in ("zone", "manager", "outcome", "category", "review", "shop", "first", "last")}
        return {name: str(value) for name, value in parts.items() if value}

    def query(self, **changes) -> str:
        """The address's query with some parts changed, or taken away by None."""
        return urlencode({name: value for name, value in {**self.parts, **changes}.items() if value})

    def narrow(self, visits):
        for column, value in ((Visit.zone, self.zone), (Visit.manager, self.manager), (Visit.outcome, self.outcome),
                              (Visit.review, self.review), (Visit.shop, self.shop)):
            if value:
                visits = visits.where(column == value)
        if self.category:
            of_it = Grievance.select(Grievance.visit).join(Category).where(Category.code == self.category)
            visits = visits.where(Visit.uid.in_(of_it))
        if self.first:
            visits = visits.where(Visit.visited_at >= begin(self.first))
        if self.last:
            visits = visits.where(Visit.visited_at < begin(self.last + timedelta(days=1)))
        return visits


def begin(day: date) -> datetime:
    """The moment at which a day begins in the district."""
    return datetime.combine(day, time(), SEOUL)


def choices_of(person: Person) -> dict:
    """What may be chosen in the filter: zones within this person's reach, the managers there, all categories."""
    reach = Grant.zones_of(person)
    zones = list(Zone.ordered().where(Zone.uid.in_(reach)))
    managers = list(Person.select().join(Grant).where(Grant.zone.in_(reach)).order_by(Person.name).distinct())
    return {"zones": zones, "managers": managers, "categories": list(Category.select().order_by(Category.position, Category.name_ko))}


def read_mark(text: str) -> tuple[datetime, str] | None:
    """Where the page before this one ended: the last row's time and uid."""
    moment, _tilde, uid = text.partition("~")
    read = read_instant(moment)
    return (read, uid) if read and UUID.fullmatch(uid) else None


def mark_of(moment: datetime, uid: str) -> str:
    return f"{moment.isoformat()}~{uid}"
