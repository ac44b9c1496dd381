import json
from concurrent.futures import ThreadPoolExecutor

from fieldapp.database import uuid7
from fieldapp.events import Event
from fieldapp.grievances import Grievance
from fieldapp.people import Grant
from fieldapp.referrals import Referral
from fieldapp.sync import Received, Refusal
from fieldapp.visits import Visit
from tests.conftest import Client, frozen
from tests.phone_user import once_at_the_desk
from tests.storm import sha256
from tests.sync.conftest import Caller


def test_a_visit_is_created_once_and_then_a_duplicate(as_, cast, visit_form):
    record = frozen(cast.changdong, visit_form)
    first, second = as_("changdong").send(record, record)
    assert (first["answer"], second["answer"]) == ("created", "duplicate")
    assert first["hash"] == second["hash"] == record["hash"]
    visit = Visit.get()
    assert (visit.uid, visit.manager, visit.memo) == (record["id"], cast.changdong, visit_form["memo"])
    assert [g.text for g in Grievance.select()] == ["재계약 인상"]
    assert [e.kind for e in Event.select().where(Event.kind.startswith("visit"))] == ["visit.recorded"]


def test_other_content_under_the_same_id_is_a_conflict_and_is_kept(as_, cast, visit_form):
    record = frozen(cast.changdong, visit_form)
    other = frozen(cast.changdong, visit_form | {"memo": "다른 글"}, uid=record["id"])
    assert [a["answer"] for a in as_("changdong").send(record, other)] == ["created", "conflict"]
    assert Visit.get().memo == visit_form["memo"]
    assert Refusal.get().form["memo"] == "다른 글"
    as_("changdong").send(other)
    assert Refusal.select().count() == 1


def test_one_poison_record_holds_up_no_other(as_, cast, visit_form):
    good = [frozen(cast.changdong, visit_form) for _ in range(19)]
    poison = frozen(cast.changdong, {"shop": cast.shop.uid, "outcome": "dancing", "odd": "x"})
    answers = as_("changdong").send(*good[:10], poison, *good[10:])
    assert [a["answer"] for a in answers].count("created") == 19
    refused = answers[10]
    assert refused["answer"] == "rejected" and set(refused["fields"]) == {"outcome", "odd"}
    assert Refusal.get().complaints.keys() == {"outcome", "odd"}


def test_another_zones_shop_is_refused_like_one_that_does_not_exist(as_, cast, visit_form):
    answers = as_("changdong").send(*[frozen(cast.changdong, visit_form | {"shop": uid, "category": [], })
                                      for uid in (cast.other_shop.uid, uuid7())])
    assert answers[0]["fields"]["shop"] == answers[1]["fields"]["shop"]
    assert Visit.select().count() == 0


def test_rights_are_judged_at_the_time_of_the_visit(as_, cast, visit_form):
    Grant.update(last_day="2026-01-31").where(Grant.person == cast.changdong).execute()
    then = frozen(cast.changdong, visit_form | {"visited_at": "2026-01-30T05:00:00Z"})
    now_ = frozen(cast.changdong, visit_form)
    assert [a["answer"] for a in as_("changdong").send(then, now_)] == ["created", "rejected"]


def test_a_colleague_may_carry_a_record_only_from_its_authors_device(app, as_, cast, visit_form):
    Grant.create(person=cast.ssangmun, zone=cast.zone, first_day="2020-01-01")
    record = frozen(cast.changdong, visit_form)
    assert as_("ssangmun").send(record)[0] | {"hash": ""} == {
        "id": record["id"], "hash": "", "answer": "held", "code": "other-person", "fields": {}}
    shared = Client(app, "changdong")
    shared.post("/logout")
    shared.post("/login", data={"login": "ssangmun", "password": "correct horse 9"})
    assert shared.send(record)[0]["answer"] == "created"
    assert Visit.get().manager == cast.changdong
    assert Received.get().carrier == cast.ssangmun.uid


def test_a_revision_replaces_and_may_arrive_before_what_it_replaces(as_, cast, visit_form):
    for order in ([0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1], [0, 2, 1]):
        a = frozen(cast.changdong, visit_form)
        b = frozen(cast.changdong, visit_form | {"memo": "고침", "replaces": a["id"]})
        c = frozen(cast.changdong, visit_form | {"memo": "또 고침", "replaces": b["id"]})
        chain = [a, b, c]
        for index in order:
            assert as_("changdong").send(chain[index])[0]["answer"] == "created"
        family = Visit.select().where(Visit.uid.in_([r["id"] for r in chain]))
        assert [v.memo for v in family if v.current] == ["또 고침"], order


def test_a_grievance_marked_for_it_makes_one_referral_that_waits_for_consent(as_, cast, visit_form):
    form = visit_form | {"grievance.rent.disposition": "needs_referral", "refer.field": "legal", "refer.wish": "계약서 검토"}
    draft = as_("changdong").send(frozen(cast.changdong, form))[0]
    assert draft["referral"] == {"number": "R-0001", "state": "draft", "word": "작성중"}
    sent = as_("changdong").send(frozen(cast.changdong, form | {
        "replaces": draft["id"], "consent.contact": "on", "owner.name": "김가상", "owner.phone": "02-000-0000"}))[0]
    assert sent["referral"] == {"number": "R-0001", "state": "submitted", "word": "접수"}
    assert Referral.select().count() == 1
    gone = as_("changdong").send(frozen(cast.changdong, visit_form | {"replaces": sent["id"]}))[0]
    assert gone["referral"] is None and Referral.get().state == "discarded"


def test_garbage_is_answered_and_never_breaks(as_, cast, visit_form):
    record = frozen(cast.changdong, visit_form)
    odd: list = [None, 7, [], {}, {"id": 1}, {"id": "x", "hash": "y", "record": "z"}, record | {"hash": "0" * 64},
           {**frozen(cast.changdong, visit_form), "record": "\ud800"}, frozen(cast.changdong, {"memo": ["a", 1]}),
           frozen(cast.changdong, {"shop": {"a": 1}}), frozen(cast.changdong, visit_form, version=99),
           frozen(cast.changdong, visit_form | {"memo": "가" * 40_000})]
    answers = as_("changdong").send(*odd)
    assert {a["answer"] for a in answers} <= {"rejected", "held"}
    assert answers[10]["code"] == "version" and answers[11]["code"] == "too-large"
    assert Visit.select().count() == 0


def test_naughty_texts_are_kept_as_text(as_, cast, visit_form):
    naughty = "👨‍👩‍👧 <script>alert(1)</script> '; DROP TABLE visit;-- \u202eevil\u202c \x00 ｆｕｌｌ"
    answer = as_("changdong").send(frozen(cast.changdong, visit_form | {"memo": naughty}))[0]
    assert answer["answer"] == "created"
    assert Visit.get().memo == "👨‍👩‍👧 <script>alert(1)</script> '; DROP TABLE visit;-- evil  ｆｕｌｌ"


def test_status_answers_for_ones_own_records_only(as_, cast, visit_form):
    record = frozen(cast.changdong, visit_form)
    as_("changdong").send(record)
    unknown = uuid7()
    mine = as_("changdong").get(f"/sync/status?ids={record['id']},{unknown},nonsense").json["records"]
    assert [(r["id"], r["answer"]) for r in mine] == [(record["id"], "duplicate"), (unknown, "unknown")]
    assert as_("ssangmun").get(f"/sync/status?ids={record['id']}").json["records"][0]["answer"] == "unknown"


def test_five_posts_of_one_record_at_once_make_one_visit(office):
    record = frozen(office.cast.changdong, {"shop": office.cast.shop.uid, "outcome": "met"})
    callers = [Caller(office, device=f"phone-{number}") for number in range(5)]
    with ThreadPoolExecutor(5) as crowd:
        answers = [answer for [answer] in crowd.map(lambda caller: caller.send(record), callers)]
    assert sorted(answer["answer"] for answer in answers) == ["created"] + ["duplicate"] * 4
    assert {answer["hash"] for answer in answers} == {record["hash"]}
    once_at_the_desk({"": 0})


def test_five_contents_under_one_id_at_once_make_one_visit_and_four_kept_conflicts(office):
    uid, form = uuid7(), {"shop": office.cast.shop.uid, "outcome": "met"}
    records = [frozen(office.cast.changdong, form | {"memo": f"글 {number}"}, uid=uid) for number in range(5)]
    callers = [Caller(office, device=f"phone-{number}") for number in range(5)]
    with ThreadPoolExecutor(5) as crowd:
        answers = [answer for [answer] in crowd.map(lambda pair: pair[0].send(pair[1]), zip(callers, records, strict=True))]
    assert sorted(answer["answer"] for answer in answers) == ["conflict"] * 4 + ["created"]
    kept = {Visit.get().memo, *(refusal.form["memo"] for refusal in Refusal.select())}
    assert kept == {f"글 {number}" for number in range(5)}, "of what was written nothing is gone"


def escaped(author, form: dict, **more) -> dict:
    """A record with what JavaScript writes for half a character: its escape."""
    record = json.loads(frozen(author, {})["record"]) | {"form": form, **more}
    text = json.dumps(record)
    return {"id": record["id"], "hash": sha256(text.encode()), "record": text}


def test_half_characters_and_deep_nests_are_answered_kept_and_shown(as_, cast, visit_form):
    """Lone surrogates anywhere, and JSON that nests deeper than it can be read: each has an answer, and the desk can look at it."""
    half, deep = "\ud800", "[" * 5000
    records = [escaped(cast.changdong, visit_form, timezone=half), escaped(cast.changdong, visit_form, device=half),
               escaped(cast.changdong, visit_form | {half: "x"}), {"id": half, "hash": "0" * 64, "record": "{}"},
               {"id": uuid7(), "hash": sha256(deep.encode()), "record": deep}, {"id": uuid7(), "hash": sha256(b"?"), "record": half}]
    answers = as_("changdong").send(*records)
    assert [one["answer"] for one in answers] == ["created", "created", "rejected", "rejected", "rejected", "rejected"]
    assert as_("coordinator").get("/refusals").status_code == 200
