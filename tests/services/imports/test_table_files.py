"""Files of every kind: texts are read however they were saved, others called by their names."""

import io
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.services.imports.table_faults import RefusedError
from loyalty.services.imports.table_reading import describe_table
from loyalty.services.imports.table_text import read_text
from loyalty.services.imports.tables import (
    ALL_HEADINGS,
    CellMark,
    FileFault,
    Table,
    parse_table,
)
from tests.given_old_workbooks import compound, old_workbook
from tests.given_tables import HEADINGS, LI, ZHANG, text


def in_process(content: bytes) -> Table:
    """Return what the reader would say, without the process of its own, which takes time."""
    return parse_table(describe_table(content, ALL_HEADINGS))


def marks(table: Table) -> dict[tuple[int, int], CellMark]:
    return {(row.number, at): mark for row in table.rows for at, mark in row.marks.items()}


def shown(content: bytes) -> list[list[str]]:
    return [list(row.cells) for row in in_process(content).rows]


def fault_of(content: bytes) -> FileFault:
    with pytest.raises(RefusedError) as refusal:
        in_process(content)
    return FileFault(str(refusal.value))


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file.getvalue()


def locked(archive: bytes) -> bytes:
    """Return an archive whose directory says that its first file is under a password."""
    flags = archive.index(b"PK\x01\x02") + 8
    return archive[:flags] + b"\1" + archive[flags + 1 :]


OTHER_FILES = {
    "a web page": (b"<html><table><tr><td>\xe5</td></tr></table></html>", FileFault.WEB_PAGE),
    "a page with a preamble": (
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!DOCTYPE html>',
        FileFault.WEB_PAGE,
    ),
    "a page in UTF-16": ("\ufeff<html>".encode("utf-16-le"), FileFault.WEB_PAGE),
    "a mail": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", FileFault.WEB_PAGE),
    "a workbook in XML": (b'<?xml version="1.0"?><?mso-application?><Workbook>', FileFault.XML),
    "a PDF": (b"%PDF-1.7\n", FileFault.PDF),
    "a PNG": (b"\x89PNG\r\n\x1a\n\0\0", FileFault.PICTURE),
    "a photo of a telephone": (b"\0\0\0\x18ftypheic", FileFault.PICTURE),
    "a RAR": (b"Rar!\x1a\x07\x01\0", FileFault.ARCHIVE),
    "a zip": (zipped(a_dot_csv=b"x"), FileFault.ARCHIVE),
    "a zip under a password": (locked(zipped(a_dot_csv=b"x")), FileFault.PASSWORD),
    "an empty zip": (b"PK\x05\x06" + bytes(18), FileFault.ARCHIVE),
    "Word": (zipped(_rels___dot_rels=b"x", word__document_dot_xml=b"x"), FileFault.DOCUMENT),
    "old Word": (compound("WordDocument", b"x"), FileFault.DOCUMENT),
    "OpenDocument": (
        zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
        FileFault.OPEN_DOCUMENT,
    ),
    "Numbers": (zipped(Index__Document_dot_iwa=b"x"), FileFault.NUMBERS),
    "xlsb": (zipped(_rels___dot_rels=b"x", xl__workbook_dot_bin=b"x"), FileFault.BINARY_WORKBOOK),
    "a new workbook under a password": (compound("EncryptedPackage", b"x"), FileFault.PASSWORD),
    "an old one under a password": (old_workbook([["x"]], password=True), FileFault.PASSWORD),
    "an old file that holds no workbook": (compound("Notes", b"x"), FileFault.OLD_WORKBOOK),
    "an old one cut short": (old_workbook([["x"]])[:1000], FileFault.OLD_WORKBOOK),
    "bytes": (bytes(range(256)), FileFault.NO_TABLE),
}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_whatever_is_no_table_is_called_by_its_name(name: str) -> None:
    content, fault = OTHER_FILES[name]

    assert fault_of(content) == fault


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，", "、"])
def test_a_text_is_read_however_it_was_saved(encoding: str, delimiter: str) -> None:
    rows = [("田园社区名册，共2人; 11月",), HEADINGS, ZHANG, LI]
    content = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)

    assert shown(content)[1:] == [list(row) for row in rows[1:]]


def test_columns_told_apart_by_blanks_are_read() -> None:
    content = (
        "名册 2026年\n姓名  住址 成年\u3000户号\n 张三   3号楼 是 H-1\n李 四 4号楼 是 H-2".encode()
    )

    assert shown(content)[1:3] == [list(HEADINGS), ["张三", "3号楼", "是", "H-1"]]
    assert len(shown(content)[3]) == 5


def test_what_excel_says_about_the_delimiter_is_no_row() -> None:
    assert shown(b"sep=;\r\n" + text(HEADINGS, ZHANG, delimiter=";")) == [
        list(HEADINGS),
        list(ZHANG),
    ]


def test_big5_is_told_from_gb18030_by_its_headings() -> None:
    rows = [("姓名", "住址", "成年", "戶號"), ("陳小明", "一號樓", "是", "H-1")]

    assert shown(text(*rows).decode().encode("big5")) == [list(row) for row in rows]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"张三,3号楼,是,H-1', ['"张三', "3号楼", "是", "H-1"]),
        ('张"三,3号楼,是,H-1', ['张"三', "3号楼", "是", "H-1"]),
        ('张三,"3号楼"501,是,H-1', ["张三", '"3号楼"501', "是", "H-1"]),
        ('张三,3号楼,是,"H-1', ["张三", "3号楼", "是", '"H-1']),
    ],
)
def test_a_stray_quotation_mark_spoils_its_own_row_alone(line: str, cells: list[str]) -> None:
    content = "\n".join([",".join(HEADINGS), line, ",".join(LI), '王"五,x,是,y']).encode()

    table = in_process(content)

    assert [list(row.cells) for row in table.rows[1:3]] == [cells, list(LI)]
    assert {number for number, _ in marks(table)} == {2, 4}
    assert set(marks(table).values()) == {CellMark.STRAY_QUOTE}


def test_quotation_marks_that_fit_are_no_stray_ones() -> None:
    content = text(HEADINGS, ("张三", '3号楼"东"', "是,", "H\n1")) + b'"a" ,"b", "c",d\n'

    table = in_process(content)

    assert list(table.rows[1].cells) == ["张三", '3号楼"东"', "是,", "H 1"]
    assert list(table.rows[2].cells) == ["a", "b", "c", "d"]
    assert marks(table) == {(2, 3): CellMark.LINES}


CELLS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=6))
def test_a_text_that_a_program_wrote_is_read_as_it_was_written(rows: Sequence[list[str]]) -> None:
    known = ALL_HEADINGS
    found = [[cell.text for cell in row] for row in read_text(text(HEADINGS, *rows), known).rows]

    assert found[1 : len(rows) + 1] == [list(row) for row in rows]
