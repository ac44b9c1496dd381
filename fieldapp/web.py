"""Requests and replies: default deny, errors told in one place, headers, languages; the only file that knows htmx."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, has_request_context, jsonify, make_response, redirect, render_template, request
from flask_babel import Babel, get_locale, get_translations
from flask_htmx import HTMX
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.exceptions import NotFound as NoSuchPage

from fieldapp import errors
from fieldapp.database import forget_connection

PUBLIC = "public"
LANGUAGES = ("ko", "en")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
MAX_BODY = 4 * 1024 * 1024  # bytes; photos have a limit of their own

POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' blob: data:",
    "connect-src": "'self'", "manifest-src": "'self'", "worker-src": "'self'", "font-src": "'self'",
    "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'",
}

htmx = HTMX()
catalogue: ContextVar = ContextVar("catalogue")  # of the language of the page that is being written
log = logging.getLogger("fieldapp")


def allow(verb: str) -> Callable:
    """Mark a view with the verb of people/roles.py that a person needs; a view without a mark is refused."""
    def mark(view):
        view.verb = verb
        return view
    return mark


public = allow(PUBLIC)


def verb_of(endpoint: str) -> str | None:
    return getattr(current_app.view_functions.get(endpoint), "verb", None)


def page(template: str, status: int = 200, **context) -> Response:
    """The catalogue is looked up once: for each of a page's hundreds of words that would take longer than to write them."""
    token = catalogue.set(get_translations())
    try:
        response = make_response(render_template(template, **context), status)
    finally:
        catalogue.reset(token)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def words():
    return catalogue.get(None) or get_translations()


def wants_part() -> bool:
    """Whether htmx asks for a part of a page."""
    return bool(htmx)


def wants_json() -> bool:
    return request.path.startswith("/sync/")


def go(url: str) -> Response:
    """See other; htmx follows it as a navigation."""
    return make_response("", 204, {"HX-Redirect": url}) if wants_part() else make_response(redirect(url, 303))


def dom_id(record, part: str = "") -> str:
    name = f"{type(record).__name__.lower()}-{record.uid}"
    return f"{name}-{part}" if part else name


def named(rows, key: str = "uid") -> list[tuple[str, str]]:
    """What a list of rows gives a choice of: value and name in the reader's language."""
    return [(getattr(row, key), row.name(str(get_locale())) if callable(row.name) else row.name) for row in rows]


def query(asked: dict, **more) -> str:
    """The part of an address after `?` that asks for the same, with more."""
    return urlencode({name: value for name, value in {**asked, **more}.items() if value})


def language() -> str:
    wished = request.cookies.get("lang", "") if has_request_context() else ""
    return wished if wished in LANGUAGES else "ko"


def install(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    htmx.init_app(app)
    Babel(app, default_locale="ko", default_timezone="Asia/Seoul", locale_selector=language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: words().ugettext(text), lambda one, many, n: words().ungettext(one, many, n), newstyle=True,
        pgettext=lambda context, text: words().upgettext(context, text),
        npgettext=lambda context, one, many, n: words().unpgettext(context, one, many, n))
    app.jinja_env.globals.update(dom_id=dom_id, lang=lambda: str(get_locale()), named=named, query=query)
    app.before_request(refuse_odd_addresses)
    app.before_request(refuse_other_sites)
    app.after_request(protect)
    app.register_error_handler(Exception, tell)


def refuse_odd_addresses() -> None:
    """Nothing of ours has a NUL in its name, and PostgreSQL takes none."""
    if "\0" in request.path:
        raise errors.NotFound()


def refuse_other_sites() -> None:
    """A change must come from our own pages: by Sec-Fetch-Site, or by Origin where a browser sends none."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "").partition("://")[2]
    own = site in ("same-origin", "none") if site else origin == request.host
    if not own or (wants_json() and request.headers.get("X-Fieldapp") != "1"):
        raise errors.CrossSite()


def policy_of_answer() -> dict[str, str]:
    """What a page may load; an answer in JSON, which costs a phone each byte, loads nothing."""
    if wants_json():
        return {"default-src": "'none'", "frame-ancestors": "'none'"}
    tiles = current_app.config.get("TILES_ORIGIN", "")
    return POLICY | ({"img-src": f"{POLICY['img-src']} {tiles}"} if tiles else {})


def protect(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy_of_answer().items()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    if not wants_json():  # what only a document obeys
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
    headers.add("Vary", "Cookie")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def as_problem(error: Exception) -> errors.Problem:
    if isinstance(error, errors.Problem):
        return error
    storage = errors.storage_problem(error)
    if storage:
        forget_connection()
        log.warning("storage: %s", error)
        return storage
    if isinstance(error, NoSuchPage):
        return errors.NotFound()
    if isinstance(error, RequestEntityTooLarge):
        return errors.TooLarge()
    if isinstance(error, HTTPException):
        problem = errors.Problem()
        problem.status = error.code or 400
        return problem
    log.exception("unexpected error at %s %s", request.method, request.path)
    forget_connection()
    return errors.Broken()


@contextmanager
def stored() -> Iterator[None]:
    """Where the storage takes nothing now, Busy or Full is raised, so that a page can say so and keep what was typed."""
    try:
        yield
    except Exception as error:
        problem = errors.storage_problem(error)
        if problem is None:
            raise
        forget_connection()
        log.warning("storage: %s", error)
        raise problem from error


def tell(error: Exception) -> Response:
    """The one place where an error becomes JSON, a part of a page or a page."""
    problem = as_problem(error)
    if wants_json():
        response = jsonify(code=problem.code, message=str(problem.message),
                           fields={name: str(text) for name, text in problem.fields.items()})
    elif problem.status == 401 and not wants_part():
        where = request.full_path.rstrip("?") if request.method in SAFE_METHODS else "/"
        response = make_response(redirect(f"/login?next={quote(where)}", 303))
    else:
        template = "problem/_part.html" if wants_part() else "problem/page.html"
        response = make_response(render_template(template, problem=problem))
    if response.status_code == 200:
        response.status_code = problem.status
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


