"""What is kept of an uploaded table: what staff are asked about, as long as they are."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from loyalty.models import ImportJob
from loyalty.services.import_layout import LaidOut
from loyalty.services.tables import TableRow

DAYS_KEPT = timedelta(days=7)
"""For which a table waits for answers, or for somebody who mends the rows that were left out."""

_NEVER_KEPT = re.compile(
    r"身份证|身份證|证件|證件|护照|護照|民族|族别|族別|宗教|信仰|政治面貌|党员|黨員|籍贯|籍貫|残疾|殘疾|"
    r"疾病|健康|低保|前科|征信|passport|id ?card|id ?number|ethnic|national|religio|politic",
    re.IGNORECASE,
)
"""In headings of columns whose cells are not kept, not even for a while."""
_ID_NUMBER = re.compile(r"\d{17}[\dXx]", re.ASCII)


def table_to_keep(rows: Sequence[TableRow], table: LaidOut) -> list[Any]:
    """Return a table as it is stored: without what the programme never asks of anybody."""
    secret = {place for place, heading in enumerate(table.top) if _NEVER_KEPT.search(heading)}
    return [
        [
            row.number,
            [
                "" if place not in table.fields and _is_secret(row, place, table, secret) else cell
                for place, cell in enumerate(row.cells)
            ],
        ]
        for row in rows
    ]


def rows_kept(job: ImportJob) -> list[TableRow]:
    """Return the rows that are kept of a table."""
    return [TableRow(number, cells) for number, cells in job.table_rows or ()]


def keep_what_was_left_out(job: ImportJob, top: int) -> None:
    """Drop what is not needed once the right rows are in: all but the rows that were left out.

    Args:
        top: the number of the row with the headings.
    """
    left_out = {fault["row"] for fault in job.errors if fault["row"] > top}
    kept = [
        [row.number, list(row.cells)]
        for row in rows_kept(job)
        if row.number <= top or row.number in left_out
    ]
    job.table_rows = kept if left_out else None
    job.answers = {}
    job.valid_rows = [{"row": row["row"], "cells": {}} for row in job.valid_rows]
    job.errors = [
        {**fault, "values": {**fault["values"], "choices": []}}
        if "choices" in fault["values"]
        else fault
        for fault in job.errors
    ]


def forget_tables(session: Session, community_id: UUID, *, now: datetime) -> None:
    """Drop the tables nobody has come back to."""
    session.execute(
        update(ImportJob)
        .where(
            ImportJob.community_id == community_id,
            ImportJob.table_rows.is_not(None),
            ImportJob.uploaded_at < now - DAYS_KEPT,
        )
        .values(table_rows=None)
    )


def _is_secret(row: TableRow, place: int, table: LaidOut, secret: set[int]) -> bool:
    if row.number <= table.top_number:
        return False
    plain = "".join(unicodedata.normalize("NFKC", row.cells[place]).split())
    return place in secret or bool(_ID_NUMBER.fullmatch(plain))
