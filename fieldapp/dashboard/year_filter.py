"""Which year and zone the pace is told of, read from the address."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote, urlencode

from fieldapp.dashboard.filters import YEARS
from fieldapp.database import today
from fieldapp.errors import NotFound
from fieldapp.figures import DIMENSIONS
from fieldapp.form import Reader
from fieldapp.people import Grant, Person


@dataclass(frozen=True)
class YearFilter:
    """`all` is the list that is shown whole; `zones` are those asked for within this person's reach, None where it is all there are."""

    year: int
    zone: str = ""
    all: str = ""
    reach: list[str] = field(default_factory=list)
    zones: list[str] | None = None
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, args, person: Person) -> "YearFilter":
        """Raises NotFound for a zone that isn't there, or not for this person."""
        form, reach = Reader(args.to_dict(flat=False)), Grant.zones_of(person)
        year, zone = form.choice("year", YEARS), form.uid("zone")
        if zone and zone not in reach:
            raise NotFound()
        narrowed = None if person.sees_all_zones else reach
        return cls(int(year) if year else present().year, zone, form.choice("all", DIMENSIONS), reach, [zone] if zone else narrowed,
                   form.errors)

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        return date(self.year, 12, 31)

    def query(self, **changes) -> str:
        asked = {"year": self.year, "zone": self.zone, "all": self.all, **changes}
        return urlencode({name: value for name, value in asked.items() if value})

    def rows(self, **more) -> str:
        """The address of the rows behind a figure of this year."""
        asked = {"first": f"{self.year}-01-01", "last": f"{self.year}-12-31", "zone": self.zone}
        asked |= {name: quote(str(value)) for name, value in more.items()}
        return "/dashboard/rows?" + "&".join(f"{name}={value}" for name, value in asked.items() if value)

    def cases(self, **more) -> str:
        """The address of the cases behind a figure."""
        return "/referrals?" + urlencode({name: value for name, value in {"zone": self.zone, **more}.items() if value})


def present() -> date:
    return today()
