"""The certification of the shops: who may move it on, and what each step leaves behind."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from loyalty.models import CertificationEvent, Community, Shop, ShopObjection, ShopSeries
from loyalty.rules.certification import (
    DAYS_TO_PUT_RIGHT,
    CertificationAction,
    CertificationFacts,
    CertificationState,
    find_last_certified_day,
    find_obstacles,
    next_state,
    state_on,
)
from loyalty.services.actors import Role
from loyalty.services.community.policy import community_of, locked_community
from loyalty.services.community.series import initials_of
from loyalty.services.community.working_days import last_day_of, years_without_table
from loyalty.services.errors import CertificationStateError, NotAllowedError, ValueRefusedError
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.inspections import find_inspection_result
from loyalty.services.work import Lock, Work

FOR_A_MANAGER = frozenset(
    {
        CertificationAction.CERTIFY,
        CertificationAction.SUSPEND,
        CertificationAction.WITHDRAW,
        CertificationAction.REINSTATE,
    }
)
"""The steps that give or take a plaque's worth; staff take the others."""


@dataclass(frozen=True, slots=True)
class MoveCertification:
    """One step of a shop's certification."""

    shop_id: UUID
    action: CertificationAction
    reason: str = ""
    """Why, in words; steps against the shop need it."""
    put_right_by: date | None = None
    """Of a warning: the last day, included, to put things right; None takes the usual time."""
    version: int | None = None
    """The version of the shop that was read; None does not insist on one."""


@dataclass(frozen=True, slots=True)
class CertificationStanding:
    """Where a shop's certification stands on one day."""

    state: CertificationState
    plaque_number: str | None
    """None until it is certified for the first time; kept from then on."""
    valid_until: date | None
    """Last day the certification holds, included; None where there is none."""


def find_certification_standing(shop: Shop, *, today: date) -> CertificationStanding:
    """Return where a shop stands today."""
    state = state_on(CertificationState(shop.state), shop.certified_until, today)
    return CertificationStanding(state, shop.plaque_number, shop.certified_until)


def notice_end_of(shop: Shop) -> date | None:
    """Return the last day of the notice on which a shop is; None if it is on none."""
    return shop.notice_last if shop.state == CertificationState.NOTICE else None


def is_for_a_manager(action: CertificationAction, shop: Shop) -> bool:
    """Return whether a manager alone takes a step of a shop.

    To renew a shop that was warned, though its year is over, says that things are put right.
    """
    reinstates = action is CertificationAction.RENEW and shop.state == CertificationState.WARNED
    return action in FOR_A_MANAGER or reinstates


def move_certification(work: Work, request: MoveCertification) -> Shop:
    """Take one step of a shop's certification.

    Raises:
        NotAllowedError: the step is a manager's, see `is_for_a_manager`.
        CertificationStateError: something is missing for it.
        ValueRefusedError: the day to put things right is over.
    """
    is_manager = Role.MANAGER in work.actor.roles
    if request.action in FOR_A_MANAGER and not is_manager:
        raise NotAllowedError("This step of a certification is the manager's.")
    community = locked_community(work.session, work.community_id)
    shop = get_shop(work, request.shop_id, version=request.version, lock=Lock.CHANGE)
    if is_for_a_manager(request.action, shop) and not is_manager:
        raise NotAllowedError("The shop was warned: a manager says whether things are put right.")
    facts = gather_facts(work, shop, request.reason)
    if missing := find_obstacles(request.action, facts):
        raise CertificationStateError(
            f"The shop is {facts.state}; “{request.action}” is not possible now.", missing
        )
    _set_dates_and_plaque(work.session, community, shop, request.action, today=work.now.date())
    _set_day_to_put_right(shop, request, today=work.now.date())
    shop.state = next_state(request.action, facts.state).value
    shop.updated_at = work.now
    record_step(work, shop, request.action, reason=request.reason)
    return shop


def record_step(
    work: Work,
    shop: Shop,
    action: CertificationAction,
    *,
    reason: str,
) -> None:
    """Write down a step that has been taken; its reason stays out of the trace of codes."""
    work.session.add(
        CertificationEvent(
            community_id=shop.community_id,
            shop_id=shop.id,
            action=action.value,
            state=shop.state,
            reason=reason or None,
            account_id=work.actor.account_id,
            at=work.now,
        )
    )
    work.note(f"certification.{action}", shop, state=shop.state)


def gather_facts(work: Work, shop: Shop, reason: str) -> CertificationFacts:
    """Return what is known of a shop when somebody wants to act on its certification."""
    today = work.now.date()
    unanswered = select(func.count()).where(
        ShopObjection.community_id == work.community_id,
        ShopObjection.shop_id == shop.id,
        ShopObjection.decided_at.is_(None),
    )
    return CertificationFacts(
        state=find_certification_standing(shop, today=today).state,
        today=today,
        notice_last=shop.notice_last,
        withdrawn_on=shop.withdrawn_on,
        reason=reason,
        open_objections=work.session.scalar(unanswered) or 0,
        inspection=find_inspection_result(work, shop),
        inspection_needed=community_of(work.session, work.actor).inspection_needed,
        calendar_known=shop.state != CertificationState.INSPECTED or _is_calendar_known(work),
    )


def _is_calendar_known(work: Work) -> bool:
    """Return whether the working days of a notice published now are known."""
    session, community = work.session, community_of(work.session, work.actor)
    today = work.now.date()
    last = last_day_of(session, community.id, today, community.notice_working_days)
    return not years_without_table(session, community.id, today.year, last.year)


def _set_dates_and_plaque(
    session: Session,
    community: Community,
    shop: Shop,
    action: CertificationAction,
    *,
    today: date,
) -> None:
    """Set the dates and the plaque that a step brings or ends."""
    match action:
        case CertificationAction.APPLY | CertificationAction.SEND_BACK:
            shop.notice_last = shop.certified_until = None
        case CertificationAction.PUBLISH:
            shop.notice_last = last_day_of(
                session, community.id, today, community.notice_working_days
            )
        case CertificationAction.CERTIFY:
            shop.plaque_number = shop.plaque_number or _make_plaque_number(session, shop)
            shop.certified_until = find_last_certified_day(today)
        case CertificationAction.RENEW:
            shop.certified_until = find_last_certified_day(today)
        case CertificationAction.WITHDRAW:
            shop.withdrawn_on = today
            shop.certified_until = None
        case _:
            pass


def _set_day_to_put_right(shop: Shop, request: MoveCertification, *, today: date) -> None:
    match request.action:
        case CertificationAction.WARN:
            usual = today + timedelta(days=DAYS_TO_PUT_RIGHT)
            shop.put_right_by = request.put_right_by or usual
            if shop.put_right_by < today:
                raise ValueRefusedError("/put_right_by", "This day is over.")
        case CertificationAction.SUSPEND:
            pass
        case _:
            shop.put_right_by = None


def _make_plaque_number(session: Session, shop: Shop) -> str:
    """Return the series' letters and the number after its last, such as PGY-0001 for 蒲公英."""
    prefix = session.scalar(
        select(ShopSeries.prefix).where(
            ShopSeries.community_id == shop.community_id, ShopSeries.name == shop.series
        )
    ) or initials_of(shop.series)
    last = session.scalar(
        select(func.max(cast(func.split_part(Shop.plaque_number, "-", 2), Integer))).where(
            Shop.community_id == shop.community_id, Shop.plaque_number.startswith(f"{prefix}-")
        )
    )
    return f"{prefix}-{(last or 0) + 1:04d}"
