"""`flask …`: every room's commands, registered in one place."""

import click
from flask import Flask

from fieldapp import database
from fieldapp.setup import commands as setup
from fieldapp.shops import commands as shops
from fieldapp.zones import commands as zones


@click.command("migrate")
def migrate() -> None:
    """Bring the database's tables up to date."""
    done = database.migrate()
    click.echo("\n".join(done) if done else "The database is up to date.")


def install(app: Flask) -> None:
    for command in (migrate, zones.import_zones_command, shops.import_shops_command, *setup.COMMANDS):
        app.cli.add_command(command)
