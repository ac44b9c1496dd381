import json

import peewee

from fieldapp.database import Instant, Model, Record, now
from fieldapp.experts import Expert
from fieldapp.people import Person
from fieldapp.programmes import Programme
from fieldapp.referrals import Referral


class Report(Record):
    """결과보고: what came of each wanted outcome, and the advice. One that was returned stays; the next is a new revision."""

    referral = peewee.ForeignKeyField(Referral, backref="reports", on_delete="CASCADE")
    expert = peewee.ForeignKeyField(Expert, backref="reports", on_delete="RESTRICT")
    revision = peewee.IntegerField()
    results = peewee.TextField(default="[]")  # JSON: a list of {wanted, result, note}
    advice = peewee.TextField()
    state = peewee.CharField(20, default="submitted")
    reason = peewee.TextField(default="")
    decided_by = peewee.ForeignKeyField(Person, null=True, on_delete="SET NULL")
    decided_at = Instant(null=True)

    class Meta:
        indexes = ((("referral", "revision"), True), (("state", "decided_at"), False))

    @property
    def lines(self) -> list[dict]:
        """For each wanted outcome what came of it: wanted, result (a key of RESULTS) and note."""
        return json.loads(self.results)

    @classmethod
    def of(cls, referral: Referral):
        """Every revision, the latest first."""
        return cls.select().where(cls.referral == referral).order_by(cls.revision.desc())

    @classmethod
    def latest(cls, referral: Referral) -> "Report | None":
        return cls.of(referral).first()

    @classmethod
    def submit(cls, referral: Referral, results: list[dict], advice: str, programmes: list[str]) -> "Report":
        last = cls.latest(referral)
        report = cls.create(referral=referral, expert=referral.expert_id, revision=last.revision + 1 if last else 1,
                            results=json.dumps(results, ensure_ascii=False), advice=advice)
        for programme in programmes:
            ReportProgramme.create(report=report, programme=programme)
        return report

    def decide(self, state: str, by: str, reason: str) -> None:
        self.state, self.reason, self.decided_by, self.decided_at = state, reason, by, now()  # type: ignore[assignment]
        self.save()

    def suggested(self) -> list[Programme]:
        """The programmes that the expert suggests."""
        return list(Programme.select().join(ReportProgramme).where(ReportProgramme.report == self).order_by(Programme.name))


class ReportProgramme(Model):
    """A programme that a report suggests."""

    report = peewee.ForeignKeyField(Report, backref="programmes", on_delete="CASCADE")
    programme = peewee.ForeignKeyField(Programme, on_delete="RESTRICT")

    class Meta:
        indexes = ((("report", "programme"), True),)
