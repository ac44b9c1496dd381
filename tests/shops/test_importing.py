import csv
import json
import random
import time
from datetime import date, timedelta

import pytest

from fieldapp.database import Sequence, now, writing
from fieldapp.events import Event
from fieldapp.people import Grant, Person
from fieldapp.shops import Shop, ShopImport
from fieldapp.shops.columns import SEMAS
from fieldapp.shops.importing import BATCH, import_shops
from fieldapp.shops.register import BadRegister
from fieldapp.zones import Dong, Zone
from fieldapp.zones.importing import import_zones
from tests.published import MADE_UP, Published, table


@pytest.fixture
def gu(database, published) -> Published:
    """The published gu with its borders, and two managers in each zone."""
    import_zones(published.dongs)
    with writing():
        for zone in Zone.select():
            for number in (1, 2):
                person = Person.create(login=f"{zone.name_ko}{number}", name="가상", role="manager", password_hash="")
                Grant.create(person=person, zone=zone, first_day=date(2020, 1, 1))
    return published


@pytest.fixture
def file(tmp_path):
    return tmp_path / "some.csv"


def everything() -> list:
    """What an import could change, whole."""
    return [list(Shop.select().order_by(Shop.uid).dicts()), Event.select().count(), Sequence.get_or_none() and Sequence.get().last]


def written(path, lines: list[dict], encoding: str = "utf-8-sig"):
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return path


def plain(path, *lines: dict):
    """A plain register file of made-up shops."""
    empty = {"source": "가상 목록", "source_id": "1", "name": "가게", "lat": "", "lon": "", "dong_code": ""}
    return written(path, [empty | line for line in lines])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_the_published_register_with_its_edge_cases(gu, encoding):
    told = table(gu.semas[encoding], encoding)
    summary = import_shops(gu.semas[encoding])
    assert (summary.new, summary.changed, summary.unchanged, summary.refused, summary.elsewhere) == (19, 0, 0, 0, 0)
    assert (summary.duplicate, summary.superseded, summary.repaired, summary.outside, summary.zoneless) == (1, 1, 1, 2, 1)
    assert summary.replaced == [(3, 22)] and summary.repairs == [(18, "swapped")]
    shops = {shop.source_id: shop for shop in Shop.select()}
    assert set(shops) == {line["상가업소번호"] for line in told} and len(shops) == 19
    by_number = [shops[line["상가업소번호"]] for line in told]
    for shop, line in list(zip(by_number, told, strict=True))[2:15]:
        assert (shop.source, shop.name, shop.branch, shop.address_road, shop.industry) == (
            "semas", line["상호명"], line["지점명"], line["도로명주소"], line["상권업종소분류명"])
        assert shop.dong.code8 == line["행정동코드"] and shop.zone == shop.dong.zone and not shop.outside
    assert by_number[1].name == told[20]["상호명"] and by_number[1].address_road == told[20]["도로명주소"], "the later row counts"
    assert by_number[14].name == told[14]["상호명"] and "," in by_number[14].name and '"' in by_number[14].name
    without, swapped, neighbours, astray = by_number[15:19]
    assert (without.lat, without.lon, without.dong.code8) == (None, None, told[15]["행정동코드"])
    assert (swapped.lat, swapped.lon) == (float(told[16]["경도"]), float(told[16]["위도"])) and not swapped.outside
    assert neighbours.outside and (neighbours.zone, neighbours.dong, neighbours.manager) == (None, None, None)
    assert astray.outside and astray.zone == astray.dong.zone, "its code names a dong of ours: the office shall look at it"


def test_both_encodings_are_the_same_register(gu):
    import_shops(gu.semas["utf-8-sig"])
    before = everything()
    summary = import_shops(gu.semas["cp949"])
    assert (summary.unchanged, summary.new, summary.changed) == (19, 0, 0) and everything() == before


def test_a_neighbouring_gu_is_left_out_where_that_is_asked_for(gu):
    summary = import_shops(gu.semas["cp949"], only_own=True)
    assert (summary.new, summary.elsewhere, summary.outside, summary.zoneless) == (18, 1, 1, 0)


def test_without_borders_no_gu_is_another(database, published):
    summary = import_shops(published.semas["cp949"], only_own=True)
    assert (summary.new, summary.elsewhere) == (19, 0)


def test_a_plain_file_and_every_row_is_accounted_for(gu):
    told = table(gu.shops)
    summary = import_shops(gu.shops)
    assert summary.new + summary.refused + summary.duplicate + summary.superseded == len(told)
    assert Shop.select().count() == summary.new == len({line["source_id"] for line in told} - {row.cells[1] for row in summary.refusals})
    assert Shop.select().where(Shop.zone.is_null()).count() == summary.zoneless
    assert Shop.select().where(Shop.outside).count() == summary.outside


def test_zones_are_found_by_the_point_as_the_file_says_itself(gu):
    told = {line["source_id"]: line["dong_by_polygon"] for line in table(gu.shops) if line["lat"] and line["dong_by_polygon"]}
    import_shops(gu.shops)
    shops = {shop.source_id: shop for shop in Shop.select().where(Shop.source_id.in_(list(told)))}
    assert shops and {uid: shop.dong.name_ko for uid, shop in shops.items()} == {uid: told[uid] for uid in shops}
    zones = {feature["properties"]["name_ko"]: feature["properties"]["zone"] for feature in gu.features}
    assert {uid: shop.zone.name_ko for uid, shop in shops.items()} == {uid: zones[told[uid]] for uid in shops}


def test_several_shops_on_one_point_are_several_shops(gu, file):
    summary = import_shops(plain(file, *[{"source_id": f"{number}", "lat": "37.65", "lon": "127.03"} for number in range(3)]))
    assert summary.new == Shop.select().where(Shop.lat == 37.65, Shop.lon == 127.03).count() == 3


def test_a_file_without_a_source_gets_the_one_that_is_named(gu):
    told = table(gu.raw, "cp949")
    with pytest.raises(BadRegister):
        import_shops(gu.raw)
    summary = import_shops(gu.raw, source="착한가격업소")
    assert (summary.new, summary.refused, summary.zoneless) == (len(told), 0, len(told)), "neither points nor dongs are in it"
    shops = list(Shop.select())
    assert {shop.source for shop in shops} == {"착한가격업소"} and all(shop.name and "\u3000" not in shop.name for shop in shops)
    assert {shop.source_id for shop in shops} == {line["업소아이디"] for line in told}
    assert not [shop for shop in shops if "서울특별시 서울 " in shop.address_road or shop.phone == "null"]


def test_the_made_up_file_is_refused_row_by_row_and_its_rest_taken(database):
    import_zones(MADE_UP / "dongs_twin.geojson")
    summary = import_shops(MADE_UP / "shops_twin.csv")
    assert [(refusal.line, refusal.reason, refusal.detail) for refusal in summary.refusals] == [
        (8, "outside-korea", "10.5, 140.2"), (9, "no-name", ""), (10, "no-id", ""), (11, "bad-coordinates", "북위, 동경"),
        (17, "columns", "3")]
    assert [refusal.cells[2] for refusal in summary.refusals] == [
        "바다 밖 횟집", "　", "번호 없는 가게", "좌표가 글인 가게", "열이 모자란 가게"]
    assert (summary.new, summary.duplicate, summary.superseded, summary.replaced) == (9, 1, 1, [(3, 15)])
    assert summary.repairs == [(7, "swapped"), (13, "half-point")] and summary.repaired == 2
    shops = {shop.source_id: shop for shop in Shop.select()}
    assert {uid: shop.phone for uid, shop in shops.items() if shop.phone} == {
        "T-001": "02-123-0001", "T-002": "02-1230-0002", "T-003": "02-123-0003", "T-005": "1230-0005"}
    assert (shops["T-003"].name, shops["T-003"].address_lot, shops["T-004"].name, shops["T-004"].address_lot) == (
        '쉼표, 그리고 "따옴표"', "", "파랑 이발소", "")
    assert shops["T-002"].address_road == "서울특별시 도봉구 없는로 22"
    assert {uid for uid, shop in shops.items() if shop.outside} == {"T-011", "T-015"}
    assert {uid: shop.dong.name_ko for uid, shop in shops.items() if shop.dong} == {
        "T-001": "가람1동", "T-002": "가람2동", "T-003": "나루1동", "T-004": "나루2동", "T-006": "가람1동", "T-012": "나루1동"}
    assert {uid for uid, shop in shops.items() if shop.zone is None} == {"T-005", "T-011", "T-015"}


def test_the_same_files_again_change_nothing_at_all(gu):
    """No row, no change number and no event: phones have nothing to fetch."""
    for path, source in ((gu.semas["cp949"], ""), (gu.shops, ""), (gu.raw, "착한가격업소")):
        first = import_shops(path, source=source)
        before = everything()
        again = import_shops(path, source=source)
        assert (again.new, again.changed, again.unchanged) == (0, 0, first.new)
        assert (again.refused, again.duplicate, again.superseded, again.outside) == (
            first.refused, first.duplicate, first.superseded, first.outside)
        assert everything() == before


def test_what_has_changed_is_taken_over_with_a_change_number_and_an_event(gu, tmp_path):
    lines = table(gu.semas["utf-8-sig"])[4:7]
    import_shops(written(tmp_path / "old.csv", lines))
    seqs = {shop.source_id: shop.seq for shop in Shop.select()}
    lines[1] |= {"상호명": "새 이름", "층정보": "3"}
    summary = import_shops(written(tmp_path / "new.csv", lines))
    assert (summary.new, summary.changed, summary.unchanged) == (0, 1, 2)
    shops = {shop.source_id: shop for shop in Shop.select()}
    changed = shops[lines[1]["상가업소번호"]]
    assert (changed.name, changed.floor) == ("새 이름", "3") and "새 이름" in changed.search
    assert changed.seq > max(seqs.values())
    assert {uid for uid, shop in shops.items() if shop.seq != seqs[uid]} == {changed.source_id}
    event, = Event.of(changed.uid)
    assert (event.kind, event.facts) == ("shop.changed", {"file": "new.csv", "fields": ["floor", "name"]})


def test_a_shop_keeps_its_row_its_status_and_its_manager_when_its_content_changes(gu, tmp_path):
    lines = table(gu.semas["utf-8-sig"])[4:5]
    import_shops(written(tmp_path / "old.csv", lines))
    shop = Shop.get()
    Shop.update(status="closed_down").execute()
    lines[0] |= {"상호명": "새 이름", "행정동코드": gu.features[-1]["properties"]["code"][:8], "경도": "", "위도": ""}
    import_shops(written(tmp_path / "new.csv", lines))
    after = Shop.get()
    assert (after.uid, after.status, after.manager_id, after.zone_id) == (shop.uid, "closed_down", shop.manager_id, shop.zone_id)
    assert after.dong_id == gu.features[-1]["properties"]["code"][:8], "the dong is the file's, the zone is the office's"


def test_new_borders_move_no_shop(gu, tmp_path):
    """Neither at once nor at the next import of the register."""
    import_shops(gu.semas["utf-8-sig"])
    before = {shop.source_id: shop.zone_id for shop in Shop.select()}
    borders = json.loads(gu.dongs.read_bytes())
    for feature in borders["features"]:
        feature["properties"]["zone"] = "모두의 권역"
    (tmp_path / "new.geojson").write_text(json.dumps(borders))
    import_zones(tmp_path / "new.geojson")
    assert not Dong.select().join(Zone).where(Zone.name_ko == "모두의 권역").exists(), "a dong moves at the desk"
    everything_before = everything()
    import_shops(gu.semas["utf-8-sig"])
    assert {shop.source_id: shop.zone_id for shop in Shop.select()} == before and everything() == everything_before
    with writing():
        for dong in Dong.select():
            dong.move_to(Zone.get(Zone.name_ko == "모두의 권역"), "")
    import_shops(gu.semas["utf-8-sig"])
    assert {shop.source_id: shop.zone_id for shop in Shop.select()} == before
    lines = table(gu.semas["utf-8-sig"])[4:5]
    import_shops(written(tmp_path / "more.csv", [lines[0] | {"상가업소번호": "NEW1"}]))
    assert Shop.get(Shop.source_id == "NEW1").zone.name_ko == "모두의 권역"


def test_borders_that_come_after_the_shops_place_them_at_the_next_import(database, published):
    import_shops(published.semas["utf-8-sig"])
    assert Shop.select().where(Shop.zone.is_null(False) | Shop.outside).count() == 0
    import_zones(published.dongs)
    summary = import_shops(published.semas["utf-8-sig"])
    assert (summary.changed, summary.unchanged, summary.outside) == (18, 1, 2)
    assert all(shop.zone == shop.dong.zone for shop in Shop.select() if shop.dong)
    before = everything()
    import_shops(published.semas["utf-8-sig"])
    assert everything() == before


def test_each_shop_gets_a_manager_in_charge_of_its_zone_evenly(gu):
    import_shops(gu.semas["utf-8-sig"])
    loads: dict = {}
    for shop in Shop.select().where(Shop.zone.is_null(False)):
        assert shop.zone_id in Grant.zones_of(shop.manager)
        loads.setdefault(shop.zone_id, {}).setdefault(shop.manager_id, []).append(shop)
    for zone, managers in loads.items():
        counts = [len(managers.get(person.uid, [])) for person in Grant.holders(zone, now().date())]
        assert len(counts) == 2 and max(counts) - min(counts) <= 1
    assert Shop.select().where(Shop.zone.is_null(), Shop.manager.is_null(False)).count() == 0


def test_who_has_fewer_shops_gets_the_next(database, cast, file):
    """changdong has two shops in their zone; a colleague who came later has none."""
    colleague = Person.create(login="colleague", name="가상", role="manager", password_hash="")
    Grant.create(person=colleague, zone=cast.zone, first_day=date(2020, 1, 1))
    import_shops(plain(file, *[{"source_id": f"{number}", "dong_code": "11320511"} for number in range(4)]))
    assert [Shop.select().where(Shop.manager == person).count() for person in (cast.changdong, colleague)] == [3, 3]


def test_only_active_managers_of_today_are_given_shops(database, cast, file):
    before = now().date() - timedelta(days=2)
    for login, role, active, last in (
            ("gone", "manager", False, None), ("before", "manager", True, before), ("boss", "supervisor", True, None)):
        person = Person.create(login=login, name="가상", role=role, password_hash="", active=active)
        Grant.create(person=person, zone=cast.zone, first_day=date(2020, 1, 1), last_day=last)
    import_shops(plain(file, *[{"source_id": f"{number}", "dong_code": "11320511"} for number in range(6)]))
    assert {shop.manager.login for shop in Shop.select().where(Shop.source == "가상 목록")} == {"changdong"}


def test_shops_that_came_before_their_managers_get_one_at_the_next_import(database, published):
    import_zones(published.dongs)
    import_shops(published.semas["utf-8-sig"])
    assert Shop.select().where(Shop.manager.is_null(False)).count() == 0
    person = Person.create(login="late", name="가상", role="manager", password_hash="")
    zone = Zone.ordered().first()
    Grant.create(person=person, zone=zone, first_day=date(2020, 1, 1))
    summary = import_shops(published.semas["utf-8-sig"])
    given = Shop.select().where(Shop.manager == person)
    assert summary.changed == given.count() > 0 and {shop.zone for shop in given} == {zone}
    before = everything()
    import_shops(published.semas["utf-8-sig"])
    assert everything() == before


def test_the_same_number_from_two_sources_is_two_shops(database, file):
    summary = import_shops(plain(file, {"source": "가"}, {"source": "나"}))
    assert summary.new == 2 and {shop.source for shop in Shop.select()} == {"가", "나"}


def test_of_a_shop_that_is_told_three_times_the_last_counts(database, file):
    summary = import_shops(plain(file, {"name": "처음"}, {"name": "둘째"}, {"name": "처음"}, {"name": "처음"}))
    assert (summary.new, summary.superseded, summary.duplicate) == (1, 2, 1)
    assert summary.replaced == [(2, 3), (3, 4)] and Shop.get().name == "처음"


def test_a_bad_file_changes_nothing(gu, file):
    before = everything()
    for content in (b"", b"\0\0", b"a,b,c\n1,2,3\n", b"PK\x03\x04"):
        file.write_bytes(content)
        with pytest.raises(BadRegister):
            import_shops(file)
    assert everything() == before


def test_progress_is_told_from_the_beginning_to_the_end(database, file):
    told: list[tuple[int, int]] = []
    path = plain(file, *[{"source_id": f"{number}"} for number in range(BATCH * 2 + 10)])
    import_shops(path, lambda done, lines: told.append((done, lines)))
    assert told == sorted(told) and told[-1][0] == told[-1][1] and len(told) > 6
    assert len({lines for _done, lines in told}) == 1


def test_visits_get_in_between_the_batches(database, file, monkeypatch):
    """Each batch is a transaction of its own: what breaks in the third leaves the first two."""
    path = plain(file, *[{"source_id": f"{number}"} for number in range(BATCH * 3)])
    real, calls = Shop.create, []

    def create(**columns):
        calls.append(columns)
        if len(calls) == BATCH * 2 + 7:
            raise OSError(28, "No space left on device")
        return real(**columns)

    monkeypatch.setattr(Shop, "create", create)
    with pytest.raises(OSError):
        import_shops(path)
    assert Shop.select().count() == BATCH * 2 and ShopImport.get().state == "failed"
    monkeypatch.undo()
    summary = import_shops(path)
    assert (summary.new, summary.unchanged) == (BATCH, BATCH * 2)


@pytest.mark.slow
def test_a_whole_gu_lands_in_one_run(app, tmp_path):
    """20,000 rows in the 39 columns through the command, as an office brings them in for the first time."""
    import_zones(MADE_UP / "dongs_twin.geojson")
    count, chance = 20_000, random.Random(3)
    dongs = [(dong.code8, dong.name_ko) for dong in Dong.select().order_by(Dong.code8)]
    lines = []
    for number in range(count):
        code, name = chance.choice(dongs)
        lines.append(dict.fromkeys(SEMAS, "") | {
            "상가업소번호": f"MA{number:018d}", "상호명": f"가상상점 {number}호", "상권업종소분류명": "백반/한정식", "시군구코드": "99320",
            "시군구명": "없는구", "행정동코드": code, "행정동명": name, "지번주소": f"서울특별시 없는구 없는동 {number}",
            "도로명주소": f"서울특별시 없는구 없는로 {number}", "층정보": "1", "경도": f"{chance.uniform(127.02, 127.04):.6f}",
            "위도": f"{chance.uniform(37.64, 37.66):.6f}"})
    path = written(tmp_path / "gu.csv", lines, "cp949")
    start = time.monotonic()
    answer = app.test_cli_runner().invoke(args=["import-shops", str(path)], color=True)
    print(f"{count:,} rows in {time.monotonic() - start:.1f} s")
    assert answer.exit_code == 0, answer.output
    assert Shop.select().count() == Shop.select().where(Shop.zone.is_null(False)).count() == count
    assert "점포 가져오기" in answer.output and "20,000  새로 등록" in answer.output
