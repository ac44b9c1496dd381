"""Lists that the desk took for its reports, so that the record of exports has something to show."""

from datetime import timedelta

from fieldapp.database import at, now
from fieldapp.events import seen_by
from fieldapp.exports import LISTS, Export, Wish
from fieldapp.people import Person

TAKEN = (("coordinator", "visits", "csv", "business", "지난달 실적보고 붙임 자료", 24), ("supervisor", "shops", "geojson", "statistics",
         "상권별 방문 분포 분석", 11), ("coordinator", "grievances", "csv", "business", "건의 처리대장 작성", 3))


def take_lists() -> None:
    for login, code, format, purpose, why, days in TAKEN:
        with at(now() - timedelta(days=days, hours=2)):
            person, of = Person.get(Person.login == login), LISTS[code]
            wish = Wish(of, of.filter(), format, purpose, why)
            rows = of.count(person, wish.asked)
            export = Export.ask(wish, rows, person, "sending", "ko", "127.0.0.1")
            seen_by(person.uid, f"export.{code}", of.whose(person, wish.asked), f"/exports/{export.uid}", export.address)
            export.turn("sent", done=rows)
