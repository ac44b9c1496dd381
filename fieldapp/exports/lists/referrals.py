"""의뢰: the cases of /referrals, whichever lane and narrowing its address names, the newest number first."""

from flask_babel import lazy_gettext as _
from peewee import fn

from fieldapp.dashboard import QueueFilter, cases_of
from fieldapp.experts import FIELDS
from fieldapp.exports.columns import Column, words_of
from fieldapp.exports.lists import names
from fieldapp.exports.lists.owners import OWNER_COLUMNS, fill_owner
from fieldapp.exports.purposes import NAMED, TOLD
from fieldapp.exports.table import List
from fieldapp.referrals import SOURCES, STATES, URGENCIES, Referral
from fieldapp.shops import Shop

COLUMNS = (
    Column("number", _("번호"), "number", NAMED),
    Column("submitted_at", _("접수"), "moment"),
    Column("state", _("상태"), words=words_of(STATES)),
    Column("field", _("분야"), words=words_of(FIELDS)),
    Column("urgency", _("급한 정도"), words=words_of(URGENCIES)),
    Column("source", _("들어온 길"), words=words_of(SOURCES)),
    Column("shop_name", _("점포"), only=NAMED, wide=24),
    Column("industry", _("업종"), wide=18),
    Column("address", _("주소"), only=NAMED, wide=36),
    Column("dong", _("행정동"), words=names.dongs),
    Column("zone", _("권역"), words=names.zones),
    Column("manager", _("매니저"), only=NAMED, words=names.managers),
    Column("expert", _("전문가"), only=NAMED, words=names.experts),
    Column("due_at", _("처리기한"), "moment"),
    Column("changed_at", _("바뀐 때"), "moment"),
    Column("wish", _("원하는 것"), "said", TOLD),
    Column("call_when", _("통화 가능 시간"), "said", TOLD),
    *OWNER_COLUMNS,
)
VALUES = {
    "number": Referral.number, "submitted_at": Referral.submitted_at, "state": Referral.state, "field": Referral.field,
    "urgency": Referral.urgency, "source": Referral.source, "shop_name": fn.TRIM(Shop.name.concat(" ").concat(Shop.branch)),
    "industry": Shop.industry, "address": Shop.address_road, "dong": Shop.dong, "zone": Referral.zone, "manager": Referral.manager,
    "expert": Referral.expert, "due_at": Referral.due_at, "changed_at": Referral.changed_at, "wish": Referral.wish,
    "call_when": Referral.call_when,
}

REFERRALS = List(
    "referrals", _("의뢰"), "/referrals", "referral.see", QueueFilter, cases_of, lambda found: found.join(Shop), VALUES,
    (Referral.number,), COLUMNS, shop=Referral.shop, place=(Shop.lat, Shop.lon), fills={"owner": fill_owner})
