"""A code is taken once, within half a minute of its time, and by nobody but its owner."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from types import SimpleNamespace

import pyotp
import pytest
import time_machine

from fieldapp.database import db, now, writing
from fieldapp.errors import Invalid
from fieldapp.people import Person, SecondFactor
from fieldapp.people.second import RECOVERY_CODES, STEP, RecoveryCode, asks_more, uri_of
from fieldapp.sealed import unseal
from tests.conftest import go_by


def enrol(person: Person) -> SimpleNamespace:
    """Set a second factor up, half a minute ago; `code()` is the one of now."""
    with time_machine.travel(now() - timedelta(seconds=STEP), tick=False), writing():
        secret = SecondFactor.propose(person)
        codes = SecondFactor.confirm(person, pyotp.TOTP(secret).at(now()))
    return SimpleNamespace(secret=secret, recovery=codes, code=lambda: pyotp.TOTP(secret).at(now()))


def proves(person: Person, code: str) -> bool:
    try:
        with writing():
            SecondFactor.prove(person, code)
    except Invalid as problem:
        assert "사무실 시각" in problem.fields["code"]
        return False
    return True


@pytest.fixture
def noon():
    with time_machine.travel(now().replace(second=0, microsecond=0), tick=False) as clock:
        yield clock


def test_a_code_opens_once(cast, noon):
    mine = enrol(cast.changdong)
    assert proves(cast.changdong, mine.code()[:3] + " " + mine.code()[3:]), "as authenticators show it"
    assert not proves(cast.changdong, mine.code())
    noon.shift(STEP)
    assert proves(cast.changdong, mine.code())


def test_the_code_that_set_it_up_opens_nothing_again(cast, noon):
    with writing():
        code = pyotp.TOTP(SecondFactor.propose(cast.changdong)).at(now())
        SecondFactor.confirm(cast.changdong, code)
    assert not proves(cast.changdong, code)


@pytest.mark.parametrize(("off", "taken"), [(0, True), (29, True), (-29, True), (61, False), (-61, False), (86400, False), (-86400, False)])
def test_a_clock_may_be_half_a_minute_off_and_no_day(cast, noon, off, taken):
    mine = enrol(cast.changdong)
    noon.shift(2 * STEP)
    assert proves(cast.changdong, pyotp.TOTP(mine.secret).at(now() + timedelta(seconds=off))) is taken


def test_a_later_code_closes_the_earlier_ones(cast, noon):
    mine = enrol(cast.changdong)
    noon.shift(2 * STEP)
    earlier = pyotp.TOTP(mine.secret).at(now() - timedelta(seconds=STEP))
    assert proves(cast.changdong, mine.code()) and not proves(cast.changdong, earlier)


@pytest.mark.parametrize("code", ["", "000", "abcdef", "١٢٣٤٥٦", "1234567", "-00001", "0x1234"])
def test_what_is_no_code_is_refused(cast, code):
    enrol(cast.changdong)
    assert not proves(cast.changdong, code)


def test_nobody_elses_code_is_taken(cast, noon):
    theirs = enrol(cast.ssangmun)
    enrol(cast.changdong)
    assert not proves(cast.changdong, theirs.code()) and not proves(cast.changdong, theirs.recovery[0])
    assert not proves(cast.supervisor, theirs.code()), "who has none proves nothing"


def test_each_recovery_code_opens_once_and_new_ones_close_the_old(cast):
    mine = enrol(cast.changdong)
    assert len(set(mine.recovery)) == RECOVERY_CODES
    assert proves(cast.changdong, mine.recovery[0].upper().replace("-", " ")) and not proves(cast.changdong, mine.recovery[0])
    assert RecoveryCode.left(cast.changdong) == RECOVERY_CODES - 1
    with writing():
        new = RecoveryCode.renew(cast.changdong)
    assert not proves(cast.changdong, mine.recovery[1]) and proves(cast.changdong, new[1])


def test_a_new_phone_takes_over_only_once_it_is_confirmed(cast, noon):
    mine = enrol(cast.changdong)
    with writing():
        proposed = SecondFactor.propose(cast.changdong)
        assert SecondFactor.propose(cast.changdong) == proposed != mine.secret, "the same while it waits"
    assert proves(cast.changdong, mine.code())
    noon.shift(STEP)
    with pytest.raises(Invalid), writing():
        SecondFactor.confirm(cast.changdong, mine.code())
    with writing():
        SecondFactor.confirm(cast.changdong, pyotp.TOTP(proposed).at(now()))
    noon.shift(STEP)
    assert not proves(cast.changdong, mine.code()) and proves(cast.changdong, pyotp.TOTP(proposed).at(now()))


def test_neither_secret_nor_codes_stand_in_the_database_and_another_key_opens_nothing(app, cast):
    mine = enrol(cast.changdong)
    [row] = SecondFactor.select().dicts()
    kept = str(list(RecoveryCode.select().tuples())) + str(row)
    assert mine.secret not in kept and not [code for code in mine.recovery if code in kept or code.replace("-", "") in kept]
    assert unseal(row["secret"], "totp") == mine.secret and unseal(row["secret"], "else") is None and unseal("!", "totp") is None
    app.config["SECRET_KEY"] = "another"
    assert not proves(cast.changdong, mine.code()) and not proves(cast.changdong, mine.recovery[0])


def test_eight_at_once_one_wins(app, cast, noon):
    """One code of an authenticator, then one for recovery, from eight threads that begin together."""
    mine = enrol(cast.changdong)
    for code in (mine.code(), mine.recovery[3]):
        start = threading.Barrier(8)

        def prove(code=code, start=start) -> bool:
            with app.app_context():
                start.wait()
                try:
                    return proves(cast.changdong, code)
                finally:
                    db.close()

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(lambda _: copy_context().run(prove), range(8))) == [False] * 7 + [True]


def test_dropped_it_asks_for_nothing_more(cast):
    mine = enrol(cast.changdong)
    with writing():
        SecondFactor.drop(cast.changdong)
    assert not Person.get_by_id(cast.changdong.uid).second_since
    assert not proves(cast.changdong, mine.code()) and not proves(cast.changdong, mine.recovery[0])


def test_the_link_for_authenticators_names_account_and_office(cast):
    secret = pyotp.random_base32()
    parsed = pyotp.parse_uri(uri_of(cast.changdong, secret))
    assert (parsed.name, parsed.secret, parsed.digits, parsed.interval) == ("changdong", secret, 6, 30)  # type: ignore[attr-defined]
    assert "도봉구" in (parsed.issuer or "")


@pytest.mark.parametrize(("required", "enrolled", "address", "asked"), [
    (False, False, "203.0.113.5", False), (True, False, "203.0.113.5", True), (False, True, "203.0.113.5", True),
    (True, True, "10.20.3.4", False), (True, True, "::ffff:10.20.3.4", False), (True, True, "10.21.0.1", True),
    (True, True, "nonsense", True),
    (True, True, "2001:db8::5", False), (True, False, "", True)])
def test_more_is_asked_for_outside_the_office_of_everyone_or_of_who_has_set_it_up(app, cast, required, enrolled, address, asked):
    go_by(app, require_2fa=required, office_networks="10.20.0.0/16, 2001:db8::/32")
    person = Person(login="x", second_since=now() if enrolled else None)
    assert asks_more(person, address) is asked

