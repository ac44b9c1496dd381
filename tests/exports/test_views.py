import json
from datetime import timedelta

import pytest
import time_machine

from fieldapp.database import now, uuid7
from fieldapp.events import AccessLog, Event
from fieldapp.exports.export import Export
from fieldapp.exports.making import make_waiting, place_of, tidy
from fieldapp.people import Person
from fieldapp.visits import Visit
from tests.exports.conftest import ASK, last, sheet_of, table_of
from tests.recording import recorded


def kept_noted(cast) -> list:
    return [(row.verb, row.path, row.shops) for row in AccessLog.select().where(AccessLog.verb.startswith("export."))]


def test_a_page_of_a_list_leads_to_its_export_with_all_that_it_is_narrowed_to(as_, cast, visit):
    client = as_("supervisor")
    for page, query in (("visits", "outcome=met"), ("shops", "q=%EB%B6%84%EC%8B%9D"), ("experts", "field=tax"), ("referrals", "lane=all")):
        text = client.get(f"/{page}?{query}").text
        link = f"/exports/new?list={page}&amp;query={query.replace('=', '%3D').replace('%EB', '%25EB')}"
        assert link[:40] in text, page
        assert client.get(f"/exports/new?list={page}&query={query}").status_code == 200
    assert "내보내기" not in as_("changdong").get("/visits").text


def test_the_form_says_how_many_rows_and_which_columns_each_purpose_takes(as_, visit, elsewhere):
    text = as_("coordinator").get("/exports/new?list=visits&query=outcome%3Dmet").text
    assert "1행" in text and "정보주체 요청 대응" in text and "만난 사람" in text and "건의·애로" in text
    assert as_("coordinator").get("/exports/new?list=people").status_code == 404
    assert "주소의 조건을 읽을 수 없습니다" in as_("coordinator").get("/exports/new?list=visits&query=outcome%3Ddancing").text


def test_a_csv_comes_at_once_and_is_noted(taken, cast, visit, elsewhere):
    answer = taken(query="outcome=met")
    assert answer.status_code == 200 and answer.mimetype == "text/csv" and answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"] and "Content-Length" not in answer.headers
    head, *rows = table_of(answer)
    assert head[:3] == ["때", "점포", "업종"] and len(rows) == 1 and "가상분식" in rows[0] and "김○○" in rows[0]
    export = last()
    assert (export.state, export.rows, export.done, export.query, export.purpose, export.why) == (
        "sent", 1, 1, "outcome=met", "business", ASK["why"])
    assert export.columns.startswith("visited_at,shop_name") and "memo" not in export.columns
    assert kept_noted(cast) == [("export.visits", f"/exports/{export.uid}", [cast.shop.uid])]
    events = Event.of(export.uid)
    assert [event.kind for event in events] == ["export.asked", "export.sent"] and events[0].facts["purpose"] == "business"


def test_a_shop_that_came_while_it_was_written_is_noted_too(taken, cast, visit, monkeypatch):
    monkeypatch.setattr("fieldapp.exports.table.List.whose", lambda *_asked, **_limit: [])
    uid = last().uid if taken().status_code == 200 else ""
    assert kept_noted(cast) == [("export.visits", f"/exports/{uid}", []), ("export.visits", f"/exports/{uid}", [cast.shop.uid])]


def test_a_geojson_has_each_row_and_its_place(taken, visit, elsewhere):
    answer = taken(format="geojson", purpose="field")
    found = json.loads(answer.data)
    assert answer.mimetype == "application/geo+json" and found["type"] == "FeatureCollection"
    [without, with_place] = sorted(found["features"], key=lambda one: one["geometry"] is not None)
    assert without["geometry"] is None and without["properties"]["outcome"] == "부재"
    assert with_place["geometry"] == {"type": "Point", "coordinates": [127.045678, 37.650123]}
    assert with_place["properties"]["shop_name"] == "가상분식" and with_place["properties"]["owner_name"] == "김○○"
    coarse = json.loads(taken(format="geojson", purpose="statistics").data)
    assert [127.046, 37.65] in [one["geometry"]["coordinates"] for one in coarse["features"] if one["geometry"]]


def test_a_short_sheet_comes_at_once_and_can_be_had_again_by_who_took_it(as_, taken, cast, visit):
    answer = taken(format="xlsx")
    sheet = sheet_of(answer.data)
    assert [cell.value for cell in sheet[1]][:2] == ["때", "점포"] and sheet["B2"].value == "가상분식" and sheet["A2"].is_date
    export = last()
    assert export.state == "ready" and export.size == len(answer.data) and len(export.sha256) == 64
    assert as_("supervisor").get(f"/exports/{export.uid}/file").data == answer.data
    assert as_("coordinator").get(f"/exports/{export.uid}/file").status_code == 404
    assert len(kept_noted(cast)) == 1 and Event.of(export.uid).where(Event.kind == "export.taken").count() == 2


def test_a_long_sheet_is_made_beside_and_its_page_says_how_far(as_, taken, cast, visit, monkeypatch):
    monkeypatch.setattr("fieldapp.exports.views.AT_ONCE", 0)
    answer = taken(format="xlsx")
    export = last()
    client = as_("supervisor")
    assert (answer.status_code, answer.location, export.state) == (303, f"/exports/{export.uid}", "waiting")
    text = client.get(answer.location).text
    assert "기다림" in text and 'hx-trigger="every 2s"' in text and "0 / 1행" in text
    assert client.get(f"/exports/{export.uid}/file").status_code == 409
    assert make_waiting() == 1 and make_waiting() == 0
    text = client.http.get(answer.location, headers={"HX-Request": "true"}).text
    assert text.lstrip().startswith("<section") and "파일 받기" in text and "hx-get" not in text
    assert sheet_of(client.get(f"/exports/{export.uid}/file").data)["B2"].value == "가상분식"
    assert kept_noted(cast) == [("export.visits", f"/exports/{export.uid}", [cast.shop.uid])]


def test_a_long_wait_asks_whether_the_worker_runs(as_, taken, visit, monkeypatch):
    monkeypatch.setattr("fieldapp.exports.views.AT_ONCE", 0)
    taken(format="xlsx")
    Export.update(created_at=now() - timedelta(minutes=3)).execute()
    assert "flask work" in as_("supervisor").get(f"/exports/{last().uid}").text


def test_a_file_goes_after_a_day(as_, taken, visit):
    taken(format="xlsx")
    export = last()
    tidy()
    assert place_of(export).is_file()
    Export.update(changed_at=now() - timedelta(hours=25)).execute()
    tidy()
    assert not place_of(export).exists() and last().state == "removed"
    assert as_("supervisor").get(f"/exports/{export.uid}/file").status_code == 409
    assert "24시간이 지나" in as_("supervisor").get(f"/exports/{export.uid}").text


@pytest.mark.parametrize(("changed", "field", "word"), [
    ({"purpose": ""}, "purpose", "어디에 쓰는지"), ({"purpose": "selling"}, "purpose", "목록에 있는 것"), ({"why": ""}, "why", "다섯 글자"),
    ({"why": "보고 …  "}, "why", "다섯 글자"), ({"why": "가" * 301}, "why", "300자까지"), ({"format": "pdf"}, "format", "목록에 있는 것"),
    ({"format": ""}, "format", "형식을 골라"), ({"list": "experts", "format": "geojson"}, "format", "위치가 없습니다"),
    ({"list": "experts", "purpose": "subject"}, "purpose", "이 목적으로"), ({"unmasked": "on"}, "unmasked", "가린 채로만"),
    ({"query": "outcome=dancing"}, "query", "주소의 조건"), ({"query": "first=2030-01-01"}, "query", "내보낼 것이 없습니다"),
    ({"query": "zone=" + uuid7()}, "query", "내보낼 것이 없습니다"), ({"purpose": "subject"}, "purpose", "한 점포의 목록만"),
    ({"more": "x"}, "more", "")])
def test_what_is_refused_is_told_beside_its_field_and_what_was_typed_stays(taken, visit, elsewhere, changed, field, word):
    answer = taken(**{"why": "실적보고 붙임 자료", "format": "csv"} | changed)
    assert answer.status_code == 422 and word in answer.text
    assert (changed.get("why") or "실적보고 붙임 자료") in answer.text
    assert 'value="business" required checked' in answer.text or "purpose" in changed
    assert Export.select().count() == 0 and Event.select().where(Event.kind == "export.asked").count() == 0


def test_a_list_that_does_not_exist_is_not_there(taken, visit):
    assert taken(list="people").status_code == 404


def test_the_data_of_one_shop_leave_unmasked_for_who_asked_for_them(taken, cast, visit, elsewhere):
    [_head, row] = table_of(taken(purpose="subject", unmasked="on", query=f"shop={cast.shop.uid}"))
    assert "김가상" in row and "010-1234-5678" in row and "가상 메모 02-123-4567" in row
    assert last().unmasked


def test_more_than_a_sheet_holds_is_told(taken, visit, elsewhere, monkeypatch):
    monkeypatch.setattr("fieldapp.exports.wish.MOST_ROWS", 1)
    assert "1,048,575행까지" in taken(format="xlsx").text and taken(format="csv").status_code == 200


def test_one_sees_ones_own_exports_and_a_supervisor_everyones(as_, taken, visit):
    taken("coordinator", why="담당자의 보고 자료")
    theirs = last()
    taken("supervisor", why="감독의 평가회 자료")
    own = last()
    coordinator, supervisor = as_("coordinator"), as_("supervisor")
    text = coordinator.get("/exports").text
    assert "담당자의 보고 자료" in text and "감독의 평가회" not in text
    assert coordinator.get(f"/exports/{own.uid}").status_code == coordinator.get(f"/exports/{uuid7()}").status_code == 404
    assert "담당자의 보고 자료" in supervisor.get("/exports").text and supervisor.get(f"/exports/{theirs.uid}").status_code == 200


def test_the_record_of_exports_goes_on_by_pages_in_the_same_queries(as_, taken, visit, queries, monkeypatch):
    monkeypatch.setattr("fieldapp.exports.views.ROWS", 2)
    assert "아직 내보낸 것이 없습니다" in as_("supervisor").get("/exports").text
    for _ in range(3):
        taken()
    client = as_("supervisor")
    with queries:
        first = client.get("/exports").text
    assert first.count("<tr id=") == 2 and queries.count <= 6
    rest = client.get(f"/exports?before={Export.select().order_by(Export.uid)[1].uid}").text
    assert rest.count("<tr id=") == 1
    assert client.get("/exports?before=nonsense").status_code == 200


def test_what_people_typed_stays_text(as_, taken, visit):
    taken(why="<b hx-post=/logout>가상 사유</b>")
    for url in ("/exports", f"/exports/{last().uid}"):
        assert "&lt;b hx-post" in as_("supervisor").get(url).text


def test_a_stream_that_is_cut_off_is_told_so(app, taken, as_, visit, cast, monkeypatch):
    for _ in range(5):
        recorded(cast.changdong, {"shop": cast.shop.uid, "outcome": "busy"})
    monkeypatch.setattr("fieldapp.exports.table.Table.batches.__defaults__", (2,))
    answer = as_("supervisor").http.post("/exports", data=ASK, headers={"Sec-Fetch-Site": "same-origin"}, buffered=False)
    pieces = answer.iter_encoded()
    next(pieces), next(pieces)
    answer.close()
    export = last()
    assert (export.state, export.rows) == ("cut", 6) and export.done < 6
    assert "온전하지 않으니" in as_("supervisor").get(f"/exports/{export.uid}").text
    assert len(kept_noted(cast)) == 1


def test_who_may_no_longer_takes_nothing(app, taken, visit, cast, monkeypatch):
    monkeypatch.setattr("fieldapp.exports.views.AT_ONCE", 0)
    taken(format="xlsx")
    Person.update(active=False).where(Person.uid == cast.supervisor.uid).execute()
    make_waiting()
    export = last()
    assert (export.state, export.problem) == ("failed", "forbidden") and not place_of(export).exists()
    assert kept_noted(cast) == []


def test_a_zone_that_went_while_the_page_was_open_is_told(taken, cast, visit):
    answer = taken(query="zone=018f0000-0000-7000-8000-000000000000")
    assert answer.status_code == 422 and "내보낼 것이 없습니다" in answer.text


def test_the_file_is_named_by_list_and_time(taken, visit):
    with time_machine.travel("2026-11-24T05:02:00Z", tick=False):
        answer = taken()
    assert "%EB%B0%A9%EB%AC%B8_20261124_1402.csv" in answer.headers["Content-Disposition"]
    assert Visit.select().count() == 1
