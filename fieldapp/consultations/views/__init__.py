"""The expert's inbox and cases, the pages behind signed links, and the files of sessions."""

from fieldapp.consultations.views import cases, files, ical, inbox, mine, offers
from fieldapp.consultations.views.blueprint import consultations

__all__ = ["cases", "consultations", "files", "ical", "inbox", "mine", "offers"]
