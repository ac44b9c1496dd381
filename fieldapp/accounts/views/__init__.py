"""One page a file; all under one blueprint."""

from fieldapp.accounts.views import index, join, periods, phones, show
from fieldapp.accounts.views.blueprint import accounts

__all__ = ["accounts", "index", "join", "periods", "phones", "show"]
