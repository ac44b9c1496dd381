import peewee
from flask_babel import lazy_gettext as _

from fieldapp.database import Instant, Record
from fieldapp.shops import Shop

PERSONAL, CONTACT, PARTNER = "personal", "contact", "partner"
TEXTS_VERSION = "2026-01"

# 개인정보 보호법 제15조 제2항: purpose, items, retention, and the right to refuse with what follows from refusing.
TEXTS = {
    PERSONAL: {
        "title": _("개인정보 수집·이용 동의"),
        "purpose": _("상담 결과 안내와 지원사업 연계"),
        "items": _("대표자 성명, 전화번호"),
        "retention": _("마지막 방문일부터 2년, 그 뒤 파기"),
        "refusal": _("동의하지 않아도 방문 상담을 받으실 수 있습니다. 다만 결과를 따로 연락드리지 못합니다."),
    },
    CONTACT: {
        "title": _("전문가 연락 동의"),
        "purpose": _("스마트혁신지원단 전문가가 상담 일정을 잡기 위한 연락"),
        "items": _("상호, 대표자 성명, 전화번호, 상담 희망 내용"),
        "retention": _("의뢰 종결 뒤 2년, 그 뒤 파기"),
        "refusal": _("동의하지 않으시면 의뢰는 접수되지 않고 작성중으로 남습니다."),
    },
}


class Consent(Record):
    """What an owner agreed to, through which visit, to which version of the text."""

    shop = peewee.ForeignKeyField(Shop, backref="consents", on_delete="CASCADE")
    kind = peewee.CharField(20)
    party = peewee.CharField(36, default="")  # the institution to which a consent of kind `partner` lets data be given
    text_version = peewee.CharField(20)
    visit = peewee.CharField(36, default="")
    taken_by = peewee.CharField(36)
    given_at = Instant()
    withdrawn_at = Instant(null=True)

    @property
    def opens_owner(self) -> bool:
        """Whether name and phone may be seen by it; one that lets an institution have data opens nothing here."""
        return self.withdrawn_at is None and self.kind in (PERSONAL, CONTACT)

    @classmethod
    def standing(cls, shop, kind: str) -> "Consent | None":
        """The latest consent of this kind that has not been withdrawn."""
        return (cls.select().where(cls.shop == shop, cls.kind == kind, cls.withdrawn_at.is_null())
                .order_by(cls.given_at.desc()).first())

    @classmethod
    def all_standing(cls, shop) -> set[tuple[str, str]]:
        """What this shop's owner has agreed to and not withdrawn: kinds, each with the institution that it names, or none."""
        rows = cls.select(cls.kind, cls.party).where(cls.shop == shop, cls.withdrawn_at.is_null())
        return {(row.kind, row.party) for row in rows}
