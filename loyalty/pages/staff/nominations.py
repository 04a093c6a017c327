"""Putting people forward: by name and pinyin, several at once, from a file, or as others did."""

from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from loyalty.database import transaction
from loyalty.models import Nomination, Resident, Round
from loyalty.pages.forms import NEEDED, Form
from loyalty.pages.late_forms import given
from loyalty.pages.receipts import ReceiptForm, asked_back
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, ReasonForm
from loyalty.services.errors import UnreadableFileError
from loyalty.services.nominees import (
    NominateSeveral,
    nominate_several,
    nominees_in,
    residents_imported,
)
from loyalty.services.public_nominations import (
    FindNominations,
    MatchNomination,
    find_nominations,
    match_nomination,
    nomination_called,
    reject_nomination,
)
from loyalty.services.residents import FindResidents, find_residents
from loyalty.services.round_progress import progress_of
from loyalty.services.rounds import round_of
from loyalty.services.tables import read_table
from loyalty.words.imports import row_fault_in_words
from loyalty.words.nominations import SOURCES, STATES
from loyalty.words.refusals import refusal_in_words
from loyalty.words.verdicts import Tone

nominations = console.Console("nominations", "/rounds/<uuid:round_id>/nominations")

MOST_NAMESAKES = 20


class NomineeFileForm(Form):
    """A list of names and homes."""

    file = FileField(lazy_gettext("候选人名单（Excel，有姓名、住址两列）"), [FileRequired(NEEDED)])


@nominations.get("")
def listed(round_id: UUID) -> str:
    """Offer the ways to put somebody forward, and the voices of the public that wait."""
    return _offered(round_id)


def _offered(round_id: UUID, searched: str | None = None) -> str:
    with transaction() as session:
        selection_round = round_of(session, console.actor(), round_id)
        progress = progress_of(session, selection_round)
        pending = [
            (one, _residents(session, one.name, limit=MOST_NAMESAKES))
            for one in _pending(session, round_id)
        ]
        found = _residents(session, searched, limit=console.PAGE_LENGTH) if searched else []
    return _page(
        selection_round, progress=progress, pending=pending, found=found, searched=searched
    )


@nominations.post("")
def added(round_id: UUID) -> Any:
    """Put the one person forward whom a search finds; let staff choose among several."""
    back = url_for("staff_nominations.listed", round_id=round_id, **_kept())
    searched = console.asked_for()["q"]
    with transaction() as session:
        found = _residents(session, searched, limit=2) if searched else []
    if len(found) == 1:
        _nominate(round_id, [found[0].id], gettext("已推荐%(name)s。", name=found[0].name))
        return redirect(back)
    if not found:
        flash(gettext("没有找到这个人。"), Tone.UNSURE)
        return redirect(back)
    return _offered(round_id, searched)


@nominations.post("/several")
def several(round_id: UUID) -> Any:
    """Put everybody forward who is ticked."""
    try:
        ticked = [UUID(one) for one in request.form.getlist("resident")]
    except ValueError as error:
        raise BadRequest from error
    done = ngettext("已推荐%(num)d人。", "已推荐%(num)d人。", len(ticked))
    if ticked and _nominate(round_id, ticked, done):
        return redirect(url_for("staff_rounds.shown", round_id=round_id))
    if not ticked:
        flash(gettext("没有选人。"), Tone.UNSURE)
    return redirect(url_for("staff_nominations.listed", round_id=round_id, **_kept()))


@nominations.route("/file", methods=["GET", "POST"])
def file(round_id: UUID) -> Any:
    """Read whom a file names, so that they can be put forward together; nothing is written."""
    form = NomineeFileForm()
    with transaction() as session:
        selection_round = round_of(session, console.actor(), round_id)
    if not form.validate_on_submit():
        return render_template("staff/nominee_file.html", round=selection_round, form=form)
    try:
        rows = read_table(form.file.data.read())
    except UnreadableFileError as refusal:
        form.file.errors = [refusal_in_words(refusal)]
        return render_template("staff/nominee_file.html", round=selection_round, form=form)
    with transaction() as session:
        table = nominees_in(session, console.actor(), rows)
    faults = [(fault, row_fault_in_words(asdict(fault))) for fault in table.faults]
    return _page(selection_round, found=table.residents, faults=faults)


@nominations.get("/imported/<uuid:import_id>")
def imported(round_id: UUID, import_id: UUID) -> str:
    """Offer to put everybody forward whom an import has added."""
    with transaction() as session:
        selection_round = round_of(session, console.actor(), round_id)
        found = residents_imported(session, console.actor(), import_id)
    return _page(selection_round, found=found)


@nominations.post("/<uuid:nomination_id>/match")
def matched(round_id: UUID, nomination_id: UUID) -> Any:
    """Say who is meant by a voice of the public."""
    resident_id = request.form.get("resident", type=UUID)
    if resident_id is None:
        raise BadRequest
    wanted = MatchNomination(nomination_id, resident_id, consented="consented" in request.form)
    console.attempt(
        lambda session: match_nomination(session, console.actor(), wanted, now=console.now()),
        gettext("已核对，推荐算数。"),
    )
    return redirect(url_for("staff_nominations.listed", round_id=round_id))


@nominations.post("/<uuid:nomination_id>/reject")
def rejected(round_id: UUID, nomination_id: UUID) -> Any:
    """Say why a voice of the public counts for nobody."""
    form = ReasonForm()
    if form.validate_on_submit():
        console.attempt(
            lambda session: reject_nomination(
                session, console.actor(), nomination_id, form.reason.data, now=console.now()
            ),
            gettext("已退回这条推荐。"),
        )
    else:
        flash(gettext("请写明理由。"), Tone.NO)
    return redirect(url_for("staff_nominations.listed", round_id=round_id))


@nominations.post("/called")
def called(round_id: UUID) -> str:
    """Tell what has become of a voice of the public, for whoever brings its receipt."""
    form = ReceiptForm()
    with transaction() as session:
        selection_round = round_of(session, console.actor(), round_id)
        found = asked_back(form, partial(nomination_called, session, console.actor(), round_id))
    return _page(selection_round, receipt_form=form, called=found)


def _page(selection_round: Round, **shown: Any) -> str:
    """Return the page of nominations, with what a search, a file or an import has found."""
    asked: dict[str, Any] = {
        "progress": None,
        "pending": [],
        "found": [],
        "searched": None,
        "faults": [],
        "called": None,
        "receipt_form": ReceiptForm(formdata=None),
        **shown,
    }
    return render_template(
        "staff/nominations.html",
        round=selection_round,
        sources=SOURCES,
        states=STATES,
        kept=_kept(),
        form=ConfirmationForm(),
        file_form=NomineeFileForm(),
        **asked,
    )


def _kept() -> dict[str, Any]:
    """Return the honour and the source chosen last, which stay for the next person."""
    return {name: value for name in ("honour", "source") if (value := given().get(name, ""))}


def _nominate(round_id: UUID, resident_ids: list[UUID], done: str) -> bool:
    source = request.form.get("source", "")
    if source not in SOURCES:
        raise BadRequest
    voices = NominateSeveral(round_id, request.form.get("honour", ""), resident_ids, source)
    return console.attempt(
        lambda session: nominate_several(session, console.actor(), voices, now=console.now()), done
    )


def _residents(session: Session, searched: str | None, *, limit: int) -> list[Resident]:
    wanted = FindResidents(limit=limit, q=searched, state="active")
    return list(find_residents(session, console.actor(), wanted).items)


def _pending(session: Session, round_id: UUID) -> list[Nomination]:
    wanted = FindNominations(round_id, limit=console.PAGE_LENGTH, state="pending")
    return list(find_nominations(session, console.actor(), wanted).items)
