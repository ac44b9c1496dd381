import peewee
from flask_babel import lazy_gettext as _

from fieldapp import events
from fieldapp.database import Record
from fieldapp.errors import Invalid
from fieldapp.experts.expert import Expert
from fieldapp.shops import Shop


class Conflict(Record):
    """이해충돌: a shop that this expert must not advise, and why."""

    expert = peewee.ForeignKeyField(Expert, backref="conflicts", on_delete="CASCADE")
    shop = peewee.ForeignKeyField(Shop, backref="conflicts", on_delete="CASCADE")
    reason = peewee.CharField(200)

    class Meta:
        indexes = ((("expert", "shop"), True),)

    @classmethod
    def of(cls, expert: str) -> list["Conflict"]:
        """What keeps this expert from which shops, with the shops, in one query."""
        return list(cls.select(cls, Shop).join(Shop).where(cls.expert == expert).order_by(Shop.name, cls.uid))

    @classmethod
    def with_shop(cls, shop: str) -> dict[str, str]:
        """The experts who must not advise this shop: uid to reason."""
        return {row.expert_id: row.reason for row in cls.select().where(cls.shop == shop)}

    @classmethod
    def add(cls, expert: Expert, shop: Shop, reason: str, by: str) -> "Conflict":
        """Note it, inside the caller's transaction. Raises Invalid where it stands already."""
        conflict = cls(expert=expert.uid, shop=shop.uid, reason=reason)
        if not cls.insert(conflict.__data__).on_conflict_ignore().as_rowcount().execute():
            raise Invalid(fields={"shop": _("이미 이해충돌로 적힌 점포입니다.")})
        events.record("conflict.added", expert.uid, by=by, shop=shop.uid, reason=reason)
        return conflict

    def remove(self, by: str) -> None:
        """Take it back, inside the caller's transaction."""
        self.delete_instance()
        events.record("conflict.removed", self.expert_id, by=by, shop=self.shop_id, reason=self.reason)
