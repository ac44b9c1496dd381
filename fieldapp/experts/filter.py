"""Which experts the address asks for."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fieldapp.experts.expert import Expert, ExpertField, ExpertZone
from fieldapp.experts.field import FIELD_CODES
from fieldapp.form import Reader

OWN = "own"  # asked for in place of an institution: the district's own


@dataclass(frozen=True)
class ExpertFilter:
    """What the list is narrowed to, as it stands in the address; `problems` says why a part could not be read."""

    problems: dict[str, str]
    q: str = ""
    field: str = ""
    zone: str = ""
    partner: str = ""
    active: str = ""

    @classmethod
    def read(cls, args) -> "ExpertFilter":
        form = Reader(args.to_dict(flat=False))
        partner = OWN if args.get("partner") == OWN else form.uid("partner")
        return cls(form.errors, form.text("q", limit=60), form.choice("field", FIELD_CODES), form.uid("zone"), partner,
                   form.choice("active", ("yes", "no")))

    @property
    def parts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("q", "field", "zone", "partner", "active") if getattr(self, name)}

    def query(self, **changes) -> str:
        """The address's query with some parts changed, or taken away by None."""
        return urlencode({name: value for name, value in {**self.parts, **changes}.items() if value})

    def narrow(self, found):
        for word in self.q.split():
            found = found.where(Expert.name.contains(word))
        if self.field:
            found = found.where(Expert.uid.in_(ExpertField.select(ExpertField.expert).where(ExpertField.field == self.field)))
        if self.zone:  # who serves it: those of this zone, and those of all
            found = found.where(Expert.uid.in_(ExpertZone.select(ExpertZone.expert).where(ExpertZone.zone == self.zone))
                                | Expert.uid.not_in(ExpertZone.select(ExpertZone.expert)))
        if self.partner:
            found = found.where(Expert.partner.is_null() if self.partner == OWN else Expert.partner == self.partner)
        return found.where(Expert.active == (self.active == "yes")) if self.active else found
