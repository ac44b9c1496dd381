"""The made-up expert pool: the district's own and two partner institutions."""

from dataclasses import dataclass
from datetime import date

from fieldapp.experts import Expert, ExpertField, ExpertZone, Partner
from fieldapp.people import Person
from fieldapp.zones import Zone

GUARANTEE, UNIVERSITY = "예시신용보증재단", "예시대학교 산학협력단"
PARTNERS = ((GUARANTEE, "provision"), (UNIVERSITY, "entrustment"))


@dataclass(frozen=True)
class Entry:
    name: str
    qualification: str
    fields: tuple[str, ...]
    login: str = ""
    partner: str = ""
    zone: str = ""
    capacity: int = 4


POOL = (
    Entry("노무 전문가", "공인노무사", ("labor",), "expert-labor", capacity=5),
    Entry("세무 전문가", "세무사", ("tax", "finance"), "expert-tax", capacity=5),
    Entry("강예시", "공인노무사", ("labor", "legal")),
    Entry("남예시", "변호사", ("legal",)),
    Entry("도예시", "법무사", ("legal", "startup")),
    Entry("류예시", "경영지도사", ("strategy", "marketing")),
    Entry("맹예시", "경영지도사", ("marketing", "startup")),
    Entry("방예시", "온라인 마케팅 강사", ("marketing", "it"), zone="창동권역"),
    Entry("석예시", "경영지도사", ("finance", "strategy"), partner=GUARANTEE),
    Entry("염예시", "신용상담사", ("finance",), partner=GUARANTEE),
    Entry("주예시", "기술지도사", ("production",), partner=UNIVERSITY),
    Entry("차예시", "변리사", ("patent", "legal")),
    Entry("표예시", "정보관리기술사", ("it", "production")),
    Entry("하예시", "세무사", ("tax",), zone="쌍문권역"),
)


def open_pool(zones: dict[str, Zone], since: date) -> None:
    """Keep institutions and experts, as confirmed on that day."""
    first, last = date(since.year, 1, 1), date(since.year + 2, 12, 31)
    partners = {name: Partner.create(name=name, basis=basis, mou_first_day=first, mou_last_day=last) for name, basis in PARTNERS}
    people = {person.login: person for person in Person.select().where(Person.role == "expert")}
    for number, entry in enumerate(POOL, 1):
        expert = Expert.create(name=entry.name, qualification=entry.qualification, person=people.get(entry.login), confirmed_on=since,
                               partner=partners.get(entry.partner), capacity=entry.capacity, mail=f"expert{number}@example.org",
                               phone=f"02-000-{9000 + number}", lat=37.653 + number % 5 * 0.006, lon=127.03 + number % 4 * 0.008)
        for place, field in enumerate(entry.fields):
            ExpertField.create(expert=expert, field=field, main=place == 0)
        if entry.zone:
            ExpertZone.create(expert=expert, zone=zones[entry.zone])
