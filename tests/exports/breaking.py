"""The application, whose lists break after their first rows, as where the database goes away meanwhile."""

from flask import Flask

from fieldapp import create_app
from fieldapp.exports.table import Table

whole = Table.batches


def breaks(self, size: int = 1):
    for number, batch in enumerate(whole(self, 1)):
        if number == 2:
            raise RuntimeError("the database went away")
        yield batch


def app() -> Flask:
    Table.batches = breaks  # type: ignore[method-assign]
    return create_app()
