"""What the documents tell people to type and to set is there: commands, their options, make's targets, variables, files."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from fieldapp.config import HOME, Config, from_environment

DEPLOY = sorted(file for file in (HOME / "deploy").iterdir())
DOCS = sorted([*HOME.glob("*.md"), *(HOME / "docs").glob("*.md")])
FOR_ONES_OWN_MACHINE = {"DEMO", "DEMO_PUBLIC"}
FLASKS_OWN = {"run", "shell", "routes"}


def read_by(file: str) -> set[str]:
    """The environment's variables that a module asks for: texts given to `….get()` and to `_whole()`."""
    calls = [node for node in ast.walk(ast.parse((HOME / "fieldapp" / file).read_text())) if isinstance(node, ast.Call)]
    asking = [call for call in calls if ast.unparse(call.func) in ("env.get", "os.environ.get", "_whole")]
    texts = {argument.value for call in asking for argument in call.args[:2] if isinstance(argument, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and re.fullmatch("[A-Z][A-Z0-9_]+", text)}


READ = read_by("config.py") | read_by("gunicorn.py")


def named_in(text: str) -> set[str]:
    """Words in capitals that have an underscore or are given a value; AF_… are kinds of sockets."""
    words = set(re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", text)) | set(re.findall(r"\b([A-Z][A-Z0-9_]+)=", text))
    return {word for word in words if not word.startswith("AF_")}


def code_in(document: Path) -> list[str]:
    """The lines that stand as code: blocks and spans. Lines that a backslash continues are one."""
    text = document.read_text()
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.M | re.S)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return "\n".join([*blocks, *spans]).replace("\\\n", " ").splitlines()


def told() -> Iterator[tuple[str, str, list[str]]]:
    """Where, command and options of each `flask …` and `fieldapp …` in documents and units."""
    lines = [(document.name, line) for document in DOCS for line in code_in(document)]
    lines += [(file.name, line) for file in DEPLOY for line in file.read_text().splitlines() if not line.startswith("#")]
    for where, line in lines:
        for found in re.finditer(r"(?:\bflask (?:--app \S+ )?|^(?:sudo )?fieldapp )([a-z][a-z-]+)([^&|;]*)", line):
            yield where, found[1], re.findall(r"(?<=\s)--[a-z-]+", found[2])


def test_the_variables_that_are_read_are_found():
    assert {"FIELDAPP_DATA", "DATABASE_URL", "TRUSTED_PROXIES", "WEB_CONCURRENCY", "LOG_LEVEL"} <= READ


@pytest.mark.parametrize("file", [*DEPLOY, *(HOME / "docs" / name for name in ("deploy.md", "backup.md", "phone.md", "import.md"))],
                         ids=lambda file: file.name)
def test_every_variable_that_is_named_is_read(file):
    assert named_in(file.read_text()) <= READ


def test_every_variable_that_is_read_stands_in_the_example():
    assert named_in((HOME / "deploy" / "fieldapp.env.example").read_text()) == READ - FOR_ONES_OWN_MACHINE


def test_the_example_means_the_same_to_the_shell_and_to_the_application(tmp_path):
    """Every line taken in, as /usr/local/bin/fieldapp does it."""
    lines = (HOME / "deploy" / "fieldapp.env.example").read_text().splitlines()
    settings = [re.sub(r"^#(?=[A-Z_]+=)", "", line) for line in lines if "openssl" not in line]
    (tmp_path / "env").write_text("\n".join(settings))
    shown = subprocess.run(["sh", "-eua", "-c", ". ./env; exec env -0"], cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, check=True,
                           capture_output=True, text=True).stdout
    env = dict(line.split("=", 1) for line in shown.split("\0") if line)
    config = from_environment({**env, "FIELDAPP_DATA": str(tmp_path)})
    assert env["FIELDAPP_DATA"] == "/var/lib/fieldapp" and config.trusted_proxies == 1 and not config.is_public
    assert (config.host, config.port, config.sync_limit) == (Config.host, Config.port, Config.sync_limit)
    assert config.database_url == "postgresql:///fieldapp?host=/run/postgresql"
    assert "{z}/{x}/{y}" in config.tiles_url and " " in config.tiles_attribution


def test_every_command_that_is_named_is_there_with_its_options(app):
    seen = list(told())
    assert len(seen) >= 20 and {where for where, *_ in seen} >= {"deploy.md", "backup.md", "import.md", "fieldapp-backup.service"}
    for where, name, options in seen:
        if name in FLASKS_OWN:
            continue
        assert name in app.cli.commands, f"{where}: flask {name}"
        has = {text for option in app.cli.commands[name].params if isinstance(option, click.Option) for text in option.opts}
        assert set(options) <= has, f"{where}: flask {name} {options}"


def test_every_target_of_make_that_is_named_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (HOME / "Makefile").read_text(), re.M))
    named = {(document.name, target) for document in DOCS for line in code_in(document) for target in re.findall(r"\bmake ([a-z-]+)", line)}
    assert named and not {(where, target) for where, target in named if target not in targets}


@pytest.mark.parametrize("document", DOCS, ids=lambda document: document.name)
def test_links_and_named_files_are_there(document):
    text = document.read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text) if "://" not in link]
    files = re.findall(r"`((?:fieldapp|tests|deploy|docs|static|templates|migrations)/[\w./@-]+)`", text)
    assert not [link for link in links if not (document.parent / link).exists()]
    assert not [file for file in files if not (HOME / file).exists()]


def test_units_run_as_the_same_user_with_the_same_settings_and_restrictions():
    services = {file.stem: file.read_text() for file in DEPLOY if file.suffix == ".service"}
    restrictions = {name: {line for line in text.splitlines() if re.match("(No|Prot|Priv|Restr|System|Cap|Lock|Memory|UMask)", line)}
                    for name, text in services.items()}
    assert all("ProtectSystem=strict" in lines and lines == restrictions["fieldapp"] for lines in restrictions.values())
    for line in ("User=fieldapp", "EnvironmentFile=/etc/fieldapp.env", "StateDirectory=fieldapp"):
        assert all(f"\n{line}\n" in text for text in services.values())
    assert {file.stem for file in DEPLOY if file.suffix == ".timer"} == services.keys() - {"fieldapp", "fieldapp-worker"}
