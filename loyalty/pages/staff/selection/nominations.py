"""Putting people forward: by name and pinyin, several at once, from a file, or as others did."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.exceptions import BadRequest, NotFound

from loyalty.models import Nomination, Resident, Round
from loyalty.pages.forms import Form, TableField
from loyalty.pages.late_forms import given
from loyalty.pages.receipts import ReceiptForm, asked_back
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, ReasonForm
from loyalty.pages.staff.imports.answers import answers_sent, people_sent
from loyalty.pages.staff.imports.files import marked_file
from loyalty.pages.staff.imports.jobs import uploaded
from loyalty.rules.selection import RoundState
from loyalty.rules.verdict import Tone
from loyalty.services.imports.conversation import (
    build_conversation,
    is_about_headings,
    is_asked_about,
)
from loyalty.services.imports.jobs import ImportKind, answer_import, read_import
from loyalty.services.people.residents import FindResidents, find_residents
from loyalty.services.rounds.nominees import (
    NominateSeveral,
    list_of_nominees,
    nominate_several,
    nominees_in,
    residents_imported,
)
from loyalty.services.rounds.progress import progress_of
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.planning import round_of
from loyalty.services.selection.public_nominations import (
    FindNominations,
    MatchNomination,
    find_nominations,
    match_nomination,
    nomination_called,
    reject_nomination,
)
from loyalty.services.work import Work
from loyalty.words.honours import honour_name
from loyalty.words.import_forms import field_in_words
from loyalty.words.imports import row_fault_in_words
from loyalty.words.nominations import SOURCES, STATES

nominations = console.Console("nominations", "/rounds/<uuid:round_id>/nominations")

MOST_NAMESAKES = 20


class NomineeFileForm(Form):
    """A list of names and homes."""

    file = TableField(lazy_gettext("候选人名单（Excel，有姓名就行，同名的再写住址）"))


@nominations.get("")
def listed(round_id: UUID) -> str:
    """Offer the ways to put somebody forward, and the voices of the public that wait."""
    return _offered(round_id)


def _offered(round_id: UUID, searched: str | None = None) -> str:
    with console.work() as work:
        selection_round = round_of(work, round_id)
        progress = progress_of(RoundAtWork.of(work, selection_round))
        pending = [
            (one, _residents(work, one.name, limit=MOST_NAMESAKES))
            for one in _pending(work, round_id)
        ]
        found = _residents(work, searched, limit=console.PAGE_LENGTH) if searched else []
    return _page(
        selection_round, progress=progress, pending=pending, found=found, searched=searched
    )


@nominations.post("")
def added(round_id: UUID) -> Any:
    """Put the one person forward whom a search finds; let staff choose among several."""
    back = _list_of(round_id, **_kept())
    searched = console.asked_for()["q"]
    with console.work() as work:
        found = _residents(work, searched, limit=2) if searched else []
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
        said = [*request.form.getlist("resident"), *people_sent().values()]
        ticked = list(dict.fromkeys(UUID(one) for one in said))
    except ValueError as error:
        raise BadRequest from error
    back = _list_of(round_id, **_kept())
    done = ngettext("已推荐%(num)d人。", "已推荐%(num)d人。", len(ticked))
    if ticked and _nominate(round_id, ticked, done):
        return redirect(url_for("staff_rounds.shown", round_id=round_id))
    if not ticked:
        flash(gettext("没有选人。"), Tone.UNSURE)
    return redirect(back)


@nominations.route("/file", methods=["GET", "POST"])
def file(round_id: UUID) -> Any:
    """Take a list of names, and read whom it means; nobody is put forward yet."""
    form = NomineeFileForm()
    with console.work() as work:
        selection_round = round_of(work, round_id)
    job = uploaded(form, ImportKind.NOMINEES) if form.validate_on_submit() else None
    if job is None:
        return render_template(
            "staff/selection/nominee_file.html", round=selection_round, form=form
        )
    return named(round_id, job.id)


@nominations.get("/file/<uuid:import_id>")
def named(round_id: UUID, import_id: UUID) -> str:
    """Offer to put forward whom a list names, and ask about those who are not clear."""
    with console.work() as work:
        selection_round = round_of(work, round_id)
        job = list_of_nominees(work, import_id)
        found = nominees_in(work, job)
        asked = build_conversation(work, job)
    unknown = [
        fault for fault in job.errors if not (is_about_headings(fault) or is_asked_about(fault))
    ]
    return _page(
        selection_round,
        found=found,
        list_job=job,
        asked=asked,
        faults=[(fault, row_fault_in_words(fault)) for fault in unknown],
        field_in_words=field_in_words,
    )


@nominations.post("/file/<uuid:import_id>")
def answered(round_id: UUID, import_id: UUID) -> Any:
    """Take what staff say about the columns of a list, and read it anew."""
    answers = answers_sent()

    def answer(work: Work) -> None:
        list_of_nominees(work, import_id)
        answer_import(work, import_id, answers)

    console.attempt(answer, gettext("已按您的回答重新检查。"))
    return redirect(url_for("staff_nominations.named", round_id=round_id, import_id=import_id))


@nominations.get("/file/<uuid:import_id>/marked")
def marked(round_id: UUID, import_id: UUID) -> Response:
    """Give a list back with its faults marked, to mend it there."""
    with console.work() as work:
        round_of(work, round_id)
        job = list_of_nominees(work, import_id)
        reading = read_import(work, job)
    if reading is None:
        raise NotFound
    return marked_file(job, reading)


@nominations.get("/imported/<uuid:import_id>")
def imported(round_id: UUID, import_id: UUID) -> str:
    """Offer to put everybody forward whom an import has added."""
    with console.work() as work:
        selection_round = round_of(work, round_id)
        found = residents_imported(work, import_id)
    return _page(selection_round, found=found)


@nominations.post("/<uuid:nomination_id>/match")
def matched(round_id: UUID, nomination_id: UUID) -> Any:
    """Say who is meant by a voice of the public."""
    resident_id = request.form.get("resident", type=UUID)
    if resident_id is None:
        raise BadRequest
    back = _list_of(round_id)
    wanted = MatchNomination(nomination_id, resident_id, consented="consented" in request.form)
    console.attempt(
        lambda work: match_nomination(work, wanted),
        gettext("已核对，推荐算数。"),
    )
    return redirect(back)


@nominations.post("/<uuid:nomination_id>/reject")
def rejected(round_id: UUID, nomination_id: UUID) -> Any:
    """Say why a voice of the public counts for nobody."""
    back, form = _list_of(round_id), ReasonForm()
    if form.validate_on_submit():
        console.attempt(
            lambda work: reject_nomination(work, nomination_id, form.reason.data),
            gettext("已退回这条推荐。"),
        )
    else:
        flash(gettext("请写明理由。"), Tone.NO)
    return redirect(back)


@nominations.post("/called")
def called(round_id: UUID) -> str:
    """Tell what has become of a voice of the public, for whoever brings its receipt."""
    form = ReceiptForm()
    with console.work() as work:
        selection_round = round_of(work, round_id)
        found = asked_back(form, partial(nomination_called, work, round_id))
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
        "list_job": None,
        "asked": None,
        "receipt_form": ReceiptForm(formdata=None),
        **shown,
    }
    return render_template(
        "staff/selection/nominations.html",
        round=selection_round,
        is_open=selection_round.state == RoundState.OPEN,
        honours={one.honour.code: honour_name(one.honour) for one in selection_round.lists},
        several_honours=len(selection_round.lists) > 1,
        sources=SOURCES,
        states=STATES,
        kept={"honour": None, "source": "staff", **_kept()},
        form=ConfirmationForm(),
        **asked,
    )


def _list_of(round_id: UUID, **kept: Any) -> str:
    """Return where the nominations of a round are shown, if the community has such a round."""
    with console.work() as work:
        round_of(work, round_id)
    return url_for("staff_nominations.listed", round_id=round_id, **kept)


def _kept() -> dict[str, Any]:
    """Return the honour and the source chosen last, which stay for the next person."""
    return {name: value for name in ("honour", "source") if (value := given().get(name, ""))}


def _nominate(round_id: UUID, resident_ids: list[UUID], done: str) -> bool:
    source = request.form.get("source", "")
    if source not in SOURCES:
        raise BadRequest
    voices = NominateSeveral(round_id, request.form.get("honour", ""), resident_ids, source)
    return console.attempt(lambda work: nominate_several(work, voices), done)


def _residents(work: Work, searched: str | None, *, limit: int) -> list[Resident]:
    wanted = FindResidents(limit=limit, q=searched, state="active")
    return list(find_residents(work, wanted).items)


def _pending(work: Work, round_id: UUID) -> list[Nomination]:
    wanted = FindNominations(round_id, limit=console.PAGE_LENGTH, state="pending")
    return list(find_nominations(work, wanted).items)
