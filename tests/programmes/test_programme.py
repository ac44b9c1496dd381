from datetime import date, timedelta

import pytest

from fieldapp.programmes import Programme

DAY = date(2026, 11, 23)


@pytest.mark.usefixtures("database")
def test_what_an_owner_may_be_told_of_today():
    for name, last in (("다", None), ("가", DAY), ("나", DAY + timedelta(days=1)), ("지난 것", DAY - timedelta(days=1))):
        Programme.create(name=name, last_day=last, period="예산 소진시까지")
    assert [programme.name for programme in Programme.current(DAY)] == ["가", "나", "다"]
    assert [programme.name for programme in Programme.current(DAY + timedelta(days=2))] == ["다"]
