"""What makes the managers' walk of today worth a look: a programme that some owners were told of ends within a fortnight."""

from datetime import timedelta

from fieldapp.database import SEOUL, now
from fieldapp.programmes import Programme

ENDS_IN = timedelta(days=9)


def let_a_programme_end() -> None:
    programme = Programme.select().order_by(Programme.link).get()
    programme.last_day = now().astimezone(SEOUL).date() + ENDS_IN
    programme.save()
