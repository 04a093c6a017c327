"""Tables of residents, shops, deeds …: uploaded, asked about, taken in, taken back."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import NotFound

from loyalty.models import ImportJob
from loyalty.pages.forms import Form, TableField
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.pages.staff.imports.answers import answers_sent
from loyalty.pages.staff.imports.files import form_file, marked_file
from loyalty.rules.selection import RoundState
from loyalty.services.errors import UnreadableFileError
from loyalty.services.imports.conversation import (
    build_conversation,
    is_about_headings,
    is_asked_about,
    is_known,
    list_unlike_rows,
)
from loyalty.services.imports.jobs import (
    ADDING,
    ImportKind,
    UploadTable,
    answer_import,
    apply_import,
    get_import,
    make_intake,
    read_import,
    refuse_role,
    undo_import,
    upload_table,
)
from loyalty.services.imports.tables import read_table
from loyalty.services.rounds.todo import current_round
from loyalty.services.work import Work
from loyalty.words.import_forms import KINDS, field_in_words
from loyalty.words.import_questions import ASKS
from loyalty.words.imports import note_in_words, row_fault_in_words
from loyalty.words.refusals import refusal_in_words

imports = console.Console("imports", "/imports")

KIND = f"<any({', '.join(ADDING)}):kind>"


class UploadForm(Form):
    """The file of a table."""

    file = TableField(lazy_gettext("Excel文件（.xlsx）或文本文件（.csv）"))


@imports.route(f"/{KIND}", methods=["GET", "POST"])
def new(kind: str) -> Any:
    """Take a file and read what is wrong with its rows; nothing is added yet."""
    refuse_role(console.actor(), ImportKind(kind))
    form = UploadForm()
    if form.validate_on_submit():
        job = uploaded(form, ImportKind(kind))
        if job is not None:
            return redirect(url_for("staff_imports.shown", import_id=job.id))
    return render_template("staff/imports/import_new.html", form=form, kind=kind, title=KINDS[kind])


def uploaded(form: Form, kind: ImportKind) -> ImportJob | None:
    """Take in the table of a form; where it cannot be read, say so beside the field."""
    try:
        rows = read_table(form.file.data.read())
    except UnreadableFileError as refusal:
        form.file.errors = [refusal_in_words(refusal)]
        return None
    wanted = UploadTable(kind, rows, dry_run=True)
    with console.work() as work:
        return upload_table(work, wanted)


@imports.get(f"/forms/<any({', '.join(ImportKind)}):kind>")
def form_to_fill_in(kind: str) -> Response:
    """Give a form in Excel, with an example and notes."""
    with console.work() as work:
        intake = make_intake(work, ImportKind(kind))
    return form_file(kind, intake)


@imports.get("/<uuid:import_id>")
def shown(import_id: UUID) -> Any:
    """Show what a file says, what is asked about it, and what is wrong with its rows."""
    with console.work() as work:
        job = get_import(work, import_id)
        asked = build_conversation(work, job)
        selection_round = current_round(work)
    nominating = selection_round is not None and selection_round.state == RoundState.OPEN
    return render_template(
        "staff/imports/import.html",
        job=job,
        title=KINDS[job.kind],
        asked=asked,
        words=ASKS,
        in_words=row_fault_in_words,
        note_in_words=note_in_words,
        field_in_words=field_in_words,
        faults=[
            fault
            for fault in job.errors
            if not is_known(fault)
            and (asked is None or not (is_about_headings(fault) or is_asked_about(fault)))
        ],
        known=sum(map(is_known, job.errors)),
        unlike=gettext("、").join(map(str, list_unlike_rows(job))),
        form=ConfirmationForm(),
        open_round=selection_round if nominating and job.kind == ImportKind.RESIDENTS else None,
    )


@imports.post("/<uuid:import_id>/answers")
def answered(import_id: UUID) -> Any:
    """Take what staff say about a table, and judge it anew."""
    answers = answers_sent()

    def answer(work: Work) -> None:
        get_import(work, import_id)
        answer_import(work, import_id, answers)

    console.attempt(answer, gettext("已按您的回答重新检查。"))
    return redirect(url_for("staff_imports.shown", import_id=import_id))


@imports.get("/<uuid:import_id>/marked")
def marked(import_id: UUID) -> Response:
    """Give the table back with its faults marked, to mend it there."""
    with console.work() as work:
        job = get_import(work, import_id)
        read = read_import(work, job)
    if read is None:
        raise NotFound
    return marked_file(job, read)


@imports.post("/<uuid:import_id>/apply")
def apply(import_id: UUID) -> Any:
    """Take the right rows in."""
    console.attempt(
        lambda work: apply_import(work, import_id, only_valid=True),
        gettext("已导入。"),
    )
    return redirect(url_for("staff_imports.shown", import_id=import_id))


@imports.post("/<uuid:import_id>/undo")
def undo(import_id: UUID) -> Any:
    """Take back what the file added."""
    console.attempt(
        lambda work: undo_import(work, import_id),
        gettext("已撤回这次导入。"),
    )
    return redirect(url_for("staff_imports.shown", import_id=import_id))
