import click
from flask.cli import with_appcontext

from fieldapp.figures.recounting import recount
from fieldapp.figures.rule import RULES, in_force


@click.command("recount")
@click.option("--rule", default="", type=click.Choice(["", *RULES]), help="Count by this rule from now on; docs/figures.md tells them.")
@with_appcontext
def recount_command(rule: str) -> None:
    """Count every figure anew from the visits and sessions. Records that arrive meanwhile wait."""
    with click.progressbar(length=100, label="recount") as bar:
        rows = recount(lambda done, of: bar.update(done * 100 // (of or 1) - bar.pos), rule)
    click.echo(f"{rows:,} rows by rule {in_force().version}.")
