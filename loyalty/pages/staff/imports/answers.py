"""What staff say about an uploaded table, out of the form they send."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from flask import request

from loyalty.services.imports.answers import TableAnswers

_COLUMN = re.compile(r"column-(\d{1,3})", re.ASCII)
_EVERYWHERE = re.compile(r"everywhere-([a-z_]{1,40})")
_PERSON = re.compile(r"person-(\d{1,6})", re.ASCII)
_CELL = re.compile(r"cell-(\d{1,6})-([a-z_:.]{1,60})", re.ASCII)
_HOUSEHOLD = re.compile(r"household-(\d{1,4})", re.ASCII)


def answers_sent() -> TableAnswers:
    """Return the answers of the form that was sent; fields left open are none."""
    cells = defaultdict[int, dict[str, str]](dict)
    for match, said in _sent(_CELL):
        cells[int(match[1])][match[2]] = said
    spelt = {match[1]: said for match, said in _sent(re.compile(r"spelling-(\d{1,4})"))}
    return TableAnswers(
        columns={int(match[1]): said for match, said in _sent(_COLUMN)},
        everywhere={match[1]: said for match, said in _sent(_EVERYWHERE) if said},
        one_household={
            spelt[match[1]]: said == "same"
            for match, said in _sent(_HOUSEHOLD)
            if said and match[1] in spelt
        },
        people=people_sent(),
        cells=cells,
        headless="headless" in request.form,
    )


def people_sent() -> dict[int, str]:
    """Return who is said to be meant, by the number of the row."""
    return {int(match[1]): said for match, said in _sent(_PERSON) if said}


def _sent(name: re.Pattern[str]) -> Iterator[tuple[re.Match[str], str]]:
    for key, value in request.form.items():
        if match := name.fullmatch(key):
            yield match, _tidy(value)


def _tidy(value: str) -> str:
    """Return what was typed, without what a database cannot keep."""
    kept = (letter for letter in value if unicodedata.category(letter) not in {"Cc", "Cs"})
    return "".join(kept).strip()
