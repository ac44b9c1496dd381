"""컨설팅·사후관리 consultations: an accepted case's sessions and result, and what is asked of the shop afterwards.

`Consultation` is one session, `Report` the result, `Aftercare` the tasks that follow it, `Satisfaction` the owner's rating. The
commands of these are given by `referrals.carry_out`.
"""

from fieldapp.consultations import commands
from fieldapp.consultations.aftercare import AHEAD, MONTHS, Aftercare
from fieldapp.consultations.attachment import Attachment, file_path
from fieldapp.consultations.consultation import Consultation
from fieldapp.consultations.report import Report, ReportProgramme
from fieldapp.consultations.satisfaction import Satisfaction
from fieldapp.consultations.words import ASKERS, ATTENDANCES, CODES, HELD, HOWS, REPORT_STATES, RESULTS, SCORES

MODELS = [Consultation, Attachment, Report, ReportProgramme, Aftercare, Satisfaction]
__all__ = ["AHEAD", "ASKERS", "ATTENDANCES", "CODES", "HELD", "HOWS", "MODELS", "MONTHS", "REPORT_STATES", "RESULTS", "SCORES", "Aftercare",
           "Attachment", "Consultation", "Report", "ReportProgramme", "Satisfaction", "commands", "file_path"]
