"""What someone asks to take: read from a form, refused with words beside each field."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from fieldapp.errors import Forbidden, Invalid
from fieldapp.exports.formats import FORMATS, GEOJSON, MOST_ROWS, XLSX
from fieldapp.exports.lists import LISTS
from fieldapp.exports.purposes import OF_ONE_SHOP, OPEN_TO, PURPOSES
from fieldapp.exports.table import List, Table
from fieldapp.form import Reader
from fieldapp.people import Person, may

LONGEST_QUERY, LONGEST_WHY, LEAST_LETTERS = 2000, 300, 5


@dataclass(frozen=True)
class Wish:
    """A list as its page's address asks for it, the format, and what for."""

    of: List
    asked: Any
    format: str
    purpose: str
    why: str
    unmasked: bool = False

    @classmethod
    def read(cls, raw) -> "Wish":
        """Read the form; raises Invalid with what is wrong beside each field."""
        form = Reader(raw.to_dict(flat=False))
        of = LISTS.get(form.choice("list", LISTS, required=_("무엇을 내보낼지 골라 주십시오.")))
        asked = narrowing(of, form.text("query", limit=LONGEST_QUERY)) if of else None
        wish = cls(of or LISTS["visits"], asked, form.choice("format", FORMATS, required=_("형식을 골라 주십시오.")),
                   form.choice("purpose", PURPOSES, required=_("어디에 쓰는지 골라 주십시오.")),
                   form.text("why", limit=LONGEST_WHY), form.flag("unmasked"))
        wish.refuse(form)
        form.finish()
        return wish

    def refuse(self, form: Reader) -> None:
        """What does not go together."""
        if self.asked and self.asked.problems:
            form.refuse("query", _("주소의 조건을 읽을 수 없습니다. 목록에서 다시 골라 주십시오."))
        if sum(letter.isalnum() for letter in self.why) < LEAST_LETTERS:
            form.refuse("why", _("무엇에 쓰는지 다섯 글자 이상 적어 주십시오."))
        if self.format == GEOJSON and not self.of.place:
            form.refuse("format", _("이 목록에는 위치가 없습니다. 다른 형식을 골라 주십시오."))
        if self.purpose and self.purpose not in self.of.purposes:
            form.refuse("purpose", _("이 목록은 이 목적으로 내보낼 수 없습니다."))
        if self.unmasked and self.purpose and self.purpose not in OPEN_TO:
            form.refuse("unmasked", _("이 목적에는 가린 채로만 내보냅니다."))

    def measured_for(self, person: Person) -> int:
        """How many rows it has. Raises Invalid where there is none, or more than may be; Forbidden where the list is not theirs to see."""
        if not may(person, self.of.verb):
            raise Forbidden()
        rows = self.of.count(person, self.asked)
        if not rows:
            raise Invalid(fields={"query": _("이 조건에 맞는 것이 없어 내보낼 것이 없습니다.")})
        if self.format == XLSX and rows > MOST_ROWS:
            raise Invalid(fields={"format": _("엑셀에는 1,048,575행까지 들어갑니다. 기간을 좁히거나 CSV를 골라 주십시오.")})
        if self.purpose in OF_ONE_SHOP and len(self.of.whose(person, self.asked, limit=2)) > 1:
            raise Invalid(fields={"purpose": _("한 점포의 목록만 이 목적으로 내보냅니다. 그 점포의 화면에서 내보내 주십시오.")})
        return rows

    def table_for(self, person: Person) -> Table:
        return Table(self.of, person, self.asked, self.purpose, self.unmasked)


def narrowing(of: List, query: str) -> Any:
    """What a page's address asks for; marks of its pages are left away."""
    return of.filter.read(MultiDict(parse_qsl(query.lstrip("?"))))
