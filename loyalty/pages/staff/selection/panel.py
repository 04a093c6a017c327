"""The panel of a round: chosen, and how far each score sheet is."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import BadRequest

from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.rules.selection import RoundState
from loyalty.services.rounds.progress import progress_of
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.conflicts import conflicts_in, withdraw_conflict
from loyalty.services.selection.panel import NamePanel, name_panel, panellists_of, who_may_sit
from loyalty.services.selection.planning import round_of
from loyalty.words.conflicts import CONFLICTS

panel = console.Console("panel", "/rounds/<uuid:round_id>/panel")

MAY_CHANGE = (RoundState.DRAFT, RoundState.OPEN, RoundState.SCREENING, RoundState.REVIEW)


@panel.get("")
def shown(round_id: UUID) -> str:
    """Show the panel with what each member owes, and who may not score whom."""
    with console.work() as work:
        selection_round = round_of(work, round_id)
        at_work = RoundAtWork.of(work, selection_round)
        progress = progress_of(at_work)
        accounts = who_may_sit(work)
        conflicts = conflicts_in(work.session, selection_round)
        panellists = panellists_of(work.session, selection_round)
        names = {one.id: one.account.display_name for one in panellists}
        residents = {one.resident_id: one.resident.name for one in at_work.candidates}
    is_reviewing = selection_round.state == RoundState.REVIEW
    return render_template(
        "staff/selection/panel.html",
        round=selection_round,
        progress=progress,
        accounts=accounts,
        seated={one.account_id for one in progress.panel},
        conflicts=[
            (names[one.panellist_id], residents.get(one.resident_id, "–"), one) for one in conflicts
        ],
        kinds=CONFLICTS,
        is_reviewing=is_reviewing,
        is_scoring=is_reviewing and not selection_round.frozen_at,
        changeable=selection_round.state in MAY_CHANGE and not selection_round.frozen_at,
        form=ConfirmationForm(),
    )


@panel.post("")
def named(round_id: UUID) -> Any:
    """Put the ticked accounts on the panel in place of the present one."""
    try:
        chosen = [UUID(one) for one in request.form.getlist("account")]
    except ValueError as error:
        raise BadRequest from error
    reason = (request.form.get("reason") or "").strip() or None
    console.attempt(
        lambda work: name_panel(work, NamePanel(round_id, chosen, reason)),
        gettext("评委名单已保存。"),
    )
    return redirect(url_for("staff_rounds.shown", round_id=round_id))


@panel.post("/conflicts/<uuid:conflict_id>/withdrawal")
def withdrawn(round_id: UUID, conflict_id: UUID) -> Any:
    """Take back a declaration that was made in error."""
    console.attempt(
        lambda work: withdraw_conflict(work, round_id, conflict_id),
        gettext("已撤回这条回避，可以重新打分。"),
    )
    return redirect(url_for("staff_panel.shown", round_id=round_id))
