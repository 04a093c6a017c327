"""Tables of residents, shops and deeds: uploaded, read row by row, taken in, taken back."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField, FileRequired

from loyalty.database import transaction
from loyalty.pages.forms import NEEDED, Form
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.rules.selection import RoundState
from loyalty.services.errors import UnreadableFileError
from loyalty.services.imports import (
    ImportKind,
    UploadTable,
    apply_import,
    import_of,
    undo_import,
    upload_table,
)
from loyalty.services.tables import read_table
from loyalty.services.todo import current_round
from loyalty.words.imports import row_fault_in_words
from loyalty.words.refusals import refusal_in_words

imports = console.Console("imports", "/imports")

KINDS = {
    ImportKind.RESIDENTS: lazy_gettext("居民"),
    ImportKind.SHOPS: lazy_gettext("店铺"),
    ImportKind.DEEDS: lazy_gettext("好事"),
}

KIND = '<any("residents", "shops", "deeds"):kind>'


class UploadForm(Form):
    """The file of a table."""

    file = FileField(lazy_gettext("Excel文件（.xlsx）或文本文件（.csv）"), [FileRequired(NEEDED)])


@imports.route(f"/{KIND}", methods=["GET", "POST"])
def new(kind: str) -> Any:
    """Take a file and read what is wrong with its rows; nothing is added yet."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            table = read_table(form.file.data.read())
        except UnreadableFileError as refusal:
            form.file.errors = [refusal_in_words(refusal)]
        else:
            request = UploadTable(ImportKind(kind), table, dry_run=True)
            with transaction() as session:
                job = upload_table(session, console.actor(), request, now=console.now())
            return redirect(url_for("staff_imports.shown", import_id=job.id))
    return render_template("staff/import_new.html", form=form, kind=KINDS[ImportKind(kind)])


@imports.get("/<uuid:import_id>")
def shown(import_id: UUID) -> str:
    """Show what a file says: how many rows are right, and what is wrong with the others."""
    with transaction() as session:
        job = import_of(session, console.actor(), import_id)
        selection_round = current_round(session, console.actor())
    nominating = selection_round is not None and selection_round.state == RoundState.OPEN
    return render_template(
        "staff/import.html",
        job=job,
        kind=KINDS[ImportKind(job.kind)],
        faults=[(fault, row_fault_in_words(fault)) for fault in job.errors],
        form=ConfirmationForm(),
        open_round=selection_round if nominating and job.kind == ImportKind.RESIDENTS else None,
    )


@imports.post("/<uuid:import_id>/apply")
def apply(import_id: UUID) -> Any:
    """Take the right rows in."""
    console.attempt(
        lambda session: apply_import(
            session, console.actor(), import_id, only_valid=True, now=console.now()
        ),
        gettext("已导入。"),
    )
    return redirect(url_for("staff_imports.shown", import_id=import_id))


@imports.post("/<uuid:import_id>/undo")
def undo(import_id: UUID) -> Any:
    """Take back what the file added."""
    console.attempt(
        lambda session: undo_import(session, console.actor(), import_id, now=console.now()),
        gettext("已撤回这次导入。"),
    )
    return redirect(url_for("staff_imports.shown", import_id=import_id))
