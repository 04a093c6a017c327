import io
import subprocess
import sys
import zipfile
from collections.abc import Callable

import pytest

from loyalty.services.apart import PROGRAM, ROOT
from loyalty.services.errors import UnreadableFileError
from loyalty.services.imports.tables import ADVICE, FileFault, read_table
from tests.given_tables import text, workbook

PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="xl/workbook.xml" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        '<Relationship Id="rId2" Target="sharedStrings.xml" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
    ),
}
SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def crafted(rows: str, shared: str = "") -> bytes:
    """Return a workbook whose one sheet holds this XML."""
    file = io.BytesIO()
    sheet = f"<worksheet {SPREADSHEET}><sheetData>{rows}</sheetData></worksheet>"
    parts = {
        **PARTS,
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f"<sst {SPREADSHEET}>{shared}</sst>",
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def cell(place: str, value: object = 1, *, kind: str = "n") -> str:
    return f'<c r="{place}" t="{kind}"><v>{value}</v></c>'


def lying_about_its_size() -> bytes:
    """Return a workbook of 73 MB whose directory says that it is small."""
    content = bytearray(crafted(" " * 73_000_000))
    size = 73_000_000 + len(f"<worksheet {SPREADSHEET}><sheetData></sheetData></worksheet>")
    return bytes(content).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def amplified() -> bytes:
    """Return a workbook in which 130,000 cells show the same text of 32,000 letters."""
    rows = "".join(
        f'<row r="{row}">'
        + "".join(cell(f"{letter}{row}", 0, kind="s") for letter in LETTERS)
        + "</row>"
        for row in range(1, 5_000)
    )
    return crafted(rows, f"<si><t>{'x' * 32_000}</t></si>")


READER = "loyalty.services.imports.table_reading"

MEASURE = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-I", "-c", *sys.argv[1:]], capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss, used.ru_utime + used.ru_stime)
"""


def use_of_reader(content: bytes) -> tuple[int, float]:
    """Return the most memory the reader held, in KiB, and the seconds for which it computed.

    It is started by a small process: a child begins with the peak of whoever starts it.
    """
    measured = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", MEASURE, PROGRAM, str(ROOT), READER, "[]"],
        input=content,
        capture_output=True,
        check=True,
        timeout=60,
    )
    memory, seconds = measured.stdout.split()
    return int(memory), float(seconds)


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CORNERS = '<row r="1">' + cell("A1") + '</row><row r="1048576">' + cell("XFD1048576") + "</row>"

NASTY: dict[str, Callable[[], bytes]] = {
    "73 MB of blanks": lambda: crafted(" " * 73_000_000),
    "73 MB that say they are small": lying_about_its_size,
    "two cells far apart": lambda: crafted(CORNERS),
    "amplified text": amplified,
    "two million rows": lambda: b"a,b\n" * 2_000_000,
    "seven million columns": lambda: b"a" + b"," * 7_000_000,
    "one cell of 8 MB": lambda: b'"' + b"x" * 8_000_000,
}


@pytest.mark.parametrize("name", NASTY)
def test_no_file_takes_more_than_five_seconds_of_computing_or_256_megabytes(name: str) -> None:
    content = NASTY[name]()

    with pytest.raises(UnreadableFileError) as refusal:
        read_table(content)

    assert refusal.value.fault != FileFault.BUSY
    assert str(refusal.value) == ADVICE[FileFault(refusal.value.fault)]
    memory, seconds = use_of_reader(content)
    assert memory < 256 * 1024
    assert seconds < 6


def test_rows_are_numbered_as_the_user_sees_them() -> None:
    rows = read_table(workbook((), ("a",), (), ("b", "", "c"))).rows

    assert [(row.number, list(row.cells)) for row in rows] == [(2, ["a"]), (4, ["b", "", "c"])]


def test_a_line_break_inside_a_cell_counts_no_row() -> None:
    rows = read_table(b'a\n"b\nc"\nd\n').rows

    assert [(row.number, list(row.cells)) for row in rows] == [(1, ["a"]), (2, ["b c"]), (3, ["d"])]


def test_cells_show_what_the_sheet_shows() -> None:
    [row] = read_table(workbook((12.0, 8.5, True, "007", 13800138000))).rows

    assert list(row.cells) == ["12", "8.5", "TRUE", "007", "13800138000"]


def test_five_thousand_rows_below_the_headings_are_read() -> None:
    assert len(read_table(workbook(*[["x"]] * 5_001)).rows) == 5_001
    with pytest.raises(UnreadableFileError):
        read_table(workbook(*[["x"]] * 5_002))


def test_fifty_columns_are_read() -> None:
    assert len(read_table(text(["x"] * 50)).rows[0].cells) == 50
    with pytest.raises(UnreadableFileError):
        read_table(text(["x"] * 51))
