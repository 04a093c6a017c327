"""Who gained what as one table of text, with the mark by which Excel knows that it is UTF-8."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from loyalty.rules.spreadsheet_cells import neutralise

CSV: Final = "text/csv; charset=utf-8"

COLUMNS: Final = (
    "part",
    "key",
    "name",
    "uses",
    "uses_without_amount",
    "people",
    "households",
    "total_fen",
    "payable_fen",
    "saved_fen",
    "giver",
    "receiver",
    "label",
    "entries",
    "amount_fen",
    "unit",
    "quantity_hundredths",
)
"""As the API calls them; `part` says of what a row is: total, month, shop, honour, trade, matrix or
contribution."""


def write_benefit_table(rows: Sequence[Mapping[str, str | int | None]]) -> bytes:
    """Return the table; what a row does not say is empty."""
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, COLUMNS, restval="")
    table.writeheader()
    for row in rows:
        table.writerow(
            {
                name: neutralise(value) if isinstance(value, str) else value
                for name, value in row.items()
            }
        )
    return file.getvalue().encode("utf-8-sig")
