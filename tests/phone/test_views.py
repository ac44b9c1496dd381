"""The shell is the same for everyone; the plain form takes the same visits where no script runs."""

import io
import re

import pytest
from PIL import Image

from fieldapp.database import uuid7
from fieldapp.events import AccessLog
from fieldapp.grievances import Grievance
from fieldapp.owners import Owner
from fieldapp.phone.views import SHELLS
from fieldapp.referrals import Referral
from fieldapp.visits import Visit, VisitPhoto


def picture(colour: str = "teal", kind: str = "JPEG", noisy: bool = False) -> io.BytesIO:
    out = io.BytesIO()
    (Image.effect_noise((200, 150), 90) if noisy else Image.new("RGB", (80, 60), colour)).save(out, kind)
    return io.BytesIO(out.getvalue())


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_holds_no_persons_and_no_zones_data(as_, cast, shell):
    mine, theirs = as_("changdong").get(shell), as_("ssangmun").get(shell)
    assert mine.data == theirs.data
    for word in (cast.changdong.name, cast.changdong.uid, cast.shop.name, cast.zone.name_ko, cast.rent.name_ko):
        assert word not in mine.text


def test_shells_speak_the_readers_language(as_):
    client = as_("changdong")
    client.post("/language", data={"lang": "en", "next": "/today"})
    assert "방문 기록" not in client.get("/visits/new").text and 'lang="en"' in client.get("/visits/new").text
    client.post("/language", data={"lang": "xx", "next": "/today"})
    assert 'lang="en"' in client.get("/today").text


def test_the_service_worker_keeps_every_shell_and_every_file_that_shells_load(as_):
    client = as_("changdong")
    worker = client.get("/sw.js")
    assert worker.mimetype == "text/javascript" and worker.headers["Cache-Control"] == "no-cache"
    loaded = {path for shell in SHELLS for path in re.findall(r'(?:src|href)="(/assets/[^"]+)"', client.get(shell).text)}
    assert loaded and all(path in worker.text for path in (*loaded, *SHELLS))
    for path in re.findall(r'"(/assets/[^"]+)"', worker.text):
        answer = client.get(path)
        assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"], path
    client.post("/language", data={"lang": "en"})
    assert client.get("/sw.js").text != worker.text, "another language is another shell"


def test_the_manifest_makes_it_installable(as_):
    manifest = as_("").get("/manifest.webmanifest").json
    assert manifest["start_url"] == "/today" and manifest["display"] == "standalone" and manifest["scope"] == "/"
    for icon in manifest["icons"]:
        with Image.open(io.BytesIO(as_("").get(icon["src"]).data)) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


def plain(cast, **more) -> dict:
    return {"id": uuid7(), "shop": cast.shop.uid, "outcome": "met", "memo": "스크립트 없이 적음", **more}


def test_the_plain_form_takes_a_whole_visit(as_, cast):
    form = plain(cast, **{
        "category": ["rent", "labor"], "grievance.rent.text": "재계약", "grievance.rent.disposition": "needs_referral",
        "grievance.labor.text": "", "grievance.labor.disposition": "noted", "refer.field": "legal", "refer.urgency": "urgent",
        "consent.contact": "on", "consent.version": "2026-01", "owner.name": "김가상", "owner.phone": "02-000-0000",
        "programme": [cast.programme.uid], "photo_file": [(picture(), "가게 사진.jpg"), (picture("red", "PNG"), "../../x.png")],
        "place.source": "", "place.lat": "", "visited_at": "", "replaces": ""})
    answer = as_("changdong").post("/visits/new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 200 and "R-0001" in answer.text
    visit = Visit.get()
    assert (visit.uid, visit.memo) == (form["id"], "스크립트 없이 적음")
    assert {g.category.code for g in Grievance.select()} == {"rent", "labor"}
    assert Referral.get().state == "submitted" and Owner.get().phone == "02-000-0000"
    assert [row.received_at is not None for row in VisitPhoto.select()] == [True, True]


def test_the_same_plain_form_twice_is_one_visit_and_other_content_is_told(as_, cast):
    form = plain(cast)
    assert [as_("changdong").post("/visits/new", data=form).status_code for _ in range(2)] == [200, 200]
    again = as_("changdong").post("/visits/new", data=form | {"memo": "다른 글"})
    assert again.status_code == 422 and "다른 내용으로 저장" in again.text and "다른 글" in again.text
    assert Visit.select().count() == 1


@pytest.mark.parametrize(("change", "word"), [
    ({"outcome": ""}, "방문 결과를 골라"), ({"shop": ""}, "점포를 골라"), ({"shop": uuid7()}, "맡은 권역에 없는 점포"),
    ({"outcome": "dancing"}, "목록에 있는 것"), ({"memo": "가" * 5001}, "5000자까지"), ({"memo": "주민 900101-1234567"}, "주민등록번호"),
    ({"category": "expired"}, "쓰지 않는 분류"), ({"category": "nonsense"}, "쓰지 않는 분류"),
    ({"next_visit_on": "1900-01-01"}, "사이의 날짜"),
    ({"next_visit_on": "2100-01-01"}, "사이의 날짜"), ({"next_visit_on": "내일"}, "2026-11-30처럼"),
    ({"owner.name": "김가상"}, "동의를 받은 뒤"),
    ({"consent.personal": "on", "owner.phone": "전화 없음"}, "02-000-0000처럼"), ({"refer.wish": "도와주세요"}, "연계할 분야"),
    ({"programme": uuid7()}, "목록에 있는 것"), ({"replaces": uuid7()}, None), ({"unheard-of": "x"}, "알 수 없는 항목")])
def test_what_is_refused_is_told_and_what_was_typed_comes_back(as_, cast, change, word):
    form = plain(cast, **change)
    answer = as_("changdong").post("/visits/new", data=form)
    if word is None:  # what it replaces may yet arrive
        assert answer.status_code == 200
        return
    assert answer.status_code == 422 and word in answer.text, answer.text[-3000:]
    assert form["memo"][:4000] in answer.text and f'value="{form["id"]}"' in answer.text
    assert Visit.select().count() == 0


@pytest.mark.parametrize(("body", "word"), [
    (b"", "비어 있습니다"), (b"<html>", "JPEG, PNG"), (picture(noisy=True).getvalue()[:9000], "끊겼습니다")])
def test_a_photo_that_is_none_is_told_and_nothing_is_saved(as_, cast, body, word):
    form = plain(cast, photo_file=[(io.BytesIO(body), "a.jpg")])
    answer = as_("changdong").post("/visits/new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422 and word in answer.text and form["memo"] in answer.text
    assert Visit.select().count() == 0


def test_the_plain_form_lists_open_shops_of_ones_zone_and_notes_that(as_, cast):
    cast.neighbour.touch(status="closed_down")
    text = as_("changdong").get("/visits/new?plain=1").text
    assert "가상분식" in text and "가상세탁소" not in text and "가상카페" not in text
    assert AccessLog.select().where(AccessLog.verb == "visit.form").get().shops == [cast.shop.uid]


def test_too_large_a_body_is_told_plainly(as_, cast):
    answer = as_("changdong").post("/visits/new", data=plain(cast, memo="가" * 2_000_000))
    assert answer.status_code == 413 and "너무 큽니다" in answer.text
