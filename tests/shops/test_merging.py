"""Two entries made one, and two again: nothing that hangs on either is lost, and late news under the old name finds its way."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from fieldapp.dashboard import Spot
from fieldapp.dashboard.alike import staying
from fieldapp.database import db, now, uuid7, writing
from fieldapp.errors import Conflict, Invalid, Problem
from fieldapp.events import Event
from fieldapp.experts import Conflict as ConflictOfInterest
from fieldapp.experts import Expert, ExpertInput
from fieldapp.figures import Counted
from fieldapp.grievances import Grievance
from fieldapp.owners import CONTACT, PERSONAL, Consent, Owner
from fieldapp.referrals import Referral
from fieldapp.shops import Departure, Shop, ShopFact, ShopMerge, find
from fieldapp.shops.merging import ShopMergeRow, hanging
from fieldapp.sync.pack import pack
from fieldapp.visits import Visit
from tests.cases import case_in
from tests.conftest import frozen, make_shop
from tests.recording import recorded, revised

MET = {"outcome": "met", "memo": "점심 뒤에 다시"}
AGREED = {"consent.personal": "on", "consent.contact": "on", "owner.name": "김가상", "owner.phone": "010-1234-5678"}


@pytest.fixture
def twin(cast) -> Shop:
    """The cast's first shop, registered once more; the second entry knows what the first does not."""
    with writing():
        shop = make_shop("가상 분식", cast.zone, cast.changdong, 37.65001, 127.04501, phone="02-900-1234", floor="2")
        shop.touch()
    return shop


def join(kept: Shop, gone: Shop, by, **more) -> ShopMerge:
    with writing():
        return ShopMerge.join(kept, gone, by.uid, "한 점포", **more)


def undo(merge: ShopMerge, by) -> None:
    with writing():
        merge.undo(by.uid, "두 점포였음")


def whose() -> dict[str, dict[str, str]]:
    """Every row that hangs on a shop, with its shop, by table."""
    return {model._meta.table_name: dict(model.select(model.uid, field).tuples()) for field, model in hanging()}


def rows_of(shop: Shop) -> dict[str, int]:
    return {table: list(rows.values()).count(shop.uid) for table, rows in whose().items() if shop.uid in rows.values()}


def furnish(cast, shop: Shop) -> None:
    """One of everything that can hang on a shop."""
    case_in(cast, "aftercare", shop=shop)
    with writing():
        expert = Expert.enter(ExpertInput(f"가상 전문가 {shop.name}", fields=("labor",)), "")
        ConflictOfInterest.add(expert, shop, "가족", "")
        ShopFact.create(shop=shop, name="employees", value="3", source="told", by=cast.changdong.uid, said_at=now())


def test_everything_that_can_hang_on_a_shop_moves_and_goes_back(cast, twin):
    furnish(cast, cast.shop)
    furnish(cast, twin)
    before = whose()
    assert all(set(rows.values()) == {cast.shop.uid, twin.uid} for rows in before.values()), "one of everything on either"
    merge = join(cast.shop, twin, cast.supervisor)
    assert rows_of(twin) == {"owner": 1}, "but a second owner, for whom there is no room"
    assert {table: len(rows) for table, rows in before.items()} == rows_of(cast.shop) | {"owner": 2}
    assert sum(merge.moved.values()) == sum(rows_of(cast.shop).values()) - sum(
        list(rows.values()).count(cast.shop.uid) for rows in before.values())
    undo(merge, cast.supervisor)
    assert whose() == before


def test_what_the_standing_one_did_not_know_is_taken_over_and_given_back(cast, twin):
    merge = join(cast.shop, twin, cast.supervisor)
    kept, gone = Shop.get_by_id(cast.shop.uid), Shop.get_by_id(twin.uid)
    assert (kept.name, kept.phone, kept.floor) == ("가상분식", "02-900-1234", "2")
    assert (gone.status, gone.zone_id, gone.merged_into_id, gone.tile) == ("merged", None, kept.uid, None)
    with writing():
        kept.touch(floor="3")
    undo(merge, cast.supervisor)
    kept, gone = Shop.get_by_id(cast.shop.uid), Shop.get_by_id(twin.uid)
    assert (kept.phone, kept.floor) == ("", "3"), "what was changed since stays as it was changed"
    assert (gone.status, gone.zone_id, gone.manager_id, gone.merged_into_id) == ("open", cast.zone.uid, cast.changdong.uid, None)
    assert gone.tile == twin.tile


def test_lists_searches_and_phones_no_longer_know_the_one_that_went(cast, twin):
    cursor = pack(cast.changdong, "", "", "ko")["cursor"]
    assert twin.uid in find("가상 분식")
    merge = join(cast.shop, twin, cast.supervisor)
    assert twin.uid not in find("가상 분식") and not Shop.reachable_by(cast.supervisor).where(Shop.uid == twin.uid).exists()
    told = pack(cast.changdong, cursor, "", "ko")
    assert told["rest"]["merged"] == {twin.uid: cast.shop.uid} and "merged" not in pack(cast.ssangmun, "", "", "ko")["rest"]
    assert told["gone"] == [twin.uid] and cast.shop.uid in [line["uid"] for line in told["shops"]]
    undo(merge, cast.supervisor)
    told = pack(cast.changdong, told["cursor"], "", "ko")
    assert twin.uid in [line["uid"] for line in told["shops"]] and twin.uid in find("가상 분식")
    assert Departure.since(0, [cast.zone.uid]) == []


def test_figures_and_the_map_count_one_shop(cast, twin):
    for shop in (cast.shop, twin):
        recorded(cast.changdong, MET | {"shop": shop.uid, "category": ["rent"], "grievance.rent.text": "인상",
                                        "grievance.rent.disposition": "needs_committee"})
    merge = join(cast.shop, twin, cast.supervisor)
    assert {row.shop for row in Counted.select()} == {cast.shop.uid}
    assert Shop.get_by_id(cast.shop.uid).open_grievances == 2 and Shop.get_by_id(twin.uid).open_grievances == 0
    undo(merge, cast.supervisor)
    assert {row.shop for row in Counted.select()} == {cast.shop.uid, twin.uid}
    assert [Shop.get_by_id(shop.uid).open_grievances for shop in (cast.shop, twin)] == [1, 1]


def test_a_visit_without_a_place_is_drawn_where_its_shop_is(cast):
    with writing():
        far = make_shop("가상 분식", cast.zone, cast.changdong, 37.67, 127.03)
    recorded(cast.changdong, MET | {"shop": far.uid})
    there = [row.tile for row in Spot.select()]
    merge = join(cast.shop, far, cast.supervisor)
    assert [row.tile for row in Spot.select()] == [cast.shop.tile] != there
    undo(merge, cast.supervisor)
    assert [row.tile for row in Spot.select()] == there


def test_a_late_visit_under_the_old_name_stands_at_the_shop_that_is_left_and_goes_back_with_it(as_, cast, twin):
    earlier = recorded(cast.changdong, MET | {"shop": twin.uid})
    merge = join(cast.shop, twin, cast.supervisor)
    [answer] = as_("changdong").send(frozen(cast.changdong, MET | AGREED | {
        "shop": twin.uid, "category": ["rent"], "grievance.rent.text": "인상", "grievance.rent.disposition": "needs_referral",
        "refer.field": "legal", "refer.wish": "계약서"}))
    assert answer["answer"] == "created"
    late = Visit.get_by_id(answer["id"])
    again = revised(earlier, MET | {"shop": twin.uid, "memo": "고침"})
    assert {late.shop_id, again.shop_id, Referral.get().shop_id} == {cast.shop.uid}
    assert Shop.get_by_id(twin.uid).status == "merged"
    undo(merge, cast.supervisor)
    assert {row.shop_id for model in (Visit, Referral, Grievance, Consent) for row in model.select()} == {twin.uid}


def test_late_news_of_a_closing_closes_the_shop_that_stands(cast, twin):
    join(cast.shop, twin, cast.supervisor)
    recorded(cast.changdong, {"shop": twin.uid, "outcome": "closed_down", "memo": ""})
    assert Shop.get_by_id(cast.shop.uid).status == "closed_down" and Shop.get_by_id(twin.uid).status == "merged"


def test_another_zones_manager_reaches_it_by_neither_name(cast, twin):
    join(cast.shop, twin, cast.supervisor)
    for shop in (cast.shop, twin):
        with pytest.raises(Invalid):
            recorded(cast.ssangmun, MET | {"shop": shop.uid})


def test_one_after_another_and_back_in_turn(cast, twin):
    third = make_shop("가상분식 본점", cast.zone, cast.changdong, 37.65002, 127.04502)
    visits = {shop.uid: recorded(cast.changdong, MET | {"shop": shop.uid}).uid for shop in (cast.shop, twin, third)}
    first, second = join(twin, third, cast.supervisor), join(cast.shop, twin, cast.supervisor)
    assert Shop.merged_in([cast.zone.uid]) == {third.uid: cast.shop.uid, twin.uid: cast.shop.uid}
    assert Shop.standing(third.uid) == cast.shop and set(cast.shop.entries()) == {cast.shop.uid, twin.uid, third.uid}
    with pytest.raises(Conflict) as refused:
        undo(first, cast.supervisor)
    assert "먼저 되돌려" in str(refused.value.message)
    undo(second, cast.supervisor)
    undo(first, cast.supervisor)
    assert {visit.shop_id: visit.uid for visit in Visit.select()} == visits


def test_what_cannot_be_merged_is_said(cast, twin):
    merge = join(cast.shop, twin, cast.supervisor)
    for kept, gone, problem in ((cast.shop, cast.shop, Invalid), (cast.neighbour, twin, Conflict), (twin, cast.neighbour, Conflict)):
        with pytest.raises(problem):
            join(kept, gone, cast.supervisor)
    undo(merge, cast.supervisor)
    with pytest.raises(Conflict):
        undo(merge, cast.supervisor)
    assert ShopMergeRow.select().count() == 0 and ShopMerge.select().count() == 1


def test_of_eight_at_once_one_merges(app, cast, twin):
    recorded(cast.changdong, MET | {"shop": twin.uid})

    def once(number: int) -> str:
        pair = (cast.shop, twin) if number % 2 else (twin, cast.shop)
        try:
            with app.app_context():
                join(*pair, cast.supervisor)
                return "merged"
        except Problem as problem:
            return problem.code
        finally:
            db.close()

    with ThreadPoolExecutor(8) as threads:
        codes = sorted(threads.map(once, range(8)))
    assert codes == ["conflict"] * 7 + ["merged"]
    assert {visit.shop_id for visit in Visit.select()} == {ShopMerge.get().kept_id}


def test_owners_of_different_names_keep_their_consents_apart(cast, twin):
    recorded(cast.changdong, MET | AGREED | {"shop": cast.shop.uid})
    recorded(cast.changdong, MET | AGREED | {"shop": twin.uid, "owner.name": "이가상"})
    assert staying(cast.shop, twin) == (Consent,) and staying(cast.shop, cast.neighbour) == ()
    join(cast.shop, twin, cast.supervisor, but=staying(cast.shop, twin))
    assert {consent.shop_id for consent in Consent.select()} == {cast.shop.uid, twin.uid}
    assert Owner.get(Owner.shop == cast.shop).name == "김가상"


def test_a_consent_that_is_withdrawn_erases_what_either_entry_knew(cast, twin):
    recorded(cast.changdong, MET | AGREED | {"shop": cast.shop.uid})
    recorded(cast.changdong, MET | AGREED | {"shop": twin.uid})
    merge = join(cast.shop, twin, cast.supervisor)
    for kind in (PERSONAL, CONTACT):
        take_back(cast, cast.shop, kind)
    assert Owner.select().count() == 0 and all(consent.withdrawn_at for consent in Consent.select())
    undo(merge, cast.supervisor)
    assert Owner.select().count() == 0


def test_of_two_consents_one_withdrawn_leaves_what_the_other_opens_in_both(cast, twin):
    for shop in (cast.shop, twin):
        recorded(cast.changdong, MET | AGREED | {"shop": shop.uid})
    merge = join(cast.shop, twin, cast.supervisor)
    take_back(cast, cast.shop, CONTACT)
    assert {owner.shop_id for owner in Owner.select()} == {cast.shop.uid, twin.uid}
    undo(merge, cast.supervisor)
    take_back(cast, twin, PERSONAL)
    assert {owner.shop_id for owner in Owner.select()} == {cast.shop.uid}, "parted, each stands by its own"
    take_back(cast, cast.shop, PERSONAL)
    assert Owner.select().count() == 0


def test_of_two_owners_each_keeps_by_what_was_agreed_to_at_its_entry(cast, twin):
    recorded(cast.changdong, MET | AGREED | {"shop": cast.shop.uid})
    recorded(cast.changdong, MET | AGREED | {"shop": twin.uid, "owner.name": "이가상", "consent.contact": ""})
    join(cast.shop, twin, cast.supervisor, but=staying(cast.shop, twin))
    take_back(cast, cast.shop, PERSONAL)
    assert [owner.name for owner in Owner.select()] == ["김가상"], "whom the consent to be contacted opens; it is not the other's"


def take_back(cast, shop: Shop, kind: str) -> None:
    with writing():
        Owner.take_back(Shop.get_by_id(shop.uid), kind, "", "phone", "", cast.supervisor.uid)


def test_it_is_told_in_the_history_of_the_one_that_stands(cast, twin):
    merge = join(cast.shop, twin, cast.supervisor)
    undo(merge, cast.coordinator)
    told = [(event.kind, event.person, event.facts) for event in Event.of(cast.shop.uid) if event.kind in ("shop.merged", "shop.parted")]
    facts = {"gone": twin.uid, "name": "가상 분식", "merge": merge.uid}
    assert told == [("shop.merged", cast.supervisor.uid, facts | {"why": "한 점포"}),
                    ("shop.parted", cast.coordinator.uid, facts | {"why": "두 점포였음"})]


def test_a_zone_that_is_gone_and_a_manager_who_left_are_not_put_back(cast, twin):
    merge = join(cast.shop, twin, cast.supervisor)
    with writing():
        ShopMerge.update(before=json.dumps(json.loads(merge.before) | {"zone": uuid7()})).execute()
        cast.changdong.active = False
        cast.changdong.save()
    undo(merge, cast.supervisor)
    gone = Shop.get_by_id(twin.uid)
    assert (gone.zone_id, gone.manager_id, gone.status) == (None, None, "open")
