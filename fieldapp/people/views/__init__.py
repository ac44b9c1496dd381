from fieldapp.people.views import access, account, login
from fieldapp.people.views.blueprint import people

__all__ = ["access", "account", "login", "people"]
