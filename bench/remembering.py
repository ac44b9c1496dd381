"""The application with the queue's answers remembered: its page without the two queries that go through all cases."""

from flask import Flask, request

import fieldapp
from fieldapp.dashboard import queue


def create_app() -> Flask:
    queue.pick, queue.counts_of = remembered(queue.pick), remembered(queue.counts_of)  # type: ignore[assignment]
    return fieldapp.create_app()


def remembered(work):
    """Do it once for every address."""
    kept: dict[str, object] = {}

    def answer(*asked):
        if request.full_path not in kept:
            kept[request.full_path] = work(*asked)
        return kept[request.full_path]

    return answer
