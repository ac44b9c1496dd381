import threading
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp import events
from fieldapp.database import db, uuid7, writing
from fieldapp.errors import Busy, Conflict, NotFound
from fieldapp.events import Event
from fieldapp.worktime import Calendar, Clock, Closure, Pause, Policy, closing, explain
from fieldapp.worktime import clock as clock_file
from tests.worktime.conftest import seoul

EVE = "2026-09-23 16:00"  # a Wednesday, before five days without work
STAGES = ("clock.amber", "clock.due", "clock.escalated")
CASE, OTHER, EXPERT = uuid7(), uuid7(), uuid7()


@pytest.fixture
def start(database, clock_at):
    """`start("matching")` starts a clock of CASE on the eve of 추석, or at another moment, or with other values."""
    def begin(kind: str = "matching", at: str = EVE, subject: str = CASE, **more) -> Clock:
        clock_at(at)
        with writing():
            return Clock.start(subject, kind, **more)

    return begin


@pytest.fixture
def held(clock_at):
    """`held("09-28 10:00", "09-28 11:00")` lets CASE stand still from one moment of 2026 to the other."""
    def hold(began: str, ended: str = "") -> None:
        clock_at(f"2026-{began}")
        with writing():
            Clock.pause(CASE, "for_shop")
        if ended:
            clock_at(f"2026-{ended}")
            with writing():
                Clock.resume(CASE)

    return hold


@pytest.fixture
def listener(monkeypatch):
    """`listener("clock.due", fn)` is called with each event of this kind, for the time of the test."""
    def listen(kind: str, called) -> None:
        monkeypatch.setitem(events.event._subscribers, kind, [*events.event._subscribers[kind], called])

    return listen


@pytest.fixture
def told(listener) -> list[tuple[str, str]]:
    """What was told of which subject, in the order of telling: events of one millisecond have none."""
    heard: list[tuple[str, str]] = []
    for kind in STAGES:
        listener(kind, lambda event: heard.append((event.subject, event.kind)))
    return heard


def anew(clock: Clock) -> Clock:
    return Clock.get_by_id(clock.uid)


def tick(moment: str) -> int:
    return Clock.tick(seoul(f"2026-{moment}"))


def test_a_clock_knows_its_moments_from_the_start(start):
    clock = anew(start("receipt", whose=EXPERT))
    assert clock.due_at == seoul("2026-09-28 16:00") and clock.escalate_at == seoul("2026-09-29 16:00")
    assert clock.amber_at == clock.next_at == seoul("2026-09-28 13:36"), "70 % of 480 minutes, 120 of them on the eve"
    assert (clock.stage, clock.ended_at, clock.whose, clock.amount, clock.unit) == (0, None, EXPERT, 8, "hours")


@pytest.mark.parametrize(("kind", "due"), [
    ("receipt", "09-28 16:00"), ("matching", "09-30 16:00"), ("acceptance", "09-29 16:00"), ("first_session", "10-06 18:00"),
    ("report", "10-02 16:00"), ("approval", "09-30 16:00")])
def test_each_kind_is_due_by_its_rule(start, kind, due):
    assert start(kind).due_at == seoul(f"2026-{due}")


def test_a_given_day_ends_at_six(start):
    clock = start("review", day=date(2026, 10, 8))
    assert clock.due_at == closing(date(2026, 10, 8)) == seoul("2026-10-08 18:00")
    past = start("review", subject=OTHER, day=date(2026, 9, 1))
    assert past.due_at == past.amber_at == seoul("2026-09-01 18:00") and tick("09-23 16:00") == 3


@pytest.mark.parametrize(("kind", "day", "error"), [
    ("lunch", None, KeyError), ("review", None, ValueError), ("matching", date(2026, 10, 8), ValueError)])
def test_a_clock_without_a_rule_does_not_start(start, kind, day, error):
    with pytest.raises(error):
        start(kind, day=day)
    assert Clock.select().count() == 0


def test_two_of_a_kind_do_not_run_for_one_subject(start):
    first, other, second = start("report"), start("approval", "2026-09-28 10:00"), start("report", "2026-09-29 10:00")
    assert anew(first).ended_at == seoul("2026-09-29 10:00") and Clock.open_of(CASE) == [other, second]
    assert Clock.of(CASE) == [first, other, second] and Clock.open_of(OTHER) == []


def test_what_has_ended_is_never_due(start, clock_at):
    start("matching"), start("receipt")
    clock_at("2026-09-24 10:00")
    with writing():
        assert Clock.end(CASE, "matching") == 1 and [clock.kind for clock in Clock.open_of(CASE)] == ["receipt"]
        assert Clock.end(CASE) == 1 and Clock.end(CASE) == 0
    assert tick("12-31 10:00") == 0 and Clock.nearest(CASE) == (None, None)


def test_the_nearest_is_what_is_due_first(start):
    start("first_session")
    soon = start("acceptance")
    start("receipt", subject=OTHER)
    assert Clock.nearest(CASE) == (soon.amber_at, soon.due_at) and Clock.nearest(uuid7()) == (None, None)


def test_a_pause_moves_what_is_due_by_the_work_it_held(start, held):
    clock = start("matching")
    held("09-28 11:00", "09-29 13:30")  # 60 and 300 minutes, 180 and 30
    clock = anew(clock)
    assert clock.due_at == seoul("2026-10-01 17:30") and clock.stage == 0
    assert clock.escalate_at == seoul("2026-10-02 17:30") and clock.next_at == clock.amber_at == seoul("2026-10-01 09:18")
    assert Pause.get().reason == "for_shop"


def test_a_pause_over_a_holiday_holds_nothing(start, held):
    clock = start("matching")
    held("09-23 18:00", "09-28 09:00")
    assert anew(clock).moments == clock.moments


def test_only_what_ran_when_it_was_paused_stands_still(start, held, clock_at):
    paused = start("matching")
    held("09-28 11:00")
    review = start("review", "2026-09-28 11:00", day=date(2026, 10, 1))
    assert anew(paused).is_paused and not anew(review).is_paused and Clock.nearest(CASE)[1] == review.due_at
    with writing():
        Clock.end(CASE, "review")
        Clock.pause(CASE, "again")
        Clock.pause(OTHER, "nothing")
    assert Pause.select().count() == 1, "what stands still is not stopped again"


def test_while_it_is_paused_nothing_is_due(start, held):
    clock = start("matching")
    held("09-28 11:00")
    clock = anew(clock)
    assert (*clock.moments, clock.next_at) == (None,) * 4
    assert Clock.nearest(CASE) == (None, None) and tick("12-31 10:00") == 0 and explain(clock).due is None
    with writing():
        Clock.recompute_open("me")
    assert anew(clock).is_paused


def test_an_end_ends_the_pause(start, held, clock_at):
    clock = start("matching")
    held("09-28 11:00")
    clock_at("2026-09-29 11:00")
    with writing():
        Clock.end(CASE)
    assert Pause.get().ended_at == anew(clock).ended_at == seoul("2026-09-29 11:00") and not anew(clock).is_paused
    with writing():
        Clock.resume(CASE)
    assert anew(clock).next_at is None


def test_a_pause_after_it_was_due_puts_off_only_the_escalation(start, held):
    clock = start("matching")
    tick("10-01 09:00")
    held("10-01 10:00", "10-01 15:00")
    clock = anew(clock)
    assert (clock.due_at, clock.escalate_at, clock.stage) == (seoul("2026-09-30 16:00"), seoul("2026-10-02 11:00"), 2)
    assert clock.next_at == clock.escalate_at


moments = st.integers(0, 60 * 24 * 60).map(lambda minutes: seoul("2026-08-20 00:00") + timedelta(minutes=minutes))
spans = st.lists(moments, max_size=8, unique=True).map(sorted)


@settings(max_examples=150)
@given(start=moments, points=spans, amount=st.integers(1, 12), unit=st.sampled_from(["hours", "days"]), percent=st.integers(1, 100))
def test_pauses_take_nothing_from_the_working_time_that_is_allowed(start, points, amount, unit, percent):
    calendar, policy = Calendar({date(2026, 9, 9)}), Policy(amount=amount, unit=unit, amber_percent=percent, escalate_days=1)
    points = [point for point in points if point >= start]
    pauses = [Pause(began_at=began, ended_at=ended) for began, ended in zip(points[::2], points[1::2], strict=False)]
    moved, plain, fewer = (Clock(kind="matching", started_at=start) for _ in range(3))
    for clock, its in ((moved, pauses), (plain, []), (fewer, pauses[:-1])):
        clock._retime(policy, calendar, its)
    base = calendar.due(start, amount, unit)
    assert plain.due_at == base and moved.amber_at <= moved.due_at <= moved.escalate_at
    assert moved.due_at >= fewer.due_at >= plain.due_at, "pausing never makes it due earlier"
    allowed = calendar.between(start, base)
    wanted = (allowed * percent // 100, allowed, allowed + timedelta(hours=8))
    for moment, span in zip(moved.moments, wanted, strict=True):
        ends = {pause: pause.ended_at if pause.ended_at < moment else moment for pause in pauses if pause.began_at < moment}
        stood = [calendar.between(pause.began_at, end) for pause, end in ends.items()]
        assert calendar.between(start, moment) - sum(stood, timedelta()) == span


def test_each_stage_is_told_when_it_comes_and_once(start, told, happened):
    clock = start("matching", whose=EXPERT)
    found = []
    for moment in ("09-28 10:00", "09-29 16:47", "09-29 16:48", "09-30 15:59", "09-30 16:00", "10-01 15:59", "10-01 16:00", "11-30 16:00"):
        found.append((tick(moment), tick(moment), anew(clock).stage))
    assert found == [(0, 0, 0), (0, 0, 0), (1, 0, 1), (0, 0, 1), (1, 0, 2), (0, 0, 2), (1, 0, 3), (0, 0, 3)]
    assert told == [(CASE, kind) for kind in STAGES] and len(happened(*STAGES)) == 3 and anew(clock).next_at is None
    assert happened("clock.due")[0].facts == {
        "clock": clock.uid, "kind": "matching", "whose": EXPERT, "due_at": "2026-09-30T07:00:00+00:00"}


def test_after_days_without_power_every_stage_is_told_in_order_at_once(start, told, clock_at):
    start("receipt"), start("matching", subject=OTHER)
    clock_at("2026-10-05 03:00")
    assert Clock.tick() == 6 and Clock.tick() == 0
    assert told == [(subject, kind) for subject in (CASE, OTHER) for kind in STAGES]


def test_a_turn_takes_what_came_first_and_not_more_than_it_may(start):
    late, early = start("first_session"), start("receipt", subject=OTHER)
    assert Clock.tick(seoul("2026-12-01 09:00"), limit=1) == 3 and (anew(early).stage, anew(late).stage) == (3, 0)
    assert Clock.tick(seoul("2026-12-01 09:00"), limit=1) == 3 and Clock.tick(seoul("2026-12-01 09:00"), limit=1) == 0


def test_who_hears_that_it_is_due_may_end_it(start, listener, told):
    clock = start("acceptance")
    listener("clock.due", lambda event: Clock.end(event.subject))
    assert tick("12-31 10:00") == 2 and anew(clock).ended_at is not None
    assert told == [(CASE, "clock.amber"), (CASE, "clock.due")]


def test_who_hears_that_it_is_near_may_pause_it(start, listener):
    clock = start("acceptance")
    listener("clock.amber", lambda event: Clock.pause(event.subject, "asked"))
    assert tick("12-31 10:00") == 1 and anew(clock).is_paused and tick("12-31 10:00") == 0


def test_one_that_cannot_be_told_waits_and_the_others_go_on(start, listener, happened, caplog):
    bad, good = start("receipt"), start("matching", subject=OTHER)
    stuck = [CASE]

    def fails(event):
        if event.subject in stuck:
            raise Conflict()

    listener("clock.amber", fails)
    assert tick("12-31 10:00") == 3 and (anew(bad).stage, anew(good).stage) == (0, 3) and bad.uid in caplog.text
    assert {event.subject for event in happened(*STAGES)} == {OTHER}
    stuck.clear()
    assert tick("12-31 10:00") == 3 and anew(bad).stage == 3


@pytest.mark.parametrize("error", [Busy(), OSError(28, "No space left on device")])
def test_a_database_that_takes_nothing_is_told_to_the_caller(start, listener, error):
    clock = start("receipt")

    def fails(event):
        raise error

    listener("clock.amber", fails)
    with pytest.raises(type(error)):
        tick("12-31 10:00")
    assert anew(clock).stage == 0


def test_two_workers_tell_each_stage_once_between_them(database):
    """On a real file, each worker with a connection of its own; both have read the same rows before either takes one."""
    with writing():
        for number in range(12):
            Clock.start(uuid7(), "receipt", EXPERT if number % 2 else "")
    late = max(clock.escalate_at for clock in Clock.select()) + timedelta(days=3)
    taken, failed, together = [0, 0], [], threading.Barrier(2, timeout=20)

    def work(number: int) -> None:
        try:
            with db.connection_context():
                waiting = list(Clock.select().where(Clock.next_at <= late))
                together.wait()
                taken[number] = sum(clock._advance(late) for clock in waiting)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and sum(taken) == 36, taken
    for clock in Clock.select():
        assert sorted(event.kind for event in Event.of(clock.subject)) == sorted(STAGES) and clock.stage == 3


def test_a_day_off_in_the_middle_moves_what_runs(start, happened, clock_at):
    clock, done = start("matching"), start("receipt", subject=OTHER)
    clock_at("2026-09-28 10:00")
    with writing():
        Clock.end(OTHER)
        closure = Closure.add("", date(2026, 9, 29), date(2026, 9, 29), "창립기념일", "me")
    assert anew(clock).due_at == seoul("2026-10-01 16:00") and anew(done).due_at == seoul("2026-09-28 16:00")
    (event,) = happened("clock.moved")
    assert (event.subject, event.person) == (CASE, "me")
    assert event.facts == {"clock": clock.uid, "kind": "matching", "before": "2026-09-30T07:00:00+00:00",
                           "after": "2026-10-01T07:00:00+00:00"}
    with writing():
        Closure.remove(closure.uid, "me")
    again = anew(clock)
    assert again.moments == clock.moments and again.next_at == clock.next_at
    assert len(happened("clock.moved")) == 2


def test_an_absence_moves_only_what_waits_for_that_expert(start, happened):
    theirs, offices = start("acceptance", whose=EXPERT), start("acceptance", subject=OTHER)
    with writing():
        Closure.add(EXPERT, date(2026, 9, 28), date(2026, 10, 2), "연수", "me")
    assert anew(theirs).due_at == seoul("2026-10-07 16:00") and anew(offices).due_at == offices.due_at
    assert [event.subject for event in happened("clock.moved")] == [CASE]


def test_a_day_that_nothing_counts_moves_nothing(start, happened):
    start("matching")
    with writing():
        Closure.add("", date(2026, 9, 26), date(2026, 9, 27), "", "me")
        Closure.add("", date(2026, 12, 31), date(2026, 12, 31), "종무", "me")
    assert happened("clock.moved") == []


def test_a_changed_rule_holds_for_what_runs(start, happened):
    clock, other = start("matching"), start("receipt", subject=OTHER)
    with writing():
        Policy.change("matching", 1, "days", 50, 2, "me")
    moved = anew(clock)
    assert moved.due_at == seoul("2026-09-28 16:00") and moved.amber_at == seoul("2026-09-28 11:00") and moved.amount == 1
    assert moved.escalate_at == seoul("2026-09-30 16:00") and anew(other).due_at == other.due_at
    with writing():
        Policy.change("matching", 1, "days", 80, 2, "me")
    assert len(happened("clock.moved")) == 2, "who keeps the amber moment beside a row hears of it too"


def test_pauses_are_counted_in_when_a_calendar_changes(start, held):
    clock = start("matching")
    held("09-28 09:00", "09-28 12:00")
    with writing():
        Closure.add("", date(2026, 9, 28), date(2026, 9, 28), "", "me")
    assert anew(clock).due_at == seoul("2026-10-01 16:00"), "on a day off a pause holds nothing"


def test_what_lies_ahead_again_is_told_again(start, happened, clock_at):
    clock = start("matching")
    clock_at("2026-09-30 17:00")
    assert Clock.tick() == 2
    with writing():
        Closure.add("", date(2026, 9, 30), date(2026, 9, 30), "단수", "me")
    assert anew(clock).stage == 1, "amber was on the day before, and still is"
    clock_at("2026-10-01 16:00")
    assert Clock.tick() == 1 and [event.kind for event in happened("clock.due")] == ["clock.due"] * 2


def test_counting_anew_takes_the_same_queries_however_many_run(start, queries):
    counted = []
    with writing():
        Clock.recompute_open("me")  # the first change of an office makes PostgreSQL's counter
    for _turn in range(2):
        for number in range(5):
            start("matching", subject=uuid7(), whose=uuid7() if number else "")
        with queries, writing():
            Clock.recompute_open("me")
        counted.append(queries.count)
    assert counted[0] == counted[1] <= 8, counted


def test_a_failed_change_moves_nothing(start, listener):
    clock = start("matching")

    def fails(event):
        raise Conflict()

    listener("clock.moved", fails)
    with pytest.raises(Conflict), writing():
        Closure.add("", date(2026, 9, 29), date(2026, 9, 29), "", "me")
    assert anew(clock).due_at == clock.due_at and Closure.select().count() == 0


def test_how_a_due_time_came_about_ends_where_the_clock_does(start, held):
    clock = start("matching")
    held("09-28 11:00", "09-28 14:00")
    held("09-29 09:00", "09-29 09:30")
    story = explain(anew(clock))
    assert story.base == seoul("2026-09-30 16:00") and story.due == anew(clock).due_at == story.pauses[-1].due
    assert [(step.minutes, step.due) for step in story.pauses] == [(120, seoul("2026-09-30 18:00")), (30, seoul("2026-10-01 09:30"))]
    assert [line.day.day for line in story.lines] == [23, 24, 25, 26, 27, 28, 29, 30] and story.lines[-1].total == 3 * 480


def test_a_given_day_needs_no_counting(start):
    story = explain(start("review", day=date(2026, 10, 8)))
    assert story.lines == [] and story.due == seoul("2026-10-08 18:00")


def test_a_manager_reaches_the_clocks_of_their_subjects_alone(start, cast, monkeypatch):
    clock, other = start("matching"), start("matching", subject=OTHER)
    monkeypatch.setattr(clock_file, "_readers", [])
    assert list(Clock.reachable_by(cast.changdong)) == []
    Clock.subjects(lambda person: Clock.select(Clock.subject).where(Clock.subject == CASE))
    assert Clock.get_reachable(cast.changdong, clock.uid) == clock
    for person, uid in ((cast.changdong, other.uid), (cast.coordinator, uuid7())):
        with pytest.raises(NotFound):
            Clock.get_reachable(person, uid)
    assert Clock.get_reachable(cast.coordinator, other.uid) == other
