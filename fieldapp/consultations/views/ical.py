from flask import Response
from flask_babel import gettext as _

from fieldapp.consultations.consultation import Consultation
from fieldapp.consultations.ical import entry
from fieldapp.consultations.views.blueprint import consultations
from fieldapp.consultations.views.cases import mine, stage_of
from fieldapp.errors import NotFound
from fieldapp.web import allow


@consultations.get("/cases/<offer>/session.ics")
@allow("case.work")
def session_entry(offer: str):
    """The planned session for the expert's calendar."""
    found = mine(offer)
    sessions = list(Consultation.of(found.referral))
    planned = next((session for session in sessions if session.attendance == "planned"), None)
    if planned is None or stage_of(found) != "running":
        raise NotFound()
    first, moved = Consultation.origin(sessions, planned)
    label = found.referral.label
    return Response(entry(_("상담 %(number)s", number=label), planned, first, moved), mimetype="text/calendar",
                    headers={"Content-Disposition": f'attachment; filename="{label}.ics"'})
