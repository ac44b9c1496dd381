"""의뢰: the coordinator's desk. The queue, what is done to many cases at once, and a case."""

from fieldapp.dashboard.views.referrals import bulk, case, queue

__all__ = ["bulk", "case", "queue"]
