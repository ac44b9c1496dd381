"""Who may take a case, and who first: hard filters, each with its reason, then a ranking that says why in words.

Nobody fits means nobody: there is no second choice behind the filters.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import peewee
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from geopy.distance import geodesic

from fieldapp.database import SEOUL, now, today
from fieldapp.experts import Conflict, Expert
from fieldapp.owners import CONTACT, PARTNER, Consent
from fieldapp.referrals.offer import Offer, loads
from fieldapp.referrals.referral import Referral
from fieldapp.shops import Shop
from fieldapp.worktime import Closure

WHY_NOT = {
    "inactive": lazy_gettext("활동하지 않음"), "field": lazy_gettext("분야가 아님"), "zone": lazy_gettext("맡지 않는 권역"),
    "absent": lazy_gettext("부재 중"), "full": lazy_gettext("정원이 참"), "mou": lazy_gettext("협약 기간이 아님"),
    "conflict": lazy_gettext("이해관계가 있음"), "declined": lazy_gettext("이 의뢰를 거절함"),
    "consent": lazy_gettext("이 기관에 대한 제공 동의가 없음"),
}


@dataclass(frozen=True)
class Candidate:
    """What is known of one expert for one case. `why_not` is the first filter that keeps them out, or empty."""

    uid: str
    name: str = ""
    qualification: str = ""
    partner: str = ""
    why_not: str = ""
    main: bool = False
    wished: bool = False
    expired: bool = False  # let an offer of this very case run out
    same_trade: int = 0    # finished cases in the shop's trade
    load: int = 0
    capacity: int = 0
    last_offer: datetime | None = None
    metres: float | None = None
    needs_consent: bool = False  # the owner has not agreed that this expert's institution gets their data
    has_mail: bool = True

    @property
    def rank(self) -> tuple:
        """Field fit, the same trade before, load now, longest since the last offer, distance; whoever let it expire comes last."""
        never = datetime.min.replace(tzinfo=SEOUL)
        return (self.expired, not self.main, not self.same_trade, self.load, self.last_offer or never,
                self.metres if self.metres is not None else float("inf"), self.uid)

    @property
    def reasons(self) -> list[str]:
        days = (now() - self.last_offer).days if self.last_offer else None
        return [text for text in (
            _("매니저가 바람") if self.wished else "",
            _("주 분야") if self.main else _("가능 분야"),
            _("같은 업종 %(n)s건", n=self.same_trade) if self.same_trade else "",
            _("진행 %(n)s건", n=self.load),
            _("제안 받은 적 없음") if days is None else _("최근 제안 오늘") if not days else _("최근 제안 %(n)s일 전", n=days),
            _("%(km).1f km", km=self.metres / 1000) if self.metres is not None else "",
            _("이 의뢰의 제안을 넘긴 적 있음") if self.expired else "") if text]


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those who may, the best first."""
    return sorted((one for one in candidates if not one.why_not), key=lambda one: one.rank)


@dataclass
class Pool:
    """What is known of the experts of one field at this moment, so that many cases can be matched with the same queries."""

    experts: list[Expert]
    absent: set[str] = field(default_factory=set)
    load: dict[str, int] = field(default_factory=dict)
    last_offer: dict[str, datetime] = field(default_factory=dict)
    zones: dict[str, set[str]] = field(default_factory=dict)
    trades: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str) -> "Pool":
        experts = list(Expert.pool(code))
        uids = [expert.uid for expert in experts]
        if not uids:
            return cls([])
        latest = Offer.select(Offer.expert, peewee.fn.MAX(Offer.created_at)).where(Offer.expert.in_(uids)).group_by(Offer.expert)
        done = (Referral.select(Referral.expert, Shop.industry, peewee.fn.COUNT(Referral.uid)).join(Shop)
                .where(Referral.expert.in_(uids), Referral.state.in_(("completed", "aftercare", "closed")))
                .group_by(Referral.expert, Shop.industry))
        return cls(
            experts, Closure.absent(uids, today()), loads(),
            {expert: moment for expert, moment in latest.tuples() if moment},
            {uid: {zone.uid for zone in zones} for uid, zones in Expert.zones_of(uids).items() if zones},
            {(expert, industry): count for expert, industry, count in done.tuples()})

    def candidates(self, referral: Referral, *, assume_consent: bool = False) -> list[Candidate]:
        """Everyone of the field, those who may not with the reason.

        `assume_consent` where the owner is yet to be asked: a missing consent keeps nobody out, `needs_consent` says whose it is.
        """
        if not self.experts:
            return []
        answers = {(row.expert_id, row.state) for row in Offer.select(Offer.expert, Offer.state).where(Offer.referral == referral)}
        conflicts, consents = Conflict.with_shop(referral.shop_id), Consent.all_standing(referral.shop_id)
        return [self.candidate(expert, referral, answers, conflicts, consents, assume_consent) for expert in self.experts]

    def candidate(self, expert: Expert, referral: Referral, answers: set, conflicts: Collection[str], consents: set,
                  assume_consent: bool) -> Candidate:
        shop, partner = referral.shop, expert.partner
        load = self.load.get(expert.uid, 0)
        asks = bool(partner) and partner.needs_consent and (PARTNER, partner.uid) not in consents
        covered = assume_consent or ((CONTACT, "") in consents and not asks)
        filters = (
            ("inactive", not expert.active), ("absent", expert.uid in self.absent), ("full", load >= expert.capacity),
            ("zone", expert.uid in self.zones and referral.zone_id not in self.zones[expert.uid]),
            ("mou", bool(partner) and not partner.in_force(today())),
            ("conflict", expert.uid in conflicts), ("declined", (expert.uid, "declined") in answers), ("consent", not covered))
        placed = None not in (expert.lat, expert.lon, shop.lat, shop.lon)
        return Candidate(
            expert.uid, expert.name, expert.qualification, partner.name if partner else "", next((why for why, out in filters if out), ""),
            expert.advises.main, referral.wished_expert_id == expert.uid, (expert.uid, "expired") in answers,
            self.trades.get((expert.uid, shop.industry), 0) if shop.industry else 0, load, expert.capacity,
            self.last_offer.get(expert.uid), geodesic((expert.lat, expert.lon), (shop.lat, shop.lon)).m if placed else None, asks,
            bool(expert.mail))


def may_know_owner(expert: Expert, shop: str) -> bool:
    """Whether the owner's consents open name and phone to this expert, through the institution too."""
    needed = {(CONTACT, "")} | ({(PARTNER, expert.partner_id)} if expert.partner and expert.partner.needs_consent else set())
    return needed <= Consent.all_standing(shop)


def candidates_for(referral: Referral) -> list[Candidate]:
    """Everyone of the referral's field: those who may, the best first, then those who may not, each with the reason."""
    everyone = Pool.of(referral.field).candidates(referral)
    return ranked(everyone) + sorted((one for one in everyone if one.why_not), key=lambda one: one.name)


def why_not(referral: Referral, expert_uid: str) -> str:
    """Why this expert may not take this referral now, in words; empty where they may."""
    found = {one.uid: one for one in Pool.of(referral.field).candidates(referral)}.get(expert_uid)
    if found is None:
        expert = Expert.get_or_none(Expert.uid == expert_uid)
        return str(WHY_NOT["inactive" if expert and not expert.active else "field"])
    return str(WHY_NOT[found.why_not]) if found.why_not else ""
