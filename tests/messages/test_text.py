import re
from datetime import datetime

import pytest

from fieldapp.database import SEOUL
from fieldapp.messages.text import FOLDER, needed, source, versions

OF_NO_CASE = {"invited"}
LATEST = [(template, numbers[-1]) for template, numbers in versions().items()]


@pytest.mark.parametrize("template", versions())
def test_each_version_speaks_both_languages_from_the_same_facts(template):
    for version in versions()[template]:
        assert needed(template, version, "ko") == needed(template, version, "en")
        assert not re.search("[가-힣]", source(template, version, "en"))


@pytest.mark.parametrize(("template", "version"), LATEST)
def test_the_newest_version_says_the_number_what_to_do_and_nothing_of_the_case(put, template, version):
    for language in ("ko", "en"):
        facts = needed(template, version, language)
        assert facts <= {"number", "link", "until", "at", "clock"} and ("number" in facts) == (template not in OF_NO_CASE)
        text = put(template, language=language).text
        assert "{{" not in text.body and len(text.body) < 300
        assert template in OF_NO_CASE or ("R-0231" in text.title and "R-0231" in text.body)
        assert ("link" not in facts) or "http://127.0.0.1:8000/o/" in text.body


def test_times_and_words_are_in_the_messages_language(put):
    moment = datetime(2026, 11, 25, 14, 0, tzinfo=SEOUL)
    assert "11월 25일 (수) 14:00까지" in put(until=moment).text.body
    assert "Wed 25 Nov 14:00" in put(until=moment, language="en").text.body
    assert "접수 확인" in put("overdue").text.title
    assert "접수" not in put("overdue", language="en").text.title


def test_a_link_leads_on_where_no_token_is_needed(put):
    assert "http://127.0.0.1:8000/referrals/u\n" in put("overdue", link={"path": "/referrals/u"}).text.body


def test_what_looks_like_a_template_is_not_one(put):
    message = put(number="{{ 7*7 }}\nBcc: all@example.org")
    assert "{{ 7*7 }}" in message.text.title and "Bcc" not in message.text.title


def test_file_names_are_in_order():
    assert not [file.name for file in FOLDER.glob("*.txt") if not re.fullmatch(r"[a-z_]+\.[1-9]\d*\.(ko|en)\.txt", file.name)]


def test_an_offer_without_an_end_says_none(put):
    for language in ("ko", "en"):
        assert "None" not in put(until=None, language=language).text.body
