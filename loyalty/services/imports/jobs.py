"""Tables of residents, shops, deeds … on their way in, and out again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from loyalty.models import ImportJob
from loyalty.services.actors import Role, StaffMember
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import ImportStateError, NotAllowedError, UnknownRecordError
from loyalty.services.imports.answers import TableAnswers
from loyalty.services.imports.applications import make_application_intake
from loyalty.services.imports.areas import make_area_intake, make_household_group_intake
from loyalty.services.imports.contributions import make_contribution_intake
from loyalty.services.imports.deeds import make_deed_intake
from loyalty.services.imports.intake import Intake, judge_rows
from loyalty.services.imports.keeping import (
    dump_table,
    forget_cells,
    forget_table,
    forget_tables,
    keep_rejected_rows,
    load_table,
)
from loyalty.services.imports.layout import FileRow, Note, NoteCode
from loyalty.services.imports.lets import make_let_intake
from loyalty.services.imports.nominees import make_nominee_intake
from loyalty.services.imports.reading import Reading, interpret_table, lay_out, places_of
from loyalty.services.imports.residents import make_resident_intake
from loyalty.services.imports.series import make_series_intake
from loyalty.services.imports.shops import make_shop_intake
from loyalty.services.imports.stalls import make_stall_intake
from loyalty.services.imports.tables import Table
from loyalty.services.imports.undo import find_uses, remove_added
from loyalty.services.imports.visits import make_visit_intake
from loyalty.services.work import Lock, Work


class ImportKind(StrEnum):
    """What a table holds."""

    RESIDENTS = "residents"
    SHOPS = "shops"
    DEEDS = "deeds"
    NOMINEES = "nominees"
    """Names somebody puts forward; they are read here and nominated elsewhere."""
    CONTRIBUTIONS = "contributions"
    STALLS = "stalls"
    VISITS = "visits"
    APPLICATIONS = "applications"
    AREAS = "areas"
    HOUSEHOLD_GROUPS = "groups"
    SERIES = "series"
    LETS = "lets"
    """Who had which stall from which day on."""


ADDING = tuple(kind.value for kind in ImportKind if kind is not ImportKind.NOMINEES)
"""The kinds of tables whose rows become records."""


MANAGERS_ALONE = frozenset({ImportKind.SERIES})
"""The kinds of what managers alone may say, by file as at the console."""


class ImportObstacle(StrEnum):
    """What stands in the way of an import, beside the uses of what it added.

    Codes are public: add one, never rename one.
    """

    APPLIED_ALREADY = "applied_already"
    UNDONE_ALREADY = "undone_already"
    NOT_APPLIED = "not_applied"
    HAS_ERRORS = "has_errors"
    NOTHING_RIGHT = "nothing_right"
    OVERTAKEN = "overtaken"
    """A row was right when the table was uploaded, and is not any more."""
    TABLE_FORGOTTEN = "table_forgotten"
    """It was uploaded too long ago; the table itself is not kept any more."""


@dataclass(frozen=True, slots=True)
class UploadTable:
    """A table that has been read."""

    kind: ImportKind
    table: Table
    dry_run: bool
    """True stores what the table says and adds nothing; False adds it if no row is wrong."""
    answers: TableAnswers = field(default_factory=TableAnswers)
    columns: Mapping[str, str] = field(default_factory=dict)
    """By the heading or the letter of a column: the field it has, or nothing."""


def upload_table(work: Work, request: UploadTable) -> ImportJob:
    """Judge a table, and take it in at once if that is wanted and nothing is wrong with it."""
    locked_community(work.session, work.community_id)
    forget_tables(work.session, work.community_id, now=work.now)
    intake = make_intake(work, request.kind)
    job = ImportJob(
        community_id=work.community_id,
        kind=request.kind.value,
        uploaded_by=work.actor.account_id,
        uploaded_at=work.now,
    )
    columns = {**request.answers.columns, **places_of(request.columns, request.table)}
    answers = replace(request.answers, columns=columns).restrict_to(intake)
    reading = _judge(job, request.table, intake, answers)
    job.kept_table = dump_table(request.table, reading.table)
    work.session.add(job)
    _note(work, "import.uploaded", job)
    if not request.dry_run and job.valid_rows and not job.errors:
        _take_in(work, job, intake)
    return job


def answer_import(work: Work, import_id: UUID, answers: TableAnswers) -> ImportJob:
    """Judge a table anew, with what staff say about it besides what they have said.

    Raises:
        ImportStateError: it was applied already, or its table is not kept any more.
    """
    job = work.find(ImportJob, import_id, lock=Lock.CHANGE)
    _refuse(
        {
            ImportObstacle.APPLIED_ALREADY: job.applied_at is not None,
            ImportObstacle.TABLE_FORGOTTEN: job.kept_table is None,
        }
    )
    intake = make_intake(work, ImportKind(job.kind))
    said = TableAnswers.from_stored(job.answers).merge(answers).restrict_to(intake)
    _judge(job, load_table(job), intake, said)
    work.session.flush()
    return job


def read_import(work: Work, job: ImportJob) -> Reading[Any] | None:
    """Return how a table is read at present; None if it is not kept any more."""
    if job.kept_table is None:
        return None
    intake = make_intake(work, ImportKind(job.kind))
    return interpret_table(load_table(job), intake, TableAnswers.from_stored(job.answers))


def apply_import(work: Work, import_id: UUID, *, only_valid: bool) -> ImportJob:
    """Take in the right rows of a table that was uploaded.

    Args:
        only_valid: leave the wrong rows out; otherwise one wrong row stops all.

    Raises:
        ImportStateError: it was applied already, has errors, or the world has moved on since.
    """
    locked_community(work.session, work.community_id)
    job = get_import(work, import_id, lock=Lock.CHANGE)
    applied = job.applied_at is not None
    obstacles = {
        ImportObstacle.APPLIED_ALREADY: applied,
        ImportObstacle.TABLE_FORGOTTEN: job.forgotten_at is not None and not applied,
        ImportObstacle.HAS_ERRORS: bool(job.errors) and not only_valid,
        ImportObstacle.NOTHING_RIGHT: not job.valid_rows,
    }
    _refuse(obstacles)
    _take_in(work, job, make_intake(work, ImportKind(job.kind)))
    return job


def _judge(
    job: ImportJob, table: Table, intake: Intake[Any], answers: TableAnswers
) -> Reading[Any]:
    reading = interpret_table(table, intake, answers)
    job.answers = answers.to_stored()
    job.row_count = reading.table.row_count
    job.valid_rows = [{"row": row.number, "cells": dict(row.cells)} for row, _ in reading.right]
    job.errors = [asdict(fault) for fault in reading.faults]
    job.notes = [asdict(one) for one in (*reading.table.notes, *_list_changes(reading))]
    return reading


def _list_changes(reading: Reading[Any]) -> Iterator[Note]:
    """Yield what taking the right rows in changes of what is known, cell by cell."""
    for row, request in reading.right:
        for change in reading.intake.changes_of(request):
            heading = reading.table.headings[change.field]
            told = {"before": change.before, "after": change.after}
            yield Note(
                row.number, heading, NoteCode.CHANGES, {**told, "rows": [row.number], "count": 1}
            )


def undo_import(work: Work, import_id: UUID) -> ImportJob:
    """Remove what an import added, unless some of it is in use by now.

    Raises:
        ImportStateError: it was not applied, was undone already, or the uses are named.
    """
    # A month that is closed meanwhile, or an entry that is changed, comes before or after.
    locked_community(work.session, work.community_id)
    job = get_import(work, import_id)
    _refuse(
        {
            ImportObstacle.NOT_APPLIED: job.applied_at is None,
            ImportObstacle.UNDONE_ALREADY: job.undone_at is not None,
        }
    )
    if uses := find_uses(work.session, job):
        raise ImportStateError("Some of what it added is in use: " + ", ".join(uses) + ".", uses)
    remove_added(work.session, job)
    job.undone_at = work.now
    forget_table(job, now=work.now)
    _note(work, "import.undone", job)
    return job


def get_import(work: Work, import_id: UUID, *, lock: Lock | None = None) -> ImportJob:
    """Return an import that adds records; a list of nominees is none, and is put forward instead.

    Args:
        lock: as of `Work.find`.

    Raises:
        NotAllowedError: it is of what the manager says.
    """
    job = work.find(ImportJob, import_id, lock=lock)
    if job.kind == ImportKind.NOMINEES:
        raise UnknownRecordError("Nominees are put forward in a round.")
    refuse_role(work.actor, ImportKind(job.kind))
    return job


def refuse_role(actor: StaffMember, kind: ImportKind) -> None:
    """Refuse whoever may not say by file what a kind of table says.

    Raises:
        NotAllowedError: it is a manager's to say.
    """
    if kind in MANAGERS_ALONE and Role.MANAGER not in actor.roles:
        raise NotAllowedError("Which series of plaques there are, the manager says.")


def make_intake(work: Work, kind: ImportKind) -> Intake[Any]:
    """Return how the rows of one kind of table are judged, as of now.

    Raises:
        NotAllowedError: it is of what the manager says.
    """
    refuse_role(work.actor, kind)
    makers: dict[ImportKind, Callable[[Work], Intake[Any]]] = {
        ImportKind.RESIDENTS: make_resident_intake,
        ImportKind.SHOPS: make_shop_intake,
        ImportKind.DEEDS: make_deed_intake,
        ImportKind.NOMINEES: make_nominee_intake,
        ImportKind.CONTRIBUTIONS: make_contribution_intake,
        ImportKind.STALLS: make_stall_intake,
        ImportKind.VISITS: make_visit_intake,
        ImportKind.APPLICATIONS: make_application_intake,
        ImportKind.AREAS: make_area_intake,
        ImportKind.HOUSEHOLD_GROUPS: make_household_group_intake,
        ImportKind.SERIES: make_series_intake,
        ImportKind.LETS: make_let_intake,
    }
    return makers[kind](work)


def _take_in(work: Work, job: ImportJob, intake: Intake[Any]) -> None:
    """Add the right rows, judged once more: since the upload somebody may have added the same."""
    rows = [FileRow(row["row"], row["cells"]) for row in job.valid_rows]
    headings = {column.field: column.heading for column in intake.columns}
    result = judge_rows(rows, intake, headings)
    _refuse({ImportObstacle.OVERTAKEN: bool(result.faults)})
    requests = [request for _, request in result.right]
    job.changed = sum(bool(intake.changes_of(request)) for request in requests)
    intake.add(requests, job.id)
    job.applied_at = work.now
    if job.kept_table_sealed is not None and job.errors:
        table = lay_out(load_table(job), intake, TableAnswers.from_stored(job.answers))
        keep_rejected_rows(job, table.heading_row)
    elif job.kept_table_sealed is not None:
        forget_cells(job)
    _note(work, "import.applied", job)


def _refuse(obstacles: Mapping[ImportObstacle, bool]) -> None:
    met = [obstacle.value for obstacle, stands in obstacles.items() if stands]
    if met:
        raise ImportStateError("Not possible with this import: " + ", ".join(met) + ".", met)


def _note(work: Work, action: str, job: ImportJob) -> None:
    right = len(job.valid_rows)
    work.note(action, job, kind=job.kind, rows=job.row_count, right=right)
