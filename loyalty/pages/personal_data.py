"""What is held of a person, as a page shows it and prints it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response
from flask_babel import gettext
from wtforms import BooleanField

from loyalty.pages.forms import Form
from loyalty.pages.values import day, moment, money
from loyalty.rules.money import Fen, Permille
from loyalty.services.deeds.points import format_points
from loyalty.services.privacy.export import Told, serialize
from loyalty.words.personal_data import CODES, PARTS
from loyalty.words.rates import pay_in_words

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Section:
    """The records of one kind."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def is_of_one(self) -> bool:
        """Whether there is one record, which is read line by line."""
        return len(self.rows) == 1

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """What the only record says, line by line."""
        return list(zip(self.columns, self.rows[0], strict=True))


class ErasureForm(Form):
    """A yes that nobody gives by mistake."""

    sure = BooleanField()


def sections_of(told: Told) -> list[Section]:
    """Return what a page shows of what is told; kinds of which there is nothing are left out."""
    return [
        Section(
            str(words.heading),
            [str(label) for label in words.columns.values()],
            [
                [_in_words(name, column, record[column]) for column in words.columns]
                for record in told[name]
            ],
        )
        for name, words in PARTS.items()
        if told[name]
    ]


def file_of(told: Told) -> Response:
    """Return all of it as a file to take along."""
    text = json.dumps(serialize(told), ensure_ascii=False, indent=2)
    response = Response(text, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    response.cache_control.no_store = True
    return response


def _in_words(part: str, column: str, value: Any) -> str:
    codes: Mapping[str, Any] | None = CODES.get((part, column))
    if codes is not None:
        return str(codes.get(value, value))
    match value:
        case None | "":
            return NOTHING
        case bool():
            return str(gettext("是") if value else gettext("否"))
        case datetime():
            return moment(value)
        case date():
            return day(value)
    return _number_in_words(column, value) if isinstance(value, int) else str(value)


def _number_in_words(column: str, value: int) -> str:
    if column.endswith("_fen"):
        return money(Fen(value))
    if column.endswith("_permille"):
        return pay_in_words(Permille(value))
    return format_points(value) if column.endswith("_hundredths") else str(value)
