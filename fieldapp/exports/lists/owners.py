"""A shop's owner beside its rows, as far as a consent that stands opens it."""

from flask_babel import lazy_gettext as _

from fieldapp.exports.columns import Column
from fieldapp.exports.purposes import NAMED
from fieldapp.owners import CONTACT, PERSONAL, Consent, Owner

OWNER_COLUMNS = (
    Column("owner_name", _("대표자"), "name", NAMED, needs="owner"),
    Column("owner_phone", _("대표자 전화"), "phone", NAMED, needs="owner"),
)


def fill_owner(rows: list[dict]) -> None:
    """`owner_name` and `owner_phone` of each row's shop; empty where no consent stands that opens them."""
    shops = {row["shop"] for row in rows}
    opened = Consent.select(Consent.shop).where(
        Consent.shop.in_(shops), Consent.kind.in_((PERSONAL, CONTACT)), Consent.withdrawn_at.is_null())
    owners = {shop: (name, phone) for shop, name, phone in
              Owner.select(Owner.shop, Owner.name, Owner.phone).where(Owner.shop.in_(shops), Owner.shop.in_(opened)).tuples()}
    for row in rows:
        row["owner_name"], row["owner_phone"] = owners.get(row["shop"], ("", ""))
