"""What the desk and the experts made of the referrals: every step is a command, given as the pages give it."""

import random
from datetime import date, datetime, time, timedelta

from fieldapp.consultations import Consultation, Satisfaction
from fieldapp.database import SEOUL, at, now, today, uuid7
from fieldapp.experts import Partner
from fieldapp.messages import Message
from fieldapp.people import Person
from fieldapp.programmes import Programme
from fieldapp.referrals import Actor, Order, Referral, candidates_for, carry_out
from fieldapp.setup.demo import words
from fieldapp.worktime import Clock, calendar_of

OPENS, BETWEEN = time(9, 20), timedelta(minutes=4)
CHOICES = {  # of a case in this state, which command is given on a day, and how often in a hundred; the rest waits
    "submitted": {"triage": 78}, "triaged": {"open_matching": 84, "guide": 5, "ask": 4, "decline": 4, "escalate": 2},
    "matching": {"offer": 75, "agree": 17, "hold": 3}, "offered": {"accept": 66, "refuse": 12}, "accepted": {"schedule": 80},
    "scheduled": {"begin": 85, "miss": 15}, "in_progress": {"sit": 40, "plan": 25, "report": 35},
    "report_submitted": {"approve": 80, "return": 8}, "aftercare": {"finish": 1}, "on_hold": {"resume": 12}, "escalated": {"resolve": 6},
}
OF_EXPERTS = ("accept", "refuse", "schedule", "begin", "miss", "sit", "plan", "report")


class Desk:
    """A day's work at the office: what is late is told, then each live case takes a step or waits."""

    def __init__(self, chance: random.Random):
        self.chance = chance
        self.coordinator = Actor.of(Person.get(Person.login == "coordinator"))
        self.calendar = calendar_of()
        self.programmes = [programme.uid for programme in Programme.select(Programme.uid)]

    def work(self, day: date) -> None:
        if not self.calendar.is_working(day):
            return
        moment = datetime.combine(day, OPENS, SEOUL)
        with at(min(moment, now())):
            Clock.tick(limit=1000)
        for referral in Referral.select().where(Referral.state.in_(list(CHOICES))).order_by(Referral.number):
            moment += BETWEEN
            command = self.wish(referral.state)
            if command and referral.submitted_at < moment - timedelta(hours=2) and moment < now():
                with at(moment):
                    self.step(referral, command)
        self.deliver(day)

    def step(self, referral: Referral, command: str) -> None:
        """Give the command where it is possible already."""
        form: dict | None = getattr(self, f"to_{command}", lambda _referral: {})(referral)
        if form is None:
            return
        order = Order(uuid7(), command, referral.version, {name: value for name, value in form.items() if value})
        after = carry_out(referral, order, self.by(referral, command))
        if command == "approve" and self.chance.random() < 0.6:
            Satisfaction.rate(after, self.chance.choices((5, 4, 3, 2), (50, 35, 10, 5))[0], self.chance.choice(words.THANKS))

    def wish(self, state: str) -> str:
        """At most one of the commands of this state."""
        dice = self.chance.random() * 100
        for command, share in CHOICES[state].items():
            if dice < share:
                return command
            dice -= share
        return ""

    def by(self, referral: Referral, command: str) -> Actor:
        if command not in OF_EXPERTS:
            return self.coordinator
        return Actor("expert", referral.expert.person_id or referral.expert_id)

    def to_triage(self, referral: Referral) -> dict:
        return {"wanted": words.WANTED.get(referral.field, referral.wish)}

    def to_offer(self, referral: Referral) -> dict | None:
        """The best, or now and then the second."""
        fits = [one for one in candidates_for(referral) if not one.why_not]
        return {"expert": fits[min(len(fits) - 1, int(self.chance.random() < 0.15))].uid} if fits else None

    def to_agree(self, referral: Referral) -> dict | None:
        """Where only a partner's experts are left, the owner is asked for the consent that this partner needs."""
        lacking = [one for one in candidates_for(referral) if one.why_not == "consent" and one.partner]
        return {"how": "phone", "party": Partner.get(Partner.name == lacking[0].partner).uid} if lacking else None

    def to_hold(self, referral: Referral) -> dict | None:
        return self.to_ask(referral) | {"code": "expert"} if referral.alert else None

    def to_ask(self, _referral: Referral) -> dict:
        return {"reason": self.chance.choice(words.HOLDS), "review_on": (today() + timedelta(days=9)).isoformat()}

    def to_decline(self, _referral: Referral) -> dict:
        return {"code": "known", "answer": "이미 같은 도움을 받고 계셔서 이번에는 연결하지 않습니다. 필요하시면 다시 말씀해 주십시오."}

    def to_guide(self, _referral: Referral) -> dict:
        return {"programme": self.chance.choice(self.programmes), "answer": "신청 방법을 전화로 안내해 드렸습니다."}

    def to_escalate(self, _referral: Referral) -> dict:
        return {"reason": "여러 점포가 함께 겪는 일이라 위원회에서 다룸"}

    def to_resolve(self, _referral: Referral) -> dict:
        return {"answer": "위원회에서 전문가 상담을 먼저 하기로 의결함"}

    def to_refuse(self, _referral: Referral) -> dict:
        return {"code": self.chance.choice(("busy", "busy", "field", "far"))}

    def to_schedule(self, _referral: Referral) -> dict:
        return self.slot(self.chance.randint(1, 4))

    def to_plan(self, referral: Referral) -> dict | None:
        held = Consultation.of(referral).where(Consultation.attendance == "held").count()
        return None if Consultation.planned_of(referral) or held > 2 else self.slot(self.chance.randint(4, 8))

    def to_begin(self, referral: Referral) -> dict | None:
        return self.held(referral)

    def to_sit(self, referral: Referral) -> dict | None:
        return self.held(referral)

    def held(self, referral: Referral) -> dict | None:
        session = Consultation.planned_of(referral)
        if session is None or session.planned_at > now():
            return None
        return {"attendance": "held", "summary": self.chance.choice(words.SUMMARIES), "next_plan": self.chance.choice(words.NEXT_PLANS)}

    def to_miss(self, referral: Referral) -> dict | None:
        session = Consultation.planned_of(referral)
        return {"attendance": "absent", "code": "owner_absent"} if session and session.planned_at <= now() else None

    def to_report(self, referral: Referral) -> dict | None:
        if Consultation.planned_of(referral):
            return None
        results = {f"result.{n}": self.chance.choices(("achieved", "partly", "not"), (60, 32, 8))[0]
                   for n, _wanted in enumerate(referral.outcomes, 1)}
        return {**results, "advice": self.chance.choice(words.ADVICE)}

    def to_return(self, _referral: Referral) -> dict:
        return {"reason": "합의한 다음 할 일을 한 줄 더 적어 주십시오."}

    def slot(self, days: int) -> dict:
        """A working day so many days ahead, at a full hour."""
        day = today() + timedelta(days=days)
        while not self.calendar.is_working(day):
            day += timedelta(days=1)
        hour, how = self.chance.choice((10, 11, 14, 15, 16)), self.chance.choice(("place", "place", "call"))
        return {"day": day.isoformat(), "time": f"{hour}:00", "how": how}

    def deliver(self, day: date) -> None:
        """Yesterday's messages have arrived: the made-up office's gateways are made up too."""
        sent = Message.next_try_at < datetime.combine(day, time(), SEOUL)
        Message.update(state="delivered", attempts=1, delivered_at=Message.next_try_at, next_try_at=None).where(
            Message.state == "created", sent).execute()
