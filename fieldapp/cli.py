"""`flask …`: every room's commands, registered in one place."""

from collections.abc import Callable
from copy import copy
from functools import wraps

import click
from flask import Flask

from fieldapp import database
from fieldapp.dashboard import commands as dashboard
from fieldapp.errors import Problem, storage_problem
from fieldapp.experts import commands as experts
from fieldapp.figures import commands as figures
from fieldapp.figures import make_up
from fieldapp.reports import commands as reports
from fieldapp.setup import commands as setup
from fieldapp.shops import commands as shops
from fieldapp.visits import commands as visits
from fieldapp.zones import commands as zones


@click.command("migrate")
def migrate() -> None:
    """Bring the database's tables up to date."""
    done = database.migrate()
    make_up()
    click.echo("\n".join(done) if done else "The database is up to date.")


def plainly(callback: Callable) -> Callable:
    """The command, with a problem told in words where it would end in a traceback: a disk that is full, a database that is busy."""
    @wraps(callback)
    def command(*args, **more):
        try:
            return callback(*args, **more)
        except Exception as error:
            problem = error if isinstance(error, Problem) else storage_problem(error)
            if problem is None:
                raise
            raise click.ClickException(str(problem.message)) from error

    return command


def install(app: Flask) -> None:
    for command in (migrate, zones.import_zones_command, zones.import_areas_command, shops.import_shops_command,
                    experts.import_experts_command, figures.recount_command, dashboard.redraw_command, reports.import_figures_command,
                    visits.recheck_visits, *setup.COMMANDS):
        told = copy(command)  # an application's own: there may be several
        told.callback = command.callback and plainly(command.callback)
        app.cli.add_command(told)
