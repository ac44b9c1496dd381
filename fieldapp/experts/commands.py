from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from fieldapp.experts.importing import VERDICTS, Plan, apply_import, plan_import


@click.command("import-experts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what the file would do.")
@with_appcontext
def import_experts_command(file: Path, dry_run: bool) -> None:
    """Bring in experts from an XLSX or CSV FILE with columns named as in docs/import.md."""
    content = file.read_bytes()
    _tell(plan_import(content) if dry_run else apply_import(content, by=""))
    if dry_run:
        click.echo(_("미리보기입니다. 아무것도 바꾸지 않았습니다."))


def _tell(plan: Plan) -> None:
    for verdict, count in plan.counts.items():
        click.echo(f"{count:>8,}  {VERDICTS[verdict]}")
    if plan.ignored:
        click.echo(_("모르는 열이라 읽지 않았습니다: %(columns)s", columns=", ".join(plan.ignored)))
    for row in plan.of("changed"):
        for part, before, after in row.told:
            click.echo(_("%(line)s행 %(name)s: %(part)s %(before)s → %(after)s", line=row.line, name=row.name, part=part, before=before,
                         after=after))
    for row in plan.of("refused"):
        click.echo(_("%(line)s행 거절: %(what)s", line=row.line, what=" / ".join(row.reasons)))
