import csv
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _

from fieldapp.database import SEOUL, now
from fieldapp.errors import Problem
from fieldapp.shops.facts import REASONS, REPAIRS
from fieldapp.shops.importing import Summary, import_shops

SHOWN = 20  # refused rows on the screen; all of them stand in the file


@click.command("import-shops")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--source", default="", help="Name of the source, where the file has no column for it.")
@click.option("--only-own", is_flag=True, help="Leave out the rows whose 시군구코드 is another gu's.")
@with_appcontext
def import_shops_command(file: str, source: str, only_own: bool) -> None:
    """Bring in shops from a CSV FILE: 상가(상권)정보, or columns named as in docs/import.md."""
    try:
        with click.progressbar(length=100, label=_("점포 가져오기")) as bar:
            summary = import_shops(file, lambda done, lines: bar.update(done * 100 // (lines or 1) - bar.pos),
                                   source, only_own)
    except Problem as problem:
        raise click.ClickException(str(problem.message)) from None
    _tell(summary)
    if summary.refusals:
        click.echo(_("거절된 행 전체: %(path)s", path=write_refusals(summary, Path(current_app.config["DATA"]))))


def _tell(summary: Summary) -> None:
    for word, count in (
            (_("새로 등록"), summary.new), (_("바뀜"), summary.changed), (_("그대로"), summary.unchanged),
            (_("중복 행"), summary.duplicate), (_("뒤의 행이 대신함"), summary.superseded),
            (_("다른 구라서 뺌"), summary.elsewhere), (_("거절"), summary.refused),
            (_("구 밖으로 표시"), summary.outside), (_("바로잡음"), summary.repaired), (_("권역 없음"), summary.zoneless)):
        click.echo(f"{count:>8,}  {word}")
    for old, new in summary.replaced[:SHOWN]:
        click.echo(_("%(old)s행 대신 뒤에 나온 %(new)s행을 따랐습니다.", old=old, new=new))
    for line, repair in summary.repairs[:SHOWN]:
        click.echo(_("%(line)s행: %(what)s", line=line, what=REPAIRS[repair]))
    for refusal in summary.refusals[:SHOWN]:
        click.echo(_("%(line)s행 거절: %(what)s", line=refusal.line, what=REASONS[refusal.reason])
                   + (f" ({refusal.detail})" if refusal.detail else ""))


def write_refusals(summary: Summary, data: Path) -> Path:
    """Every refused row in full, with its line and reason, as a CSV that a spreadsheet opens. Gives its path."""
    folder = data / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"refused-{now().astimezone(SEOUL):%Y%m%d-%H%M%S-%f}.csv"
    with open(path, "w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        table = csv.writer(file)
        table.writerow(["line", "code", "reason", "detail", *summary.header])
        for refusal in summary.refusals:
            told = refusal.detail, *refusal.cells
            table.writerow([refusal.line, refusal.reason, REASONS[refusal.reason], *map(no_formula, told)])
    return path


def no_formula(text: str) -> str:
    """The text as a spreadsheet shows it and does not work it out."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
