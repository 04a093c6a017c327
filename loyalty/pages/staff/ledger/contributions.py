"""What parties give beside the discount: listed, entered, approved by another, withdrawn."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField
from wtforms.validators import Optional

from loyalty.models import Contribution
from loyalty.pages.forms import (
    Form,
    WrittenField,
    calendar_day,
    choice,
    label_field,
    options,
    text_field,
)
from loyalty.pages.staff import console
from loyalty.pages.staff.ledger.evidence import EvidenceForm
from loyalty.rules.benefit import Label, Party
from loyalty.rules.calendar import Month
from loyalty.rules.contributions import (
    LARGEST_ALONE,
    LARGEST_AMOUNT,
    LARGEST_QUANTITY,
    ContributionState,
    Unit,
)
from loyalty.rules.money import NOTHING, Fen, format_yuan, parse_yuan
from loyalty.rules.typed_text import clean_code
from loyalty.services.community.contribution_kinds import list_contribution_kinds
from loyalty.services.deeds.points import format_points
from loyalty.services.ledger.contributions import (
    WITH_NAMES,
    FindContributions,
    RecordContribution,
    approve_contribution,
    find_contributions,
    record_contribution,
    withdraw_contribution,
)
from loyalty.services.ledger.evidence_files import PDF, list_evidence
from loyalty.services.ledger.parties import take_party
from loyalty.services.pictures.pictures import MEDIA_TYPE
from loyalty.services.same_person import is_own_account
from loyalty.services.selection.planning import month_called
from loyalty.services.work import Work
from loyalty.words.contributions import CONTRIBUTION_STATES, LABELS, PARTIES, UNITS, kind_name

TYPES = {PDF: "PDF", MEDIA_TYPE: lazy_gettext("照片")}
"""Of files of evidence."""

contributions = console.Console("contributions", "/figures/contributions")


def _number(label: Any, most: int, write: Any) -> Any:
    read = partial(parse_yuan, most=Fen(most))
    fault = lazy_gettext("请填大于0的数字，比如3500或12.5，最多%(most)s。", most=f"{most // 100:,}")
    return WrittenField(label, read, write, fault, validators=[Optional()])


class ContributionForm(Form):
    """What one party gave another once; the fields are called as the members are."""

    kind = choice(lazy_gettext("种类"))
    happened_on = calendar_day(lazy_gettext("哪一天"))
    giver_name = label_field(lazy_gettext("谁给的（可不填）"), needed=False)
    receiver_name = label_field(lazy_gettext("给谁的（可不填）"), needed=False)
    amount_fen = _number(lazy_gettext("金额（元，可不填）"), LARGEST_AMOUNT, format_yuan)
    quantity_hundredths = _number(lazy_gettext("数量（可不填）"), LARGEST_QUANTITY, format_points)
    unit = choice(lazy_gettext("单位"))
    label = choice(
        lazy_gettext("依据"),
        {one.value: LABELS[one] for one in (Label.ATTESTED, Label.ESTIMATED)},
    )
    evidence = text_field(lazy_gettext("凭据，比如“合同2026-17号”（估计的可不填）"), needed=False)
    evidence_again = BooleanField(lazy_gettext("同一份凭据已经记过一笔，这是另一笔"))


class WithdrawForm(Form):
    """Why an entry is to count no more."""

    reason = text_field(lazy_gettext("为什么作废"))


@contributions.get("")
def listed() -> str:
    """List the entries, the last recorded first; of one cell of the matrix if asked."""
    month = _month_asked("month")
    until = _month_asked("until") or month
    asked = {name: request.args.get(name) for name in ("kind", "giver", "receiver", "label")}
    state = request.args.get("state")
    wanted = FindContributions(
        limit=console.PAGE_LENGTH,
        after=console.asked_for()["after"],
        first=month,
        last=until,
        kind=clean_code(asked["kind"] or "") or None,
        giver=_code_in(Party, asked["giver"]),
        receiver=_code_in(Party, asked["receiver"]),
        label=_code_in(Label, asked["label"]),
        state=_code_in(ContributionState, state),
    )
    with console.work() as work:
        found = find_contributions(work, wanted)
    return render_template(
        "staff/ledger/contributions.html",
        found=found,
        asked={**asked, "month": month, "until": until},
        state=wanted.state,
        states=CONTRIBUTION_STATES,
        parties=PARTIES,
        labels=LABELS,
    )


@contributions.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Write down what one party gave another."""
    form = ContributionForm()
    with console.work() as work:
        kinds = list_contribution_kinds(work.session, work.community_id)
    form.kind.choices = options({kind.code: kind_name(kind) for kind in kinds if kind.active})
    form.unit.choices = options({"": gettext("不数")} | {one.value: UNITS[one] for one in Unit})
    if form.validate_on_submit() and console.attempt(
        lambda work: _record(work, form), gettext("已记下这一笔。"), form=form
    ):
        return redirect(url_for(".listed"))
    return render_template(
        "staff/ledger/contribution_new.html", form=form, alone=LARGEST_ALONE // 100
    )


@contributions.get("/<uuid:contribution_id>")
def shown(contribution_id: UUID) -> str:
    """Show an entry with what may be done about it."""
    return _show(contribution_id, WithdrawForm())


def _show(contribution_id: UUID, form: WithdrawForm) -> str:
    with console.work() as work:
        entry = work.find(Contribution, contribution_id, options=WITH_NAMES)
        files = list_evidence(work, contribution_id)
        mine = is_own_account(work, entry.recorded_by)
    return render_template(
        "staff/ledger/contribution.html",
        entry=entry,
        files=[(file, console.here(file.added_at), TYPES[file.media_type]) for file in files],
        evidence=EvidenceForm(),
        form=form,
        state=CONTRIBUTION_STATES[ContributionState(entry.state)],
        parties=PARTIES,
        labels=LABELS,
        waits=entry.state == ContributionState.WAITING,
        may_approve=not mine,
        counts=entry.state != ContributionState.WITHDRAWN,
    )


@contributions.post("/<uuid:contribution_id>/approve")
def approve(contribution_id: UUID) -> Any:
    """Let a large amount count, as somebody else than who entered it."""
    version = request.form.get("version", 0, type=int)
    console.attempt(
        lambda work: approve_contribution(work, contribution_id, version=version),
        gettext("已核准，计入数字。"),
    )
    return redirect(url_for(".shown", contribution_id=contribution_id))


@contributions.post("/<uuid:contribution_id>/withdraw")
def withdraw(contribution_id: UUID) -> Any:
    """Let an entry count no more."""
    form = WithdrawForm()
    version = request.form.get("version", 0, type=int)
    if form.validate_on_submit() and console.attempt(
        lambda work: withdraw_contribution(
            work, contribution_id, version=version, reason=form.reason.data
        ),
        gettext("已作废，不再计入数字。"),
        form=form,
    ):
        return redirect(url_for(".shown", contribution_id=contribution_id))
    return _show(contribution_id, form)


def _record(work: Work, form: ContributionForm) -> Contribution:
    """Write down what was filled in, with parties that are named first."""
    kinds = list_contribution_kinds(work.session, work.community_id)
    kind = next(one for one in kinds if one.code == form.kind.data)
    wanted = RecordContribution(
        kind=kind.code,
        happened_on=form.happened_on.data,
        label=Label(form.label.data),
        amount_fen=form.amount_fen.data or NOTHING,
        quantity_hundredths=form.quantity_hundredths.data or 0,
        unit=_code_in(Unit, form.unit.data),
        evidence=form.evidence.data,
        evidence_again=form.evidence_again.data,
    )
    named = replace(
        wanted,
        giver_id=take_party(work, form.giver_name.data, Party(kind.giver)),
        receiver_id=take_party(work, form.receiver_name.data, Party(kind.receiver)),
    )
    return record_contribution(work, named)


def _month_asked(name: str) -> Month | None:
    asked = request.args.get(name)
    return month_called(asked) if asked else None


def _code_in(codes: Any, typed: str | None) -> Any:
    """Return what a code of an address or form stands for; None for none."""
    return codes(typed) if typed in set(codes) else None
