"""An expert's entry in words: the names of its parts, and what stands in them."""

from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from fieldapp.experts.field import FIELDS
from fieldapp.experts.partner import Partner
from fieldapp.people import Person
from fieldapp.zones import Zone

PARTS = {
    "name": _("성명"), "qualification": _("자격"), "fields": _("분야"), "zones": _("권역"), "partner": _("소속"),
    "person": _("계정"), "capacity": _("정원"), "mail": _("메일"), "phone": _("전화"), "language": _("언어"),
    "active": _("활동"), "lat": _("위도"), "lon": _("경도"), "note": _("메모"),
    "field": _("분야"), "main_field": _("주 분야"), "zone": _("권역"),  # as the form calls them
}
LANGUAGES = {"ko": "한국어", "en": "English"}


class Names:
    """The names of institutions, zones and accounts by their uids, read once."""

    def __init__(self) -> None:
        self.partners = list(Partner.ordered())
        self.zones = list(Zone.ordered())
        language = str(get_locale())
        self.of = {zone.uid: zone.name(language) for zone in self.zones} | {partner.uid: partner.name for partner in self.partners}

    def in_words(self, part: str, value) -> str:
        """What stands in this part of an entry."""
        if part == "fields":
            return ", ".join(str(FIELDS.get(code, code)) for code in value)
        if part == "zones":
            return ", ".join(self.of.get(uid, uid) for uid in value) or str(_("모든 권역"))
        if part == "partner":
            return self.of.get(value, value) if value else str(_("구 자체"))
        if part == "person":
            person = Person.get_or_none(Person.uid == value)
            return person.login if person else "–"
        if part == "active":
            return str(_("활동") if value else _("중지"))
        return LANGUAGES.get(value, "") if part == "language" else "–" if value in ("", None) else str(value)

    def told(self, differences: dict[str, tuple]) -> list[tuple[str, str, str]]:
        """Each difference as the part's name, what was and what is."""
        return [(str(PARTS[part]), self.in_words(part, before), self.in_words(part, after))
                for part, (before, after) in differences.items()]
