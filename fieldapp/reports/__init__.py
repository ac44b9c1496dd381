"""보고 reports: what the district must report, from figures that open into their rows; what was issued stays as it was.

A report is a `Document`, made once from the database and written as page, XLSX and HWPX with the same figures. `PledgeCard` is the
공약 관리카드 in its versions, `YearFigure` what was reached before the app, `Issued` a report that was given out.
"""

from fieldapp.reports.asked import Asked
from fieldapp.reports.document import Cell, Document, Table, differences
from fieldapp.reports.figure import YearFigure
from fieldapp.reports.issued import Issued, IssuedFile
from fieldapp.reports.kinds import KINDS, make
from fieldapp.reports.pledge import Card, PledgeCard, Result, Task

MODELS = [PledgeCard, YearFigure, Issued, IssuedFile]
__all__ = ["KINDS", "MODELS", "Asked", "Card", "Cell", "Document", "Issued", "IssuedFile", "PledgeCard", "Result", "Table", "Task",
           "YearFigure", "differences", "make"]
