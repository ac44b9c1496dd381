from datetime import timedelta

import pytest

from fieldapp.database import at, now, uuid7
from fieldapp.errors import NotFound
from fieldapp.messages import make_link, read_link
from fieldapp.messages.link import address_of

DAY = 86_400


def test_a_link_gives_back_what_it_was_made_for(app):
    uid = uuid7()
    assert read_link("offer", make_link("offer", uid, "3"), DAY) == (uid, "3")
    assert read_link("offer", make_link("offer", uid), DAY) == (uid, "")


@pytest.mark.parametrize("spoil", [
    # The very last letter of a signature holds bits that say nothing, so another one is changed.
    lambda token: token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:], lambda token: "A" + token,
    lambda token: token.rpartition(".")[0],
    lambda token: "", lambda token: "가" * 50, lambda token: "." * 20, lambda token: token * 500, lambda token: "\udcff"])
def test_what_is_no_link_is_not_found(app, spoil):
    with pytest.raises(NotFound):
        read_link("offer", spoil(make_link("offer", uuid7())), DAY)


def test_a_link_is_for_one_purpose_of_one_office(app):
    token = make_link("offer", uuid7())
    with pytest.raises(NotFound):
        read_link("receipt", token, DAY)
    app.config["SECRET_KEY"] = "another office"
    with pytest.raises(NotFound):
        read_link("offer", token, DAY)


def test_a_link_ends(app):
    with at(now() - timedelta(hours=25)):
        token = make_link("offer", uuid7())
    with pytest.raises(NotFound):
        read_link("offer", token, DAY)
    assert read_link("offer", token, 2 * DAY)


def test_a_message_keeps_where_a_link_leads_and_no_token(app):
    address = address_of({"purpose": "offer", "uid": "u", "stamp": "1", "path": "/o/"})
    start, _slash, token = address.rpartition("/")
    assert start == "http://127.0.0.1:8000/o" and read_link("offer", token, 60) == ("u", "1")
    assert address_of({"path": "/referrals/u"}) == "http://127.0.0.1:8000/referrals/u"
