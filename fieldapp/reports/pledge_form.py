"""The card's form: a card as the flat names of a form, and back."""

import re
from decimal import Decimal

from flask_babel import gettext as _

from fieldapp.form import Reader
from fieldapp.reports.asked import FIRST_DAY, LAST_DAY
from fieldapp.reports.pledge import BUDGET, QUARTERS, Card, Result, Task

TASKS, RESULTS = 12, 40  # lines of the schedule and of what was done, at most
SPARE = 3  # empty lines that a form offers
LONGEST_TEXT, LONGEST_LINE, LONGEST_REASON = 4000, 300, 500
AMOUNT = re.compile(r"\d{1,9}(\.\d{1,3})?")


def read_card(form: Reader) -> Card:
    """What the form says; refusals stay with the form."""
    return Card(
        title=form.text("title", limit=120, required=_("공약 이름을 적어 주십시오.")), stage=form.text("stage", limit=60),
        span=form.text("span", limit=60), budget_kind=form.text("budget_kind", limit=60), department=form.text("department", limit=100),
        state=form.text("state", limit=LONGEST_TEXT), goal=form.text("goal", limit=LONGEST_TEXT),
        outline=form.text("outline", limit=LONGEST_TEXT), schedule=read_schedule(form), budget=read_budget(form),
        results=read_results(form), plans=form.text("plans", limit=LONGEST_TEXT))


def read_schedule(form: Reader) -> tuple[Task, ...]:
    tasks = []
    for n in range(1, TASKS + 1):
        name, quarters = form.text(f"task.{n}", limit=100), form.many(f"quarter.{n}")
        if set(quarters) - set(QUARTERS):
            form.refuse(f"task.{n}", _("목록에 있는 것을 골라 주십시오."))
        elif quarters and not name:
            form.refuse(f"task.{n}", _("과제 이름을 적어 주십시오."))
        elif name:
            tasks.append(Task(name, tuple(quarter for quarter in QUARTERS if quarter in quarters)))
    return tuple(tasks)


def read_budget(form: Reader) -> dict[str, Decimal]:
    amounts = {}
    for part in BUDGET:
        text = form.text(f"budget.{part}", limit=20).replace(",", "")
        if text and not AMOUNT.fullmatch(text):
            form.refuse(f"budget.{part}", _("백만원 단위로 3.5처럼 적어 주십시오. 소수 셋째 자리까지입니다."))
        elif text:
            amounts[part] = Decimal(f"{Decimal(text).normalize():f}")  # 180.00 is 180
    return amounts


def read_results(form: Reader) -> tuple[Result, ...]:
    found = []
    for n in range(1, RESULTS + 1):
        on, text = form.day(f"on.{n}", FIRST_DAY, LAST_DAY), form.text(f"result.{n}", limit=LONGEST_LINE)
        if text and not on:
            form.refuse(f"on.{n}", _("날짜를 적어 주십시오."))
        elif on and not text:
            form.refuse(f"result.{n}", _("추진실적을 적어 주십시오. 줄을 없애려면 날짜도 지워 주십시오."))
        elif on:
            found.append(Result(on, " ".join(text.split())))
    return tuple(sorted(found, key=lambda result: result.on))


def form_of(card: Card) -> dict[str, str | list[str]]:
    """The card as its form's names."""
    form: dict[str, str | list[str]] = {name: getattr(card, name) for name in (
        "title", "stage", "span", "budget_kind", "department", "state", "goal", "outline", "plans")}
    for n, task in enumerate(card.schedule, 1):
        form |= {f"task.{n}": task.name, f"quarter.{n}": list(task.quarters)}
    form |= {f"budget.{part}": f"{amount:f}" for part, amount in card.budget.items()}
    for n, result in enumerate(card.results, 1):
        form |= {f"on.{n}": str(result.on), f"result.{n}": result.text}
    return form


def lines(form: dict, names: tuple[str, ...], most: int) -> range:
    """The numbers of the lines that a form shows: those of which anything is filled, and some to fill."""
    last = max((n for n in range(1, most + 1) if any(form.get(f"{name}.{n}") for name in names)), default=0)
    return range(1, min(last + SPARE, most) + 1)
