"""The laws of the house: order, doors, no cycles, every route guarded."""

import ast
import inspect
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from fieldapp.people.roles import ROLES, VERBS
from fieldapp.rooms import ROOMS
from fieldapp.web import PUBLIC

PACKAGE = Path(__file__).resolve().parent.parent / "fieldapp"
WIRING = {"fieldapp", "fieldapp.cli", "fieldapp.rooms"}
PUBLIC_ENDPOINTS = {"dashboard.visits_feed", "dashboard.shops_feed",  # what the address of a map program opens
                    "people.login", "people.log_in", "people.choose_language", "people.front", "sync.ping",
                    "sync.contact", "phone.lock", "phone.at_the_door",
                    "phone.service_worker", "phone.manifest",
                    # Between password and session, and what an invitation opens on the one device that took it.
                    "people.second", "people.prove", "accounts.invited", "accounts.begin", "accounts.step", "accounts.set_password",
                    "accounts.set_second",
                    # What a signed link opens: an offer for its expert, a case for its owner.
                    "consultations.offer_by_link", "consultations.answer_by_link", "consultations.case_by_link",
                    "consultations.ask_withdrawal", "consultations.withdraw_by_link", "consultations.rate_by_link",
                    "consultations.ask_consents", "consultations.take_back_by_link"}


def module_name(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    return {module_name(file): ast.parse(file.read_text()) for file in PACKAGE.rglob("*.py")}


def is_module(package: str, name: str) -> bool:
    """Whether `from package import name` gives a module: a door may hold a function of the same name."""
    return f"{package}.{name}" in modules() and inspect.ismodule(getattr(import_module(package), name, None))


def imports_of(tree: ast.Module) -> set[str]:
    """Every module of ours that is imported anywhere in the file, inside functions too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" if is_module(node.module, alias.name) else node.module
                      for alias in node.names}
    return {name for name in found if name == "fieldapp" or name.startswith("fieldapp.")}


@cache
def imports() -> dict[str, set[str]]:
    return {name: imports_of(tree) for name, tree in modules().items()}


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else None


def test_the_map_names_every_room_once():
    folders = {folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").exists()}
    assert set(ROOMS) == folders and len(ROOMS) == len(folders)


def test_a_room_imports_only_rooms_that_come_before_it():
    uphill = [(module, target) for module, targets in imports().items() if module not in WIRING for target in targets
              if room_of(target) and room_of(module) != room_of(target)
              and (room_of(module) is None or ROOMS.index(room_of(target)) > ROOMS.index(room_of(module)))]
    assert not uphill


def test_others_come_in_by_the_door():
    through_the_window = [(module, target) for module, targets in imports().items() if module not in WIRING
                          for target in targets if room_of(target) and room_of(module) != room_of(target) and target.count(".") > 1]
    assert not through_the_window


def test_nobody_imports_the_wiring():
    assert not [(module, target) for module, targets in imports().items() if module not in WIRING for target in targets & WIRING]


def test_there_is_no_cycle_even_counting_imports_inside_functions():
    done: set[str] = set()
    path: list[str] = []

    def visit(module: str) -> None:
        assert module not in path, " -> ".join([*path, module])
        if module in done or module not in imports():
            return
        path.append(module)
        for target in imports()[module]:
            # A file of a room may name its own package's door only to reach a sibling, which is the import that counts.
            if not module.startswith(target + "."):
                visit(target)
        path.pop()
        done.add(module)

    for module in imports():
        visit(module)


def test_imports_stand_at_the_top():
    inside = [f"{name}:{node.lineno}" for name, tree in modules().items() for function in ast.walk(tree)
              if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(function)
              if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not inside


def test_every_route_carries_a_verb_of_the_table_or_is_public(app):
    for rule in app.url_map.iter_rules():
        verb = getattr(app.view_functions[rule.endpoint], "verb", None)
        if rule.endpoint in PUBLIC_ENDPOINTS:
            assert verb == PUBLIC, rule.endpoint
        else:
            assert verb in VERBS, rule.endpoint


def test_every_verb_is_somebodys_and_every_role_is_known():
    assert all(VERBS.values()) and set().union(*VERBS.values()) <= set(ROLES)


@pytest.mark.parametrize("word", ["utils", "services", "helpers", "managers"])
def test_no_module_is_named_for_nothing(word):
    assert not [name for name in modules() if name.rsplit(".", 1)[-1] == word]


def test_every_room_says_what_it_is_for():
    assert not [room for room in ROOMS if not ast.get_docstring(modules()[f"fieldapp.{room}"])]
