"""Which shops of the register the address asks for."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from fieldapp.form import Reader
from fieldapp.shops import STATUSES, Shop


@dataclass(frozen=True)
class ShopFilter:
    """Each part is empty where nothing is asked; `problems` maps a part to why it could not be read."""

    q: str = ""
    zone: str = ""
    status: str = ""
    outside: str = ""
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, args) -> "ShopFilter":
        form = Reader(args.to_dict(flat=False))
        return cls(form.text("q", limit=60), form.uid("zone"), form.choice("status", STATUSES), "on" if form.flag("outside") else "",
                   form.errors)

    def query(self, **changes) -> str:
        """The address's query with some parts changed, or taken away by None."""
        asked = {name: getattr(self, name) for name in ("q", "zone", "status", "outside")} | changes
        return urlencode({name: value for name, value in asked.items() if value})

    def narrow(self, shops):
        shops = Shop.matching(shops, self.q)
        if self.zone:
            shops = shops.where(Shop.zone == self.zone)
        if self.status:
            shops = shops.where(Shop.status == self.status)
        return shops.where(Shop.outside) if self.outside else shops
