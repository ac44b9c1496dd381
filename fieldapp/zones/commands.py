import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from fieldapp.errors import Problem
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
