"""대표자·동의 owners: a shop's owner, known only as far as a consent opens it.

`Owner` holds name and phone; `Consent` what was agreed to, to which text, and when it ended. The texts are versioned.
"""

from fieldapp.owners.consent import CONTACT, PARTNER, PERSONAL, TEXTS, TEXTS_VERSION, Consent
from fieldapp.owners.form import OwnerAnswer, read_owner, refuse_resident_number
from fieldapp.owners.owner import Owner

MODELS = [Owner, Consent]
__all__ = ["CONTACT", "MODELS", "PARTNER", "PERSONAL", "TEXTS", "TEXTS_VERSION", "Consent", "Owner", "OwnerAnswer", "read_owner",
           "refuse_resident_number"]
