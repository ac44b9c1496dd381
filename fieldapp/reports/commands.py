"""`flask import-figures FILE`: the yearly figures of before the app, from a table with the columns 지표, 연도, 값, 출처."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from flask_babel import gettext as _

from fieldapp.database import writing
from fieldapp.errors import Invalid
from fieldapp.form import Reader
from fieldapp.reports.figure import INDICATORS, YearFigure, read_value, read_year

COLUMNS = {"indicator": ("지표", "indicator"), "year": ("연도", "year"), "value": ("값", "value"), "source": ("출처", "source")}
LARGEST = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Line:
    indicator: str
    year: int
    value: int
    source: str


@click.command("import-figures")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what the file would do.")
@with_appcontext
def import_figures_command(file: Path, dry_run: bool) -> None:
    """Bring in yearly figures from a CSV FILE, all of its rows or none."""
    lines, refusals = read_figures(file.read_bytes()[:LARGEST + 1])
    for line, why in refusals:
        click.echo(_("%(line)s행 거절: %(what)s", line=line, what=why))
    if refusals:
        raise click.ClickException(_("고칠 행이 있어 아무것도 들여오지 않았습니다."))
    if not dry_run:
        with writing():
            for one in lines:
                YearFigure.put(one.indicator, one.year, one.value, one.source, by="")
    click.echo(_("연도별 실적 %(n)s줄", n=len(lines)))
    if dry_run:
        click.echo(_("미리보기입니다. 아무것도 바꾸지 않았습니다."))


def read_figures(content: bytes) -> tuple[list[Line], list[tuple[int, str]]]:
    """The rows, and for each that can't be read its line and why. Raises Invalid where it is no such table."""
    rows = rows_of(decoded(content))
    places = places_of(rows[0]) if rows else {}
    if missing := [names[0] for word, names in COLUMNS.items() if word not in places and word != "source"]:
        raise Invalid(_("연도별 실적 표가 아닙니다. 없는 열: %(columns)s", columns=", ".join(missing)))
    lines: dict[tuple[str, int], Line] = {}
    refusals = []
    for number, cells in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        form = Reader({word: cells[place] if place < len(cells) else "" for word, place in places.items()})
        line = read_line(form)
        if line is None or form.errors:
            refusals.append((number, " / ".join(form.errors.values())))
        elif (line.indicator, line.year) in lines:
            refusals.append((number, _("같은 지표와 연도가 앞에 또 있습니다.")))
        else:
            lines[line.indicator, line.year] = line
    return list(lines.values()), refusals


def rows_of(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:  # a cell of more than 128 KB: a quotation mark that is never closed
        raise Invalid(_("표로 읽을 수 없는 파일입니다. CSV로 저장해서 다시 골라 주십시오.")) from error


def read_line(form: Reader) -> Line | None:
    name = form.text("indicator", limit=60)
    indicator, year, value = names_of_indicators().get(name.replace(" ", "")), read_year(form), read_value(form)
    if indicator is None:
        form.refuse("indicator", _("모르는 지표입니다: %(name)s", name=name[:60] or "–"))
    if value is None:
        form.refuse("value", _("값을 적어 주십시오."))
    source = form.text("source", limit=200)
    return None if indicator is None or year is None or value is None else Line(indicator, year, value, source)


def names_of_indicators() -> dict[str, str]:
    """Indicators by code and by their names in every language, without blanks."""
    names = {code: code for code in INDICATORS}
    for language in ("ko", "en"):
        with force_locale(language):
            names |= {str(name).replace(" ", ""): code for code, name in INDICATORS.items()}
    return names


def places_of(titles: list[str]) -> dict[str, int]:
    plain = [title.strip().lower() for title in titles]
    return {word: plain.index(name) for word, names in COLUMNS.items() for name in names if name in plain}


def decoded(content: bytes) -> str:
    if len(content) > LARGEST:
        raise Invalid(_("파일이 1 MB를 넘습니다."))
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(_("글자를 읽을 수 없습니다. UTF-8이나 CP949(EUC-KR)로 저장해 주십시오."))
