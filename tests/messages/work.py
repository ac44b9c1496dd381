"""A real worker in a process of its own, at ten o'clock of a working day: python -m tests.messages.work"""

import threading

import time_machine

from fieldapp import create_app
from fieldapp.setup.worker import run
from tests.messages.conftest import MORNING

if __name__ == "__main__":
    with time_machine.travel(MORNING, tick=True):
        run(create_app(), threading.Event())
