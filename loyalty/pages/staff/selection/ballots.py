"""Score sheets: a panellist fills in their own, staff type in the signed paper of another."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import BadRequest

from loyalty.pages.late_forms import is_filled_in
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.rules.panel import HIGHEST_BALLOT, Conflict
from loyalty.rules.selection import RoundState
from loyalty.rules.verdict import Tone
from loyalty.services.actors import Role
from loyalty.services.selection.ballots import (
    CastBallots,
    Mark,
    SheetLine,
    cast_ballots,
    score_sheet,
)
from loyalty.services.selection.conflicts import DeclareConflict, declare_conflict
from loyalty.services.selection.panel import panellists_of
from loyalty.services.selection.planning import round_of
from loyalty.words.conflicts import CONFLICTS
from loyalty.words.deeds import deed_kind_name
from loyalty.words.nominations import SOURCES

LONGEST_SCORE = len(str(HIGHEST_BALLOT))

ballots = console.Console(
    "ballots", "/rounds/<uuid:round_id>/ballots", also=frozenset({Role.PANEL})
)


@ballots.route("", methods=["GET", "POST"])
@ballots.route("/<uuid:account_id>", methods=["GET", "POST"])
def sheet(round_id: UUID, account_id: UUID | None = None) -> Any:
    """Show a score sheet, and take in what is typed; what makes no sense stays and is marked."""
    actor = console.actor()
    with console.work() as work:
        selection_round = round_of(work, round_id)
        lines = score_sheet(work, round_id, account_id=account_id)
        panellists = panellists_of(work.session, selection_round)
    name = next(
        one.account.display_name
        for one in panellists
        if one.account_id == (account_id or actor.account_id)
    )
    typed = _typed(lines) if is_filled_in() else {}
    faults = {candidate_id for candidate_id, text in typed.items() if text and _mark(text) is None}
    sent = request.method == "POST" and not faults
    if sent and typed and _cast(round_id, account_id, typed):
        own = account_id is None
        home, of_panel = url_for("staff_home.home"), url_for("staff_panel.shown", round_id=round_id)
        return redirect(home if own else of_panel)
    return render_template(
        "staff/selection/score_sheet.html",
        round=selection_round,
        name=name,
        account_id=account_id,
        lines=lines,
        typed=typed,
        faults=faults,
        kinds=CONFLICTS,
        kinds_of_deeds=deed_kind_name,
        sources=SOURCES,
        several_honours=len(selection_round.lists) > 1,
        open=selection_round.state == RoundState.REVIEW and not selection_round.frozen_at,
        form=ConfirmationForm(),
    )


@ballots.post("/conflicts")
@ballots.post("/<uuid:account_id>/conflicts")
def conflict(round_id: UUID, account_id: UUID | None = None) -> Any:
    """Bar a panellist from scoring somebody; a ballot cast before is taken out."""
    candidate_id = request.form.get("candidate", type=UUID)
    kind = request.form.get("kind")
    if candidate_id is None or kind not in set(Conflict):
        raise BadRequest
    declared = DeclareConflict(round_id, candidate_id, Conflict(kind), account_id)
    console.attempt(
        lambda work: declare_conflict(work, declared),
        gettext("已记下回避，这个人不用打分。"),
    )
    return redirect(url_for("staff_ballots.sheet", round_id=round_id, account_id=account_id))


def _typed(lines: Sequence[SheetLine]) -> dict[UUID, str]:
    """Return what stands in the fields of those who may be scored."""
    return {
        line.candidate.id: request.form.get(f"score-{line.candidate.id}", "").strip()
        for line in lines
        if line.conflict is None
    }


def _mark(text: str) -> int | None:
    """Return a typed score; None if it is none."""
    score = int(text) if text.isdecimal() and len(text) <= LONGEST_SCORE else None
    return score if score is not None and score <= HIGHEST_BALLOT else None


def _cast(round_id: UUID, account_id: UUID | None, typed: dict[UUID, str]) -> bool:
    marks = [
        Mark(candidate_id, score)
        for candidate_id, text in typed.items()
        if (score := _mark(text)) is not None
    ]
    if not marks:
        flash(gettext("还没有打分。"), Tone.UNSURE)
        return False
    left = len(typed) - len(marks)
    told = gettext("打分已交，还有%(left)s人没打。", left=left) if left else gettext("打分已交齐。")
    cast = CastBallots(round_id, marks, account_id)
    return console.attempt(lambda work: cast_ballots(work, cast), told)
