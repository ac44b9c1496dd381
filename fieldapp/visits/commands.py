"""`flask recheck-visits`."""

import click

from fieldapp.visits.recheck import recheck


@click.command("recheck-visits")
def recheck_visits() -> None:
    """Judge every visit's plausibility anew, by the rules as they are; the office goes on working meanwhile."""
    done = recheck(lambda count: click.echo(f"\r{count:,}", nl=False))
    click.echo(f"\r{done:,} visits were looked at.")
