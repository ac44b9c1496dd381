"""What takes tens of megabytes at once, hashing a password or decoding a photo, is done by two threads at most."""

import threading

HEAVY = threading.Semaphore(2)
