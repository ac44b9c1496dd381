"""The catalogue of what can go wrong. Raised anywhere, turned into page, fragment or JSON in web.py alone."""

import errno
from collections.abc import Iterator

import peewee
from flask_babel import lazy_gettext as _


class Problem(Exception):
    """Something that the person is told: `status` is HTTP's, `code` is for programs, `message` is for people."""

    status = 400
    code = "bad-request"
    message = _("요청을 이해하지 못했습니다. 다시 시도해 주십시오.")
    retry_after: int | None = None  # seconds

    def __init__(self, message=None, *, code=None, fields=None, **facts):
        super().__init__(str(code or self.code))
        self.message = message or self.message
        self.code = code or self.code
        self.fields = fields or {}
        self.facts = facts


class NotLoggedIn(Problem):
    status, code = 401, "login"
    message = _("로그인이 필요합니다. 로그인하면 하던 일로 돌아옵니다.")


class Forbidden(Problem):
    status, code = 403, "forbidden"
    message = _("이 일은 맡은 역할에서 할 수 없습니다.")


class CrossSite(Forbidden):
    code = "cross-site"
    message = _("다른 사이트에서 온 요청이라 처리하지 않았습니다.")


class NotFound(Problem):
    status, code = 404, "not-found"
    message = _("찾는 것이 없습니다. 주소를 확인해 주십시오.")


class Conflict(Problem):
    status, code = 409, "conflict"
    message = _("그 사이 다른 내용이 저장되었습니다.")


class TooLarge(Problem):
    status, code = 413, "too-large"
    message = _("보낸 내용이 너무 큽니다.")


class Invalid(Problem):
    """Refused input: `fields` maps a field's name to what to do about it."""

    status, code = 422, "invalid"
    message = _("확인할 곳이 있습니다.")


class TooMany(Problem):
    status, code, retry_after = 429, "too-many", 60
    message = _("요청이 너무 잦습니다. 잠시 뒤에 다시 시도해 주십시오.")


class Broken(Problem):
    status, code = 500, "broken"
    message = _("문제가 생겼습니다. 입력한 내용은 휴대폰에 남아 있습니다. 잠시 뒤에 다시 시도해 주십시오.")


class Busy(Problem):
    status, code, retry_after = 503, "busy", 5
    message = _("지금은 저장할 수 없습니다. 잠시 뒤에 다시 보내 주십시오.")


class Full(Problem):
    status, code, retry_after = 507, "full", 300
    message = _("사무실 저장 공간이 부족합니다. 담당자에게 알려 주십시오. 입력한 내용은 휴대폰에 남아 있습니다.")


REFUSED = (Conflict, Invalid, Busy, Full)  # what a page tells beside the form, with all that was typed


def storage_problem(error: BaseException) -> Problem | None:
    """Busy or Full where the database or the disk could not take a write, else None."""
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return Full()
        return Busy() if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO) else None
    text = str(error).lower()
    read_only = isinstance(error, peewee.InternalError) and "read-only" in text  # PostgreSQL's word on a standby
    if not read_only and not isinstance(error, peewee.OperationalError | peewee.InterfaceError):
        return None
    texts = " ".join(told(error)).lower()
    if "no such table" in texts or "no such column" in texts:
        return None  # the tables are not those that the code knows: no waiting helps
    return Full() if "full" in texts or "no space" in texts else Busy()


def told(error: BaseException | None) -> Iterator[str]:
    """What an error says, and what those said in whose handling it arose: a full disk ends in a rollback that fails as well."""
    while error:
        yield str(error)
        error = error.__context__
