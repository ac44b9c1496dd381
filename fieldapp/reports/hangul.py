"""A report as HWPX, which 한글 opens: written by a process of its own, whose memory is given back when it ends."""

import json
import logging
import subprocess
import sys
from pathlib import Path

from flask_babel import lazy_gettext as _

from fieldapp.errors import Problem
from fieldapp.memory import HEAVY
from fieldapp.reports.document import Document

WRITER = Path(__file__).with_name("hangul_writer.py")
LONGEST = 90  # seconds that it may take
log = logging.getLogger("fieldapp.reports")


class NoHangul(Problem):
    """The file could not be written; everything else of the report is there."""

    status, code = 503, "no-hwpx"
    message = _("한글 파일을 만들지 못했습니다. 화면과 엑셀 파일은 쓸 수 있습니다. "
                "잠시 뒤에 다시 시도하고, 계속되면 관리자에게 알려 주십시오.")


def hangul(document: Document) -> bytes:
    """The file's bytes. Raises NoHangul where the writer fails or takes too long."""
    command = [sys.executable, "-I", str(WRITER)]  # -I: what lies beside the script is not mistaken for a library
    with HEAVY:
        try:
            done = subprocess.run(command, input=plain(document).encode(), capture_output=True, timeout=LONGEST, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", b"") or b""
            log.warning("no HWPX of %s: %s %s", document.kind, error, said[-500:].decode(errors="replace"))
            raise NoHangul() from error
    return done.stdout


def plain(document: Document) -> str:
    """The report for the writer: every cell as one reads it."""
    tables = [{"title": table.title, "head": table.head, "note": table.note, "rows": [[cell.text for cell in row] for row in table.rows]}
              for table in document.tables]
    return json.dumps({"title": document.title, "facts": document.facts, "tables": tables}, ensure_ascii=False)
