from flask import Response, g, request, send_file
from werkzeug.exceptions import RequestEntityTooLarge

from fieldapp.consultations.attachment import MAX_BYTES, TOO_LARGE, Attachment
from fieldapp.consultations.consultation import Consultation
from fieldapp.consultations.views.blueprint import consultations
from fieldapp.consultations.views.cases import mine, show, stage_of
from fieldapp.consultations.views.giving import ENDED, Attempt
from fieldapp.errors import Conflict, Invalid, NotFound, TooLarge
from fieldapp.events import accessed
from fieldapp.form import Reader
from fieldapp.referrals import Offer, Referral
from fieldapp.web import allow, go

AROUND = 64 * 1024  # bytes: what a form needs beside its file


@consultations.post("/cases/<offer>/sessions/<consultation>/files")
@allow("case.work")
def add_file(offer: str, consultation: str):
    """A photo or a file of a session that is this expert's."""
    request.max_content_length = MAX_BYTES + AROUND
    found = mine(offer)
    if stage_of(found) != "running":
        return show(found, Attempt.failed("file", Conflict(ENDED)))
    session = session_of(found, consultation)
    try:
        Reader(request.form.to_dict(flat=False)).finish()
        sent = request.files.get("file")
        Attachment.receive(session, sent.filename or "" if sent else "", sent.stream.read(MAX_BYTES + 1) if sent else b"", g.person.uid)
    except RequestEntityTooLarge:
        return show(mine(offer), Attempt(f"file-{session.uid}", problems={"file": TOO_LARGE}, status=TooLarge.status))
    except Invalid as problem:
        told = problem if problem.fields else Invalid(fields={"file": problem.message})
        return show(mine(offer), Attempt.failed(f"file-{session.uid}", told))
    return go(f"/cases/{offer}#session-{session.uid}")


def session_of(offer: Offer, uid: str) -> Consultation:
    found = Consultation.get_or_none(Consultation.uid == uid, Consultation.referral == offer.referral_id,
                                     Consultation.expert == offer.expert_id)
    if found is None:
        raise NotFound()
    return found


@consultations.get("/cases/<offer>/sessions/<consultation>/files/<attachment>")
@allow("case.work")
def file_of_case(offer: str, consultation: str, attachment: str):
    """A session's file, while the case is open to its expert."""
    found = mine(offer)
    if stage_of(found) != "running":
        raise NotFound()
    session = session_of(found, consultation)
    return served(Attachment.get_or_none(Attachment.uid == attachment, Attachment.consultation == session), found.referral)


@consultations.get("/referrals/<uid>/files/<attachment>")
@allow("referral.see")
def file_of_referral(uid: str, attachment: str):
    """A session's file for the desk."""
    referral = Referral.get_reachable(g.person, uid)
    row = (Attachment.select().join(Consultation).where(Attachment.uid == attachment, Consultation.referral == referral).first())
    return served(row, referral)


def served(row: Attachment | None, referral: Referral) -> Response:
    """Only ever to be saved: a browser opens nothing of it within our pages. Photos are copies of ours, and shown."""
    if row is None:
        raise NotFound()
    accessed("file.view", [referral.shop_id])
    try:
        if row.kind == "photo":
            answer = send_file(row.path, mimetype="image/jpeg")
        else:
            answer = send_file(row.path, mimetype="application/octet-stream", as_attachment=True, download_name=row.name)
    except FileNotFoundError:
        raise NotFound() from None
    answer.headers |= {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}
    return answer
