"""`flask start`: everything from an empty folder to a served office, told as it happens."""

import os
import socket
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from fieldapp.config import HOME, Config
from fieldapp.database import db, migrate
from fieldapp.figures import make_up
from fieldapp.people import ROLES, Person
from fieldapp.setup import demo
from fieldapp.setup.worker import start_beside

COMMAND = ["-m", "gunicorn", "-c", str(HOME / "fieldapp" / "gunicorn.py"), "fieldapp:create_app()"]


@click.command("start")
@with_appcontext
def start() -> None:
    """Bring the tables up to date, fill an empty office with the demo where DEMO=1, and serve."""
    settings: Config = current_app.config["SETTINGS"]
    refuse_what_cannot_be(settings)
    done = migrate()
    make_up()
    click.echo(f"데이터 data: {settings.data}" + (f" (migrations: {len(done)})" if done else ""))
    if settings.demo and not Person.select().exists():
        make_demo(settings)
    refuse_open_demo(settings)
    say_who_can_log_in(settings)
    say_how_a_phone_reaches(settings)
    serve(settings)


def refuse_what_cannot_be(settings: Config) -> None:
    """Raise ClickException where the demo would be open to others, or the address can't be listened on."""
    if settings.demo:
        refuse_public(settings)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.host, settings.port))
        except OSError as error:
            raise click.ClickException(
                f"{settings.host}:{settings.port} is not free ({error.strerror}). Choose another port:  make run PORT={settings.port + 1}"
            ) from None


def refuse_open_demo(settings: Config) -> None:
    if demo.is_demo():
        refuse_public(settings)


def refuse_public(settings: Config) -> None:
    if settings.is_public and not settings.demo_public:
        raise click.ClickException(
            f"Demo data is not served on {settings.host}: whoever reaches this machine could try its log-ins. "
            "Leave HOST away, or say DEMO_PUBLIC=1 if that is meant; DEMO=0 with another FIELDAPP_DATA starts an empty office.")


def make_demo(settings: Config) -> None:
    """The made-up office, with progress."""
    click.echo("데모를 만듭니다 · making half a year of made-up visits")
    bars: dict = {}

    def progress(what: str, done: int, of: int) -> None:
        if what not in bars:
            bars[what] = click.progressbar(length=of, label=f"  {LABELS[what]:<18}", file=sys.stderr)
            bars[what].__enter__()
        bars[what].update(1)
        if done == of:
            bars[what].__exit__(None, None, None)

    demo.tell(demo.make_logins(settings.data), progress)


LABELS = {"pictures": "사진 photos", "visits": "방문 visits"}


def say_who_can_log_in(settings: Config) -> None:
    logins = demo.kept_logins(settings.data) if demo.is_demo() else []
    if logins:
        click.echo("\n  {:<14}{:<16}{}".format("아이디 login", "비밀번호 password", "역할 role"))
        for login in logins:
            click.echo(f"  {login.login:<14} {login.password:<20} {login.name} · {ROLES[login.role]}")
            if login.secret:
                click.echo(f"  {'':<14} 인증 앱 authenticator: {login.secret}")
    elif not Person.select().exists():
        click.echo("\n  아직 계정이 없습니다 · no account yet:  .venv/bin/flask --app fieldapp create-admin")
    click.echo()


def say_how_a_phone_reaches(settings: Config) -> None:
    if settings.is_public:
        click.echo("  휴대폰 phone: http로는 오프라인·위치·카메라가 막힙니다. HTTPS 앞단이 필요합니다 (docs/phone.md).\n"
                   "  Over plain http a phone gets no offline mode, location or camera: put HTTPS in front (docs/phone.md).")
    else:
        click.echo(f"  휴대폰 phone: USB로 잇고  adb reverse tcp:{settings.port} tcp:{settings.port}  → 휴대폰에서 http://localhost:{settings.port}\n"
                   "  Without a cable: Caddy with its local CA (docs/phone.md).")
    host = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host
    click.echo(f"\n  ▶ http://{host}:{settings.port}   (Ctrl-C 끝내기 to stop)\n")


def serve(settings: Config) -> None:
    """Become the server: the same gunicorn as in an office, with this process's settings, and a worker beside it."""
    if not db.is_closed():
        db.close()
    sys.stdout.flush()
    os.chdir(HOME)
    told = {"HOST": settings.host, "PORT": str(settings.port), "FIELDAPP_DATA": str(settings.data)}
    start_beside(told)
    os.execve(sys.executable, [sys.executable, *COMMAND], {**os.environ, **told})


