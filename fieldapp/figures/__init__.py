"""집계 figures: what counts as a consultation (상담), by a rule with a version, and how many there are.

`rule.py` says what counts, `total`, `by_month`, `by` and `days` how much of it, `Counted` holds the row behind every figure, `Target`
what the office has promised. All of it is kept in the transaction of each change; `recount` makes it anew from the rows.
"""

from fieldapp.figures.counted import SESSION, VISIT, Counted
from fieldapp.figures.pace import Pace, by_working_day
from fieldapp.figures.reading import DIMENSIONS, Figure, by, by_month, days, distinct_shops, raised, streets, total
from fieldapp.figures.recounting import make_up, recount
from fieldapp.figures.rollup import Rollup
from fieldapp.figures.rule import RULE_VERSION, RULES, Rule, RuleChoice, in_force
from fieldapp.figures.street import street_of
from fieldapp.figures.tally import tally
from fieldapp.figures.target import INDICATORS, Target

MODELS = [Counted, Rollup, RuleChoice, Target]
__all__ = ["DIMENSIONS", "INDICATORS", "MODELS", "RULES", "RULE_VERSION", "SESSION", "VISIT", "Counted", "Figure", "Pace",
           "Rollup", "Rule", "RuleChoice", "Target", "by", "by_month", "by_working_day", "days", "distinct_shops", "in_force",
           "make_up", "raised", "recount", "street_of", "streets", "tally", "total"]
