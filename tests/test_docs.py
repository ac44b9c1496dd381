"""The page about dependencies names each package that is there, and none that isn't."""

import re

import pytest

from fieldapp.config import HOME


def required(file: str) -> set[str]:
    lines = (HOME / file).read_text().splitlines()
    return {re.split(r"[\[<>=!~; ]", line)[0].lower() for line in lines if line and line[0] not in "#-"}


def explained(title: str) -> dict[str, list[str]]:
    """The rows of the table under this title: package, then why and what else."""
    section = (HOME / "docs" / "dependencies.md").read_text().split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| ")]
    return {package: reasons for package, *reasons in rows[1:]}


def vendored() -> set[str]:
    return {folder.name.split("@")[0] for folder in (HOME / "static" / "vendor").iterdir() if "@" in folder.name}


@pytest.mark.parametrize(("title", "packages"), [
    ("The application", required("requirements.txt")), ("Tests, lint, measurements", required("requirements-dev.txt")),
    ("In the browser", vendored())], ids=["application", "tests", "browser"])
def test_every_package_is_explained(title, packages):
    rows = explained(title)
    assert packages and rows.keys() == packages
    assert all(len(reasons) == 2 and all(reasons) for reasons in rows.values())
