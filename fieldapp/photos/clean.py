MAX_BYTES = 12 * 1024 * 1024


class Unclean(Exception):
    code = "photo-unreadable"


def clean(body):
    raise Unclean()
