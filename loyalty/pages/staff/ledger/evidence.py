"""Files of evidence at the console: added to an entry, and taken away again."""

from uuid import UUID

from flask import Response, flash, redirect, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField, FileRequired

from loyalty.models import Contribution
from loyalty.pages.forms import NEEDED, Form, of_files
from loyalty.pages.pictures import SHUT_IN
from loyalty.pages.staff import console
from loyalty.pages.staff.downloads import send_file
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.verdict import Tone
from loyalty.services.ledger.evidence_files import (
    PDF,
    CleanEvidence,
    add_evidence,
    clean_evidence,
    get_evidence,
)
from loyalty.services.pictures.pictures import LARGEST_FILE
from loyalty.words.refusals import refusal_in_words

evidence = console.Console("evidence", "/figures")


class EvidenceForm(Form):
    """A file that shows what the evidence says."""

    file = FileField(
        lazy_gettext("凭据的扫描件或照片（PDF、JPEG、PNG，最大8MB）"),
        validators=[FileRequired(NEEDED)],
        render_kw=of_files("application/pdf,image/jpeg,image/png,image/webp"),
    )


@evidence.post("/contributions/<uuid:contribution_id>/evidence")
def add(contribution_id: UUID) -> Response:
    """Keep a file with an entry."""
    with console.work() as work:
        work.find(Contribution, contribution_id)
    clean = _cleaned(EvidenceForm())
    if clean is not None:
        console.attempt(
            lambda work: add_evidence(work, contribution_id, clean), gettext("已附上。")
        )
    response: Response = redirect(  # type: ignore[assignment]  # werkzeug's own class
        url_for("staff_contributions.shown", contribution_id=contribution_id)
    )
    return response


@evidence.get("/evidence/<uuid:evidence_file_id>")
def taken_away(evidence_file_id: UUID) -> Response:
    """Give a file to be saved; a browser opens nothing of it by itself."""
    with console.work() as work:
        file = get_evidence(work, evidence_file_id)
        content, media_type = file.content, file.media_type
    ending = "pdf" if media_type == PDF else "jpg"
    response = send_file(content, media_type, f"{gettext('凭据')}.{ending}")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SHUT_IN
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _cleaned(form: EvidenceForm) -> CleanEvidence | None:
    """Return the file of a form as it may be kept; None where it is refused, which is told."""
    if not form.validate_on_submit():
        flash(gettext("请先选一个文件。"), Tone.UNSURE)
        return None
    try:
        return clean_evidence(form.file.data.read(LARGEST_FILE + 1))
    except LoyaltyError as refusal:
        flash(refusal_in_words(refusal), Tone.NO)
        return None
