"""The columns of a list: what each is called, whom it is for, and how its value is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldapp.exports import masking
from fieldapp.exports.cells import Cell
from fieldapp.exports.purposes import ALL, COARSE_DIGITS

WIDTHS = {"moment": 17, "day": 12, "number": 9, "degree": 12, "said": 50, "phone": 16, "name": 12}  # letters
MASKS: dict[str, Callable[[str], str]] = {"name": masking.name, "phone": masking.phone, "said": masking.said}


@dataclass(frozen=True)
class Column:
    """`name` is what programs call it, `title` what people do. `needs` names what is fetched for it beside the row.

    `kind`: text, number, degree, day, moment, codes (a space between them), or one that is masked: name, phone, said.
    `words` gives the words of codes.
    """

    name: str
    title: Any
    kind: str = "text"
    only: tuple[str, ...] = ALL
    needs: str = ""
    words: Callable[[], Mapping[Any, str]] | None = field(default=None, repr=False)
    wide: int = 0

    @property
    def width(self) -> int:
        return self.wide or WIDTHS.get(self.kind, 14)

    def reading(self, masked: bool, coarse: bool) -> Callable[[Any], Cell]:
        """How a value of this column becomes a cell."""
        if self.words:
            known = self.words()
            if self.kind == "codes":
                return lambda value: ", ".join(known.get(code, code) for code in (value or "").split())
            return lambda value: known.get(value, value or "")
        if masked and self.kind in MASKS:
            mask = MASKS[self.kind]
            return lambda value: mask(value or "")
        if self.kind == "degree":
            digits = COARSE_DIGITS if coarse else 6
            return lambda value: None if value is None else round(value, digits)
        if self.kind == "number":
            return lambda value: round(value, 1) if isinstance(value, float) else value
        return as_it_is


def as_it_is(value: Any) -> Cell:
    return value


def words_of(texts: Mapping) -> Callable[[], dict[Any, str]]:
    """Codes and their words, in the language of the moment at which they are asked for."""
    return lambda: {code: str(word) for code, word in texts.items()}
