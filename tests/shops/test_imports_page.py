"""A list of shops from a file on the screen: what it would do, then exactly that, and back again."""

import csv
import io
import json
import re
import threading
import zipfile
from datetime import timedelta

import openpyxl
import pytest

from fieldapp.database import db, now, writing
from fieldapp.errors import Problem
from fieldapp.events import Event
from fieldapp.experts import Conflict, Expert, ExpertInput
from fieldapp.shops import Shop, ShopImport, bring_waiting, tidy_imports
from fieldapp.shops.columns import SEMAS
from fieldapp.shops.importing import BATCH
from fieldapp.shops.shop import Departure
from fieldapp.shops.shop_import import SILENT, UNCONFIRMED, ShopImportChange
from tests.published import table
from tests.recording import recorded

HEADER = "source,source_id,name,road_address,phone,dong_code\n"


def line(number, name="", address="가상로 9", phone="", dong="11320511") -> str:
    return f"가상 목록,{number},{name or f'가상상점 {number}'},{address},{phone},{dong}\n"


LIST = HEADER + line(1) + line(2, phone="02  956 0909") + line(3, address="서울특별시 서울 도봉구 가상로 3") + "가상 목록,4,,,,\n"


def semas(*numbers, name="가상상점", **more) -> str:
    """A quarter of 상가(상권)정보 with these shops."""
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, SEMAS, lineterminator="\n")
    table.writeheader()
    for number in numbers:
        table.writerow(dict.fromkeys(SEMAS, "") | {
            "상가업소번호": f"MA{number}", "상호명": f"{name} {number}", "상권업종소분류코드": "I20101", "상권업종소분류명": "백반/한정식",
            "시군구코드": "11320", "행정동코드": "11320511", "도로명주소": f"서울특별시 도봉구 가상로 {number}"} | more)
    return out.getvalue()


def send(client, content: str | bytes, name="list.csv", **form):
    body = content.encode() if isinstance(content, str) else content
    return client.post("/shops/imports", data={"file": (io.BytesIO(body), name)} | form, content_type="multipart/form-data")


def sent(client, content, name="list.csv", **form) -> ShopImport:
    answer = send(client, content, name, **form)
    assert answer.status_code == 303, answer.text
    return ShopImport.get_by_id(answer.location.rpartition("/")[2].partition("?")[0])


def again(run: ShopImport) -> ShopImport:
    return ShopImport.get_by_id(run.uid)


def press(client, run, act, status=303, **form) -> ShopImport:
    answer = client.post(f"/shops/imports/{run.uid}/{act}", data=form)
    assert answer.status_code == status, answer.text
    return again(run)


def brought(client, content, name="list.csv", **form) -> ShopImport:
    run = press(client, sent(client, content, name, **form), "confirm", doubtful="on")
    assert run.state == "done", run.problem
    return run


@pytest.fixture
def boss(as_):
    return as_("supervisor")


def everything() -> list:
    """The register, whole, but for the change numbers and what the map keeps beside it."""
    beside = ("seq", "street")
    return [{name: value for name, value in shop.items() if name not in beside} for shop in Shop.select().order_by(Shop.uid).dicts()]


def test_a_file_is_shown_row_by_row_and_done_once_it_is_confirmed(boss, cast):
    before = everything()
    run = sent(boss, LIST)
    assert (run.state, everything()) == ("shown", before)
    assert {name: run.counted[name] for name in ("rows", "new", "refused")} == {"rows": 4, "new": 3, "refused": 1}
    page = boss.get(f"/shops/imports/{run.uid}?verdict=new").text
    assert "가상상점 1" in page and "가상상점 3" in page and "확인하고 저장" in page
    assert "상호가 없습니다" in boss.get(f"/shops/imports/{run.uid}?verdict=refused").text
    run = press(boss, run, "confirm")
    shops = {shop.source_id: shop for shop in Shop.select().where(Shop.source == "가상 목록")}
    assert (run.state, run.was_written, len(shops)) == ("done", {"new": 3}, 3)
    assert (shops["2"].phone, shops["2"].as_told) == ("02-956-0909", {"phone": "02  956 0909"})
    assert shops["3"].address_road == "서울특별시 도봉구 가상로 3"
    assert shops["3"].as_told == {"address_road": "서울특별시 서울 도봉구 가상로 3"} and shops["1"].told == ""
    listed = boss.get("/shops/imports").text
    assert "list.csv" in listed and "가상 supervisor" in listed and "가져옴" in listed
    event = Event.get(Event.kind == "shops.imported")
    assert (event.person, event.subject, event.facts["new"]) == (cast.supervisor.uid, run.uid, 3)


def test_the_same_file_again_changes_nothing_and_says_when_it_came(boss):
    brought(boss, LIST)
    before = everything()
    run = sent(boss, LIST)
    page = boss.get(f"/shops/imports/{run.uid}").text
    assert run.counted["unchanged"] == 3 and "이미 가져왔습니다" in page and "저장할 것이 없습니다" in page
    press(boss, run, "confirm")
    assert everything() == before


def test_a_file_that_is_here_and_not_done_with_leads_to_its_import(boss, as_):
    run = sent(boss, LIST)
    answer = send(as_("admin"), LIST)
    assert answer.location == f"/shops/imports/{run.uid}?same=1" and ShopImport.select().count() == 1
    assert "같은 파일을 이미 올렸습니다" in as_("admin").get(answer.location).text
    press(boss, run, "drop")
    assert send(as_("admin"), LIST).location != answer.location


def test_of_two_who_confirm_at_once_one_does(boss, as_):
    """The second, on the same import or on another one that was shown before, is told so and nothing happens twice."""
    one, other = sent(boss, LIST), sent(as_("admin"), LIST + line(9))
    press(boss, one, "confirm")
    before = everything()
    press(as_("admin"), one, "confirm", 409)
    answer = as_("admin").post(f"/shops/imports/{other.uid}/confirm")
    assert answer.status_code == 409 and "다른 가져오기가 저장되었습니다" in answer.text and everything() == before
    assert (again(other).state, again(other).counted["unchanged"], again(other).counted["new"]) == ("shown", 3, 1), "it was read anew"
    assert press(as_("admin"), other, "confirm").was_written == {"unchanged": 3, "new": 1}


def test_of_many_threads_that_confirm_at_the_same_moment_one_does(app, boss):
    """Each with a row of its own in hand and a connection of its own."""
    runs = [sent(boss, LIST), sent(boss, LIST + line(9))]
    start, done = threading.Barrier(8), []

    def press_it(uid: str) -> None:
        with app.app_context():
            run = ShopImport.get_by_id(uid)
            start.wait(10)
            try:
                run.confirm("somebody")
                done.append(uid)
            except Problem as problem:
                assert problem.status == 409
            finally:
                db.close()

    threads = [threading.Thread(target=press_it, args=(runs[number % 2].uid,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 1
    assert sorted(again(run).state for run in runs) == ["confirmed", "shown"]
    assert Event.select().where(Event.kind == "shops.import_confirmed").count() == 1


def test_while_one_is_written_no_other_begins(boss):
    one, other = sent(boss, LIST), sent(boss, LIST + line(9))
    ShopImport.update(state="applying", hand="elsewhere:1").where(ShopImport.uid == one.uid).execute()
    assert press(boss, other, "confirm", 409).state == "shown"
    ShopImport.update(changed_at=now() - SILENT - timedelta(seconds=1)).where(ShopImport.uid == one.uid).execute()
    assert press(boss, other, "confirm").state == "done" and again(one).state == "failed", "nobody has been at work there"


def test_a_long_file_is_the_workers_and_its_page_says_how_far_it_is(boss, monkeypatch):
    monkeypatch.setattr("fieldapp.shops.views.AT_ONCE", 0)
    run = sent(boss, HEADER + "".join(line(number) for number in range(BATCH * 5)))
    assert run.state == "received"
    page = boss.get(f"/shops/imports/{run.uid}").text
    assert "읽기를 기다림" in page and 'hx-trigger="every 2s"' in page
    part = boss.http.get(f"/shops/imports/{run.uid}", headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<html" not in part.text
    assert bring_waiting() == 1 and again(run).state == "shown"
    assert boss.http.get(f"/shops/imports/{run.uid}", headers={"HX-Request": "true"}).headers["HX-Redirect"] == f"/shops/imports/{run.uid}"
    assert press(boss, run, "confirm").state == "confirmed"
    assert bring_waiting() == 1 and again(run).was_written == {"new": BATCH * 5}
    first = boss.get(f"/shops/imports/{run.uid}?verdict=new")
    assert first.text.count("<tr>") == 51, "fifty rows a page"
    after, = re.findall(r'href="\?verdict=new&amp;after=(\d+)"', first.text)
    second = boss.get(f"/shops/imports/{run.uid}?verdict=new&after={after}").text
    assert second.count("<tr>") == 51 and "가상상점 50<" in second and "가상상점 49<" not in second
    assert boss.get(f"/shops/imports/{run.uid}?verdict=new&after={int(after) - 5}").text == second, "a place within a row is the next one"


def test_a_worker_that_is_stopped_or_killed_goes_on_where_it_was_and_ends_the_same(boss):
    run = sent(boss, HEADER + "".join(line(number) for number in range(BATCH * 5)))
    press(boss, run, "confirm")
    turns = iter([False, False, False])
    bring_waiting(lambda: next(turns, True))
    stopped = again(run)
    assert (stopped.state, stopped.done, Shop.select().where(Shop.source == "가상 목록").count()) == ("confirmed", BATCH * 3, BATCH * 3)
    ShopImport.update(state="applying", hand="elsewhere:1", changed_at=now() - SILENT - timedelta(seconds=1)).execute()
    tidy_imports()
    assert again(run).state == "confirmed"
    bring_waiting()
    assert (again(run).state, again(run).was_written) == ("done", {"new": BATCH * 5})
    assert Shop.select().where(Shop.source == "가상 목록").count() == ShopImportChange.select().count() == BATCH * 5


def test_a_full_disk_stops_it_and_it_is_taken_up_again(boss, monkeypatch):
    run = sent(boss, LIST)
    monkeypatch.setattr(Shop, "create", lambda **_columns: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    run = press(boss, run, "confirm")
    assert (run.state, run.problem, run.stage) == ("failed", "full", "confirmed")
    assert "저장 공간" in boss.get(f"/shops/imports/{run.uid}").text
    monkeypatch.undo()
    press(boss, run, "resume")
    bring_waiting()
    assert (again(run).state, again(run).was_written) == ("done", {"new": 3})


def test_a_shop_that_a_new_quarter_does_not_name_is_to_be_checked(boss, cast):
    brought(boss, semas(*range(6)), "상가정보_서울_202603.csv")
    run = brought(boss, semas(*range(1, 6), 7), "상가정보_서울_202606.csv")
    assert run.done == run.rows == 7, "six rows and the shop that no row names"
    assert [run.counted[name] for name in ("rows", "new", "unchanged", "vanished")] == [6, 1, 5, 1]
    gone = Shop.get(Shop.source_id == "MA0")
    assert (gone.to_check, gone.status) == (True, "open") and Shop.select().where(Shop.to_check).count() == 1
    assert "확인 필요" in boss.get(f"/shops/{gone.uid}").text
    assert gone.uid in boss.get("/shops?check=on").text and cast.shop.uid not in boss.get("/shops?check=on").text
    assert gone.uid in boss.get("/shops?check=on&q=가상상점").text
    kept = Shop.get(Shop.source_id == "MA1")
    fresh = Shop.get(Shop.source_id == "MA7")
    assert (kept.industry_code, kept.industry_version, fresh.industry_version) == ("I20101", "2026-03", "2026-06")
    back = brought(boss, semas(*range(8)), "상가정보_서울_202609.csv")
    assert back.was_written["changed"] == 1 and not Shop.get(Shop.source_id == "MA0").to_check


def test_whoever_was_there_need_not_check_again(boss, cast):
    brought(boss, semas(*range(6)), "q_202603.csv")
    brought(boss, semas(*range(2, 6)), "q_202606.csv")
    for number, outcome, checked in ((0, "met", True), (1, "absent", False)):
        shop = Shop.get(Shop.source_id == f"MA{number}")
        recorded(cast.changdong, {"shop": shop.uid, "outcome": outcome, "memo": "가상"})
        assert Shop.get_by_id(shop.uid).to_check is not checked


@pytest.mark.parametrize(("content", "name", "note"), [
    (semas(0, 1), "q_202606.csv", "partial"), (semas(*range(1, 6)) + "MA9,끊긴", "q_202606.csv", "cut"),
    (semas(*range(1, 6)), "q_202512.csv", "older")])
def test_a_file_that_is_not_a_whole_new_quarter_marks_nothing(boss, content, name, note):
    brought(boss, semas(*range(6)), "q_202603.csv")
    run = sent(boss, content, name)
    assert (run.note, run.counted.get("vanished", 0)) == (note, 0)
    press(boss, run, "confirm")
    assert not Shop.select().where(Shop.to_check).exists()


def test_rows_to_look_at_can_be_left_out(boss, cast):
    """A new number for a name and address that are known, and latitude and longitude that were swapped."""
    brought(boss, HEADER + line(1, "가상약국", '"가상로 77, 2층"'))
    content = ("source,source_id,name,road_address,lat,lon\n다른 목록,A,가상 약국,가상로 77 (창동),,\n"
               "다른 목록,B,나,가상로 8,127.045,37.65\n다른 목록,C,다,가상로 9,,\n")
    run = sent(boss, content)
    assert (run.counted["doubtful"], run.counted["new"]) == (2, 1)
    page = boss.get(f"/shops/imports/{run.uid}?verdict=doubtful").text
    assert "같은 이름과 주소의 점포가 이미 있습니다" in page and "위도와 경도가 바뀌어" in page
    press(boss, run, "confirm")
    assert {shop.source_id for shop in Shop.select().where(Shop.source == "다른 목록")} == {"C"}


def test_an_import_is_undone_but_for_what_hangs_on_it_and_what_was_changed_since(boss, cast):
    brought(boss, HEADER + "".join(line(number) for number in range(4)))
    before = everything()
    run = brought(boss, HEADER + line(0, "바뀐 이름") + line(1, "바뀐 둘째") + "".join(line(number) for number in (5, 6, 7)))
    shops = {shop.source_id: shop for shop in Shop.select().where(Shop.source == "가상 목록")}
    recorded(cast.changdong, {"shop": shops["5"].uid, "outcome": "met", "memo": "가상"})
    with writing():
        Conflict.add(Expert.enter(ExpertInput("가상 노무사", fields=("labor",)), ""), shops["6"], "가족", "")
        shops["1"].touch(name="사람이 고친 이름")
    run = press(boss, run, "undo")
    assert run.state == "undone"
    left = {change.shop: change.left for change in ShopImportChange.select().where(ShopImportChange.run == run.uid)}
    assert {number: left.get(shop.uid) for number, shop in shops.items()} == {
        "0": "back", "1": "changed", "2": None, "3": None, "5": "hangs", "6": "hangs", "7": "back"}
    there = {shop.source_id: shop.name for shop in Shop.select().where(Shop.source == "가상 목록")}
    assert there.keys() == shops.keys() - {"7"} and (there["0"], there["1"]) == ("가상상점 0", "사람이 고친 이름")
    page = boss.get(f"/shops/imports/{run.uid}").text
    assert "되돌리지 않은 점포" in page and "달려 있어" in page and "다시 바뀌어" in page
    assert [departure.shop for departure in Departure.select()] == [shops["7"].uid], "phones forget it"
    kept = ("0", "2", "3")
    assert [row for row in everything() if row["source_id"] in kept and row["source"] == "가상 목록"] == [
        row for row in before if row["source_id"] in kept and row["source"] == "가상 목록"]
    press(boss, run, "undo", 409)


def test_a_whole_quarter_undone_leaves_the_register_as_it_was(boss, cast):
    brought(boss, semas(*range(6)), "q_202603.csv")
    before = everything()
    run = brought(boss, semas(1, 2, 3, 4, 8, 상권업종소분류명="김밥"), "q_202606.csv")
    assert run.was_written == {"changed": 4, "new": 1, "vanished": 2}
    press(boss, run, "undo")
    assert again(run).state == "undone"
    assert everything() == before


def test_shops_whose_zone_came_with_an_import_lose_it_again(boss, cast):
    brought(boss, HEADER + line(1, dong=""))
    Shop.update(dong=None, zone=None, manager=None).where(Shop.source == "가상 목록").execute()
    run = brought(boss, HEADER + line(1, dong="11320511"))
    assert Shop.get(Shop.source == "가상 목록").zone == cast.zone
    press(boss, run, "undo")
    shop = Shop.get(Shop.source == "가상 목록")
    assert (shop.zone, shop.manager) == (None, None) and Departure.get().shop == shop.uid


UNKNOWN = "가게,일련,어디\n가상빵집,1,가상로 1\n가상꽃집,2,가상로 2\n"


def test_columns_that_are_not_known_are_asked_for_and_remembered(boss):
    run = sent(boss, UNKNOWN)
    page = boss.get(f"/shops/imports/{run.uid}").text
    assert run.state == "asking" and "어느 열이 무엇입니까?" in page and "가상꽃집" in page
    assert not Shop.select().where(Shop.name == "가상빵집").exists()
    wrong = boss.post(f"/shops/imports/{run.uid}/columns", data={"name": "가게", "source_id": "가게", "source": ""})
    assert wrong.status_code == 422 and "한 열을 두 번" in wrong.text and "어디서 받았는지" in wrong.text
    assert '<option value="가게" selected>' in wrong.text, "what was chosen comes back"
    assert boss.post(f"/shops/imports/{run.uid}/columns", data={"name": "없는 열"}).status_code == 422
    run = press(boss, run, "columns", name="가게", source_id="일련", address_road="어디", source="상인회 명부")
    assert (run.state, run.source, run.counted["new"]) == ("shown", "상인회 명부", 2)
    press(boss, run, "confirm")
    assert {shop.name: shop.address_road for shop in Shop.select().where(Shop.source == "상인회 명부")} == {
        "가상빵집": "가상로 1", "가상꽃집": "가상로 2"}
    other = sent(boss, "어디,일련,가게\n가상로 3,3,가상국수\n")
    assert (other.state, other.source, other.counted["new"]) == ("shown", "상인회 명부", 1), "in another order too"


def test_a_list_without_a_source_is_asked_for_it_once(boss, published):
    run = sent(boss, published.raw.read_bytes(), "raw.csv")
    assert run.state == "asking"
    page = boss.get(f"/shops/imports/{run.uid}").text
    form = dict(re.findall(r'<select id="column-(\w+)".*?<option value="([^"]+)" selected>', page))
    assert (form["name"], form["source_id"], form["phone"]) == ("업소명", "업소아이디", "업소 전화번호")
    run = press(boss, run, "columns", source="착한가격업소", **form)
    rows = len(table(published.raw, "cp949"))
    assert (run.state, run.counted["rows"], run.counted.get("refused", 0)) == ("shown", rows, 0)
    press(boss, run, "confirm", doubtful="on")
    assert Shop.select().where(Shop.source == "착한가격업소").count() == rows
    assert sent(boss, published.raw.read_bytes() + b"\n", "raw.csv").state == "shown", "its source is remembered with its titles"


def xlsx(rows, sheet_before=()) -> bytes:
    book = openpyxl.Workbook()
    for row in (*sheet_before, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


def test_the_same_columns_come_as_workbook_and_in_an_archive(boss, published):
    told = list(csv.reader(io.StringIO(published.shops.read_text("utf-8-sig"), newline="")))
    plain = sent(boss, published.shops.read_bytes(), "plain.csv").counted
    assert plain["rows"] == len(told) - 1
    whole = [[cell if len(cell) < 32000 else "" for cell in row] for row in told if len(row) == len(told[0])]
    sheet = sent(boss, xlsx(whole, [["점포 목록"], []]), "list.xlsx")
    packed = sent(boss, zipped(readme_txt=b"x", list_csv=published.shops.read_bytes()), "list.zip")
    assert packed.counted == plain
    lost = len(told) - len(whole)
    assert sheet.counted["rows"] == plain["rows"] - lost and sheet.counted.get("new", 0) == plain.get("new", 0)
    rows = [json.loads(one)["line"] for one in (sheet.folder / "new.jsonl").read_text().splitlines()]
    assert rows[0] == 4, "numbers of rows are those of the sheet: a title, an empty row and the titles stand above"


@pytest.mark.parametrize(("content", "name", "told"), [
    (b"", "a.csv", "빈 파일입니다"), (b"\xd0\xcf\x11\xe0" + b"x" * 99, "a.xls", "옛 엑셀"),
    (b"PK\x03\x04 broken", "a.zip", "압축을 풀 수 없습니다"),
    (zipped(a_csv=b"1", b_csv=b"2"), "a.zip", "CSV가 2개"), (zipped(a_txt=b"1"), "a.zip", "CSV가 0개"),
    (zipped(**{"xl/workbook_xml": b"<x/>"}), "a.xlsx", "엑셀 파일을 읽을 수 없습니다"), (b"\0\1\2", "a.csv", "글자로 된 파일이 아닙니다"),
    (b"\xff" * 500, "a.csv", "글자를 읽을 수 없습니다"), (b"abc", "a.csv", "점포 목록이 아닙니다"),
    ("상가업소번호,상호명\n1,가\n".encode(), "a.csv", "없는 열: 도로명주소")])
def test_what_is_no_list_is_refused_in_words(boss, content, name, told):
    run = sent(boss, content, name)
    assert run.state == "refused" and told in run.problem
    assert told in boss.get(f"/shops/imports/{run.uid}").text


def test_a_form_without_a_file_or_with_too_much_is_told(boss):
    assert boss.post("/shops/imports", data={}).status_code == 422
    answer = send(boss, LIST, source="가" * 61)
    assert answer.status_code == 422 and "60자까지" in answer.text and ShopImport.select().count() == 0
    assert "가" * 61 in answer.text, "what was typed comes back"


def test_a_bomb_is_refused_and_leaves_nothing(boss, config, monkeypatch):
    monkeypatch.setattr("fieldapp.shops.intake.LARGEST", 1 << 20)
    run = sent(boss, zipped(a_csv=HEADER.encode() + b"x" * (4 << 20)), "bomb.zip")
    assert run.state == "refused" and "300 MB" in run.problem
    tidy_imports()
    assert list((config.data / "imports").iterdir()) == []


def test_an_archive_with_a_huge_index_is_not_opened(boss, monkeypatch):
    monkeypatch.setattr("fieldapp.shops.intake.LARGEST_INDEX", 1 << 14)
    run = sent(boss, zipped(**{f"{number}_txt": b"" for number in range(500)}), "many.zip")
    assert run.state == "refused" and "파일이 너무 많습니다" in run.problem


def test_a_sheet_with_a_million_empty_rows_is_read(boss):
    def row(number: int, *cells: str) -> str:
        told = (f'<c r="{letter}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for letter, cell in zip("ABC", cells, strict=True))
        return f'<row r="{number}">{"".join(told)}</row>'

    rows = row(1, "source", "id", "name") + row(2, "가상 목록", "1", "가상빵집") + row(1_000_000, "가상 목록", "2", "가상꽃집")
    made, out = zipfile.ZipFile(io.BytesIO(xlsx([["x"]]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in made.infolist():
            content = made.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + rows.encode() + b"</sheetData>", content)
                content = re.sub(rb"<dimension[^>]*>", b"", content)
            archive.writestr(part.filename, content)
    run = sent(boss, out.getvalue(), "empty.xlsx")
    assert (run.state, run.counted["rows"], run.counted["new"]) == ("shown", 2, 2)


def test_a_formula_without_a_value_is_refused_and_one_that_keeps_a_text_is_that_text(boss):
    run = sent(boss, 'source,source_id,name\n가상 목록,1,=SUM(A1)\n가상 목록,="007",나\n')
    assert (run.counted["refused"], run.counted["new"]) == (1, 1)
    assert "수식에 값이 없습니다" in boss.get(f"/shops/imports/{run.uid}?verdict=refused").text
    press(boss, run, "confirm")
    assert Shop.get(Shop.source == "가상 목록").source_id == "007"
    sheet = sent(boss, xlsx([["source", "source_id", "name"], ["가상 목록", "9", "=1+1"]]), "f.xlsx")
    assert sheet.counted["refused"] == 1


def test_half_a_file_loses_its_last_row_alone(boss):
    run = sent(boss, (HEADER + line(1) + line(2)).encode()[:-15])
    assert (run.counted["rows"], run.counted["new"], run.counted["refused"]) == (2, 1, 1)
    assert "중간에서 끊겼습니다" in boss.get(f"/shops/imports/{run.uid}?verdict=refused").text


def test_rows_in_two_encodings_are_told_apart(boss):
    run = sent(boss, HEADER.encode() + line(1).encode() + line(2).encode() + line(3).encode("cp949"))
    assert (run.counted["new"], run.counted["refused"]) == (2, 1)


def test_titles_may_stand_lower_and_columns_that_slipped_are_refused(boss):
    run = sent(boss, "도봉구 점포 목록,,,,,\n2026년 11월,,,,,\n\n" + LIST)
    assert (run.counted["rows"], run.counted["new"], run.counted["refused"]) == (4, 3, 1)
    press(boss, run, "drop")
    slipped = sent(boss, HEADER + "".join("x," + line(number) for number in range(3)))
    assert slipped.counted["refused"] == slipped.counted["rows"] == 3


def test_another_gus_rows_are_left_out_unless_they_are_asked_for(boss, cast):
    content = semas(1) + semas(2, 시군구코드="11305").split("\n")[1] + "\n"
    run = sent(boss, content)
    assert (run.counted["new"], run.counted["elsewhere"]) == (1, 1)
    press(boss, run, "drop")
    assert sent(boss, content, elsewhere="on").counted.get("elsewhere", 0) == 0


def test_what_nobody_confirms_goes_after_a_day(boss, config):
    run = sent(boss, LIST)
    ShopImport.update(changed_at=now() - UNCONFIRMED - timedelta(minutes=1)).execute()
    tidy_imports()
    assert again(run).state == "dropped" and not run.folder.exists()


def test_the_list_takes_as_many_queries_with_many_imports_as_with_one(boss, queries):
    counts = []
    for number in range(3):
        sent(boss, HEADER + line(number))
        with queries:
            boss.get("/shops/imports")
        counts.append(queries.count)
    assert len(set(counts)) == 1


@pytest.mark.parametrize("login", ["changdong", "coordinator", "expert"])
def test_others_may_not(as_, boss, login):
    run = sent(boss, LIST)
    for url in ("/shops/imports", f"/shops/imports/{run.uid}"):
        assert as_(login).get(url).status_code == 403
    assert send(as_(login), LIST).status_code == 403
    assert as_(login).post(f"/shops/imports/{run.uid}/confirm").status_code == 403
