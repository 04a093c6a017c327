"""Sales that staff look at: why, and what they decide."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from loyalty.models import SaleCase, StaffAccount
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import Question, ReasonForm, ask
from loyalty.pages.values import moment, money
from loyalty.rules.money import Fen
from loyalty.rules.sale_case import CaseDecision, CaseKind
from loyalty.rules.verdict import Verdict
from loyalty.services.late_sales.cases import (
    DecideCase,
    FindCases,
    decide_case,
    find_cases,
    get_case,
)
from loyalty.words.cases import CaseWords, case_words, decision_words
from loyalty.words.steps import StepWords
from loyalty.words.verdicts import WORDS, VerdictWords

cases = console.Console("cases", "/cases")


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case as the page tells it."""

    case: SaleCase
    words: CaseWords
    verdict: VerdictWords | None
    """What the till would have been told; None where that is not the matter."""
    happened_at: datetime
    """When the sale was made, as far as we know; else when the case was opened. Local."""
    total: Fen | None
    """Marked price; None where no amount is known."""
    payable: Fen | None
    """None where the amount was not worked out."""
    decision: StepWords | None
    """What was decided; None while it is open."""

    @property
    def place(self) -> str:
        """Where the sale was made: a till of the shop, or paper."""
        return self.case.till.name if self.case.till else gettext("纸质登记")


@cases.get("")
def listed() -> str:
    """List the cases that wait for a decision, the longest waiting first, or the decided ones."""
    decided = request.args.get("state") == "decided"
    after = console.asked_for()["after"]
    wanted = FindCases(limit=console.PAGE_LENGTH, after=after, open=not decided)
    with console.work() as work:
        page = find_cases(work, wanted)
    return render_template(
        "staff/late_sales/cases.html",
        found=[_to_shown_case(case) for case in page.items],
        decided=decided,
        next=page.next,
    )


@cases.get("/<uuid:case_id>")
def shown(case_id: UUID) -> str:
    """Show one case with what is known of the sale, and the ways to decide it."""
    with console.work() as work:
        case = get_case(work, case_id)
        decider = work.find(StaffAccount, case.decided_by) if case.decided_by else None
    other = case.other_redemption
    return render_template(
        "staff/late_sales/case.html",
        told=_to_shown_case(case),
        other_at=other and console.here(other.happened_at),
        decisions={one: _decision_words(case, one) for one in CaseDecision},
        decided_by=decider and decider.display_name,
        decided_at=case.decided_at and console.here(case.decided_at),
    )


@cases.route("/<uuid:case_id>/<decision>", methods=["GET", "POST"])
def decide(case_id: UUID, decision: str) -> Any:
    """Repeat a decision back with what follows from it, and take it for a reason."""
    if decision not in set(CaseDecision):
        raise NotFound
    chosen = CaseDecision(decision)
    with console.work() as work:
        case = get_case(work, case_id)
    words = _decision_words(case, chosen)
    form = ReasonForm()
    back = url_for("staff_cases.shown", case_id=case_id)
    question = Question(_describe(_to_shown_case(case)), words, back)
    if not form.validate_on_submit():
        return ask(question, form)
    wanted = DecideCase(case_id, chosen, form.reason.data)
    done = console.attempt(
        lambda work: decide_case(work, wanted),
        gettext("已处理：%(decision)s。", decision=words.word),
        form=form,
    )
    return redirect(url_for("staff_cases.listed")) if done else ask(question, form)


def _to_shown_case(case: SaleCase) -> ShownCase:
    sale, kept = case.redemption, case.quarantined_sale
    happened_at = sale.happened_at if sale else kept.happened_at if kept else case.opened_at
    total = sale.total_fen if sale and sale.with_amount else None
    if sale is None and kept and kept.basket:
        total = kept.basket["total"]
    return ShownCase(
        case=case,
        words=case_words(CaseKind(case.kind), kept=kept is not None),
        verdict=WORDS[Verdict(case.verdict)] if case.verdict else None,
        happened_at=console.here(happened_at),
        total=None if total is None else Fen(total),
        payable=Fen(sale.payable_fen) if sale and sale.with_amount else None,
        decision=_decision_words(case, CaseDecision(case.decision)) if case.decision else None,
    )


def _decision_words(case: SaleCase, decision: CaseDecision) -> StepWords:
    kept = case.quarantined_sale is not None
    return decision_words(CaseKind(case.kind), decision, kept=kept)


def _describe(told: ShownCase) -> str:
    parts = [told.case.shop.name, moment(told.happened_at), str(told.words.word)]
    if told.payable is not None:
        parts.append(gettext("应收%(payable)s元", payable=money(told.payable)))
    return " · ".join(parts)
