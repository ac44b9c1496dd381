import click
from flask.cli import with_appcontext

from fieldapp.dashboard.ground import redraw


@click.command("redraw-map")
@with_appcontext
def redraw_command() -> None:
    """Make what the map counts by anew from the visits. Records that arrive meanwhile wait."""
    with click.progressbar(length=100, label="redraw-map") as bar:
        drawn = redraw(lambda done, of: bar.update(done * 100 // (of or 1) - bar.pos))
    click.echo(f"{drawn:,} visits.")
