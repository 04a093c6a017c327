"""Tables as people upload them, and what the API says about them."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

IMPORTS = "/api/v1/imports"
HEADINGS = ("姓名", "住址", "成年", "户号")
ZHANG = ("张小明", "3号楼501", "是", "H-1")
LI = ("李秀英", "3号楼502", "是", "H-2")


def workbook(*rows: Sequence[Any]) -> bytes:
    """Return a workbook of one sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write(number, place, value)
    return file.getvalue()


def text(*rows: Iterable[str], delimiter: str = ",") -> bytes:
    """Return a text file in UTF-8."""
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode()


def workbook_of_texts(rows: Iterable[Iterable[str]]) -> bytes:
    """Return a workbook in which everything is a text, as staff may have typed it."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value)
    return file.getvalue()


def upload(
    client: FlaskClient,
    headers: dict[str, str],
    content: bytes,
    *,
    kind: str = "residents",
    dry_run: bool = True,
) -> TestResponse:
    return client.post(
        f"{IMPORTS}/{kind}",
        headers=headers,
        query_string={"dry_run": str(dry_run).lower()},
        data={"file": (io.BytesIO(content), "table")},
    )


def act(
    client: FlaskClient, headers: dict[str, str], report: Any, action: str, **members: object
) -> TestResponse:
    return client.post(
        f"{IMPORTS}/{report['import_id']}/{action}",
        headers=headers,
        json=members if action == "apply" else None,
    )


def names(client: FlaskClient, headers: dict[str, str]) -> list[str]:
    return [item["name"] for item in client.get("/api/v1/residents", headers=headers).json["items"]]


def faults(answer: TestResponse) -> list[tuple[int, str, str]]:
    assert answer.status_code == 201, answer.json
    return [(fault["row"], fault["column"], fault["code"]) for fault in answer.json["errors"]]
