"""Plain tables that line up, and what is held against a target."""

import sys
from dataclasses import dataclass, field


@dataclass
class Table:
    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        self.rows.append([figure(cell) if isinstance(cell, float) else str(cell) for cell in cells])

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.columns))]
        text = ["  ".join([line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))])
                for line in lines]
        return "\n".join([self.title, "-" * len(self.title), *(line.rstrip() for line in text), *self.notes]) + "\n"


def figure(value: float) -> str:
    """Three digits that say something: 1234, 56.7, 0.89."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def at_least(value: float, target: float, unit: str = "") -> str:
    return f">= {target:g}{unit} {'ok' if value >= target else 'MISSED'}"


def at_most(value: float, target: float, unit: str = "") -> str:
    return f"<= {target:g}{unit} {'ok' if value <= target else 'MISSED'}"


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
