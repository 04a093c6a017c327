"""Tables people upload, from Excel or as text, whatever they hold."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from loyalty.services.errors import UnreadableFileError

READER = Path(__file__).with_name("table_reading.py")
SECONDS = 1.5
"""For which a file may keep us busy, on the clock on the wall."""


class FileFault(StrEnum):
    """Why a file is not read. Codes are public: add one, never rename one."""

    OLD_WORKBOOK = "old_workbook"
    NO_TABLE = "no_table"
    NO_SHEET = "no_sheet"
    DAMAGED = "damaged"
    UNKNOWN_ENCODING = "unknown_encoding"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_LARGE = "too_large"
    EMPTY = "empty"


ADVICE = {
    FileFault.OLD_WORKBOOK: "Open it in Excel, without a password, and save it as .xlsx.",
    FileFault.NO_TABLE: "Upload a table saved as .xlsx or .csv.",
    FileFault.NO_SHEET: "Put the table on a visible sheet.",
    FileFault.DAMAGED: "The file is damaged; save it again and upload the new one.",
    FileFault.UNKNOWN_ENCODING: "Save it as .xlsx, or as .csv in UTF-8.",
    FileFault.TOO_MANY_ROWS: "Split it into files of at most 5,000 rows.",
    FileFault.TOO_MANY_COLUMNS: "Remove columns; a table has at most 50.",
    FileFault.TOO_LARGE: "It is too large; copy the table alone into a new file.",
    FileFault.EMPTY: "The table is empty.",
}
"""What to do about each, for programs; people read it from `loyalty.words`."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row that holds something."""

    number: int
    """As the user sees it, from 1; the headings count."""
    cells: Sequence[str]
    """What each cell shows; empty ones at the end are left out."""


def read_table(content: bytes) -> list[TableRow]:
    """Return the rows of the first visible sheet, or of a text file, that hold something.

    The file is read in a process with little memory and time, so that none can stop the service.

    Raises:
        UnreadableFileError: it holds no table, or too large a one.
    """
    answer = _answer_of_reader(content)
    if "fault" in answer:
        raise _refusal(FileFault(answer["fault"]))
    rows = [TableRow(number, cells) for number, cells in answer["rows"]]
    if not rows:
        raise _refusal(FileFault.EMPTY)
    return rows


def _answer_of_reader(content: bytes) -> dict[str, Any]:
    try:
        reader = subprocess.run(  # noqa: S603  # our own program, and the file is mere input
            [sys.executable, "-I", str(READER)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise _refusal(FileFault.TOO_LARGE) from error
    except subprocess.CalledProcessError as error:
        raise _refusal(FileFault.DAMAGED) from error
    answer: dict[str, Any] = json.loads(reader.stdout)
    return answer


def _refusal(fault: FileFault) -> UnreadableFileError:
    return UnreadableFileError(fault, ADVICE[fault])
