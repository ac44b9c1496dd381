import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from fieldapp.errors import Problem
from fieldapp.zones.area import import_areas
from fieldapp.zones.importing import import_zones


@click.command("import-zones")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@with_appcontext
def import_zones_command(file: str) -> None:
    """Bring in zones and dongs from a GeoJSON FILE (properties code, name_ko, zone)."""
    try:
        summary = import_zones(file)
    except Problem as problem:
        raise click.ClickException(str(problem.message)) from None
    click.echo(_("권역 새로 %(count)s개", count=summary.zones_new))
    click.echo(_("행정동 새로 %(new)s개, 바뀜 %(changed)s개, 그대로 %(unchanged)s개", new=summary.dongs_new,
                 changed=summary.dongs_changed, unchanged=summary.dongs_unchanged))
    if summary.elsewhere:
        click.echo(_("이 파일이 다른 권역에 두는 행정동 %(count)s개: 사무실의 권역 경계 화면(/borders)에서 함께 갈 것을 보고 옮기십시오.",
                     count=summary.elsewhere))


@click.command("import-areas")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@with_appcontext
def import_areas_command(file: str) -> None:
    """Bring in the city's commercial areas from a GeoJSON FILE (properties code, name_ko, kind)."""
    try:
        summary = import_areas(file)
    except Problem as problem:
        raise click.ClickException(str(problem.message)) from None
    click.echo(_("상권 새로 %(new)s개, 바뀜 %(changed)s개, 그대로 %(unchanged)s개", new=summary.new, changed=summary.changed,
                 unchanged=summary.unchanged))
