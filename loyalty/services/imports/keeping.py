"""What is kept of an uploaded table: what staff are asked about, as long as they are."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from loyalty.models import ImportJob
from loyalty.rules.retention import TABLES
from loyalty.services.imports.layout import LaidOut
from loyalty.services.imports.tables import Table, parse_table, serialize_table

_NEVER_KEPT = re.compile(
    r"身份证|身份證|证件|證件|护照|護照|民族|族别|族別|宗教|信仰|政治面貌|党员|黨員|籍贯|籍貫|残疾|殘疾|"
    r"疾病|健康|低保|前科|征信|passport|id ?card|id ?number|ethnic|national|religio|politic",
    re.IGNORECASE,
)
"""In headings of columns whose cells are not kept, not even for a while."""
_ID_NUMBER = re.compile(r"\d{17}[\dXx]", re.ASCII)


def dump_table(table: Table, found: LaidOut) -> dict[str, Any]:
    """Return a table as it is stored: without what the programme never asks of anybody."""
    secret = {
        place for place, heading in enumerate(found.heading_cells) if _NEVER_KEPT.search(heading)
    }
    kept = [
        row
        if row.number <= found.heading_row
        else replace(
            row,
            cells=[
                ""
                if place not in found.fields and (place in secret or _is_id_number(cell))
                else cell
                for place, cell in enumerate(row.cells)
            ],
        )
        for row in table.rows
    ]
    return serialize_table(replace(table, rows=kept))


def load_table(job: ImportJob) -> Table:
    """Return what is kept of a table."""
    return parse_table(job.kept_table or {"rows": []})


def keep_rejected_rows(job: ImportJob, top: int) -> None:
    """Drop what is not needed once the right rows are in: all but the rows that were left out.

    Args:
        top: the number of the row with the headings.
    """
    left_out = {fault["row"] for fault in job.errors if fault["row"] > top}
    table = load_table(job)
    kept = [row for row in table.rows if row.number <= top or row.number in left_out]
    forget_cells(job)
    job.kept_table = serialize_table(replace(table, rows=kept)) if left_out else None
    job.errors = [
        {**fault, "values": {**fault["values"], "choices": []}}
        if "choices" in fault["values"]
        else fault
        for fault in job.errors
    ]


def forget_cells(job: ImportJob) -> None:
    """Drop the table, what was said about it, and the cells of the right rows, which are in."""
    job.kept_table, job.answers = None, {}
    job.valid_rows = [{"row": row["row"], "cells": {}} for row in job.valid_rows]


def forget_tables(session: Session, community_id: UUID, *, now: datetime) -> int:
    """Forget the tables nobody has come back to, and those that were undone; return how many."""
    over = or_(ImportJob.uploaded_at < now - TABLES, ImportJob.undone_at.is_not(None))
    return _forget(session, _hold(session, community_id, over), now=now)


def forget_tables_about(
    session: Session, community_id: UUID, pattern: str, *, now: datetime
) -> int:
    """Forget the tables in which somebody is named, by a pattern; return how many.

    Whoever waits to take such a table in uploads it again, without the person.
    """
    told = re.compile(pattern, re.IGNORECASE)
    named = [job for job in _hold(session, community_id) if _tells_of(job, told)]
    return _forget(session, named, now=now)


def _hold(session: Session, community_id: UUID, *which: ColumnElement[bool]) -> Sequence[ImportJob]:
    """Return the jobs whose tables are not forgotten, locked."""
    return session.scalars(
        select(ImportJob)
        .where(ImportJob.community_id == community_id, ImportJob.forgotten_at.is_(None), *which)
        .order_by(ImportJob.id)
        .with_for_update()
    ).all()


def _tells_of(job: ImportJob, told: re.Pattern[str]) -> bool:
    """Return whether a pattern is found in what is kept of a table; it lies sealed."""
    written = (job.kept_table, job.answers, job.valid_rows, job.errors, job.notes)
    return any(told.search(json.dumps(one, ensure_ascii=False)) for one in written)


def _forget(session: Session, jobs: Sequence[ImportJob], *, now: datetime) -> int:
    for job in jobs:
        forget_table(job, now=now)
    session.flush()
    return len(jobs)


def forget_table(job: ImportJob, *, now: datetime) -> None:
    """Drop what may name somebody; how many rows there were, and how many were right, stays."""
    forget_cells(job)
    job.errors = job.notes = []
    job.forgotten_at = now


def _is_id_number(cell: str) -> bool:
    return bool(_ID_NUMBER.fullmatch("".join(unicodedata.normalize("NFKC", cell).split())))
