"""Which shops of the register the address asks for."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from fieldapp.form import Reader
from fieldapp.people import Grant, Person
from fieldapp.shops import STATUSES, Shop, find


@dataclass(frozen=True)
class ShopFilter:
    """Each part is empty where nothing is asked; `problems` maps a part to why it could not be read."""

    q: str = ""
    zone: str = ""
    status: str = ""
    outside: str = ""
    check: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, args) -> "ShopFilter":
        form = Reader(args.to_dict(flat=False))
        return cls(form.text("q", limit=60), form.uid("zone"), form.choice("status", STATUSES), "on" if form.flag("outside") else "",
                   "on" if form.flag("check") else "", form.errors)

    def query(self, **changes) -> str:
        """The address's query with some parts changed, or taken away by None."""
        asked = {name: getattr(self, name) for name in ("q", "zone", "status", "outside", "check")} | changes
        return urlencode({name: value for name, value in asked.items() if value})

    def found(self, person: Person) -> list[str]:
        """The uids of the shops that fit the words, the best first, of those that this person reaches and the rest asks for."""
        held = None if person.sees_all_zones else set(Grant.zones_of(person))
        if held is None and not (self.zone or self.status or self.outside or self.check):
            return find(self.q)
        return find(self.q, lambda one: (held is None or one.zone in held) and (not self.zone or one.zone == self.zone)
                    and (not self.status or one.status == self.status) and (not self.outside or one.outside)
                    and (not self.check or one.to_check))

    def narrow(self, shops):
        if self.q:
            shops = shops.where(Shop.uid.in_(find(self.q)))
        if self.zone:
            shops = shops.where(Shop.zone == self.zone)
        if self.status:
            shops = shops.where(Shop.status == self.status)
        if self.check:
            shops = shops.where(Shop.to_check)
        return shops.where(Shop.outside) if self.outside else shops
