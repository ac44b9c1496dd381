"""업무시간·처리기한 worktime: when the office works, and by when a thing is due.

`Calendar` counts working time (`calendar_of` with what the office closed and when an expert is absent: `Closure`), `Policy` says how
long each kind of thing may take, a `Clock` counts one of them. `Clock.tick` tells `clock.amber`, `clock.due` and `clock.escalated`,
and a changed calendar or policy `clock.moved`, as events of the clock's subject: later rooms subscribe to them.
"""

from fieldapp.worktime.calendar import IMMEDIATELY, OPENS, Calendar, Line, closing, holidays_of
from fieldapp.worktime.clock import Clock, Explanation, Pause, explain
from fieldapp.worktime.closure import Closure, calendar_of, calendars_of
from fieldapp.worktime.policy import DEFAULTS, KINDS, Policy

MODELS = [Closure, Policy, Clock, Pause]
__all__ = ["DEFAULTS", "IMMEDIATELY", "KINDS", "MODELS", "OPENS", "Calendar", "Clock", "Closure", "Explanation", "Line",
           "Pause", "Policy", "calendar_of", "calendars_of", "closing", "explain", "holidays_of"]
