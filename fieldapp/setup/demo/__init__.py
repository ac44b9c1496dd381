"""A made-up office to try things in: half a year of four managers' work, told through the same doors as the real thing.

Places, people, shops and words are invented. The seed is fixed, the dates are relative to today.
"""

from fieldapp.setup.demo.logins import Login, kept_logins, make_logins
from fieldapp.setup.demo.story import is_demo, tell

__all__ = ["Login", "is_demo", "kept_logins", "make_logins", "tell"]
