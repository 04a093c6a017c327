"""The stalls of the market: adding them, letting them, and how much of them is let."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from loyalty.models import Shop, Stall, StallLet
from loyalty.rules.calendar import Month
from loyalty.rules.occupancy import MonthLet, StallObstacle, Turn, list_months_let
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.changes import members_of
from loyalty.services.errors import StallStateError, ValueRefusedError
from loyalty.services.people.areas import refuse_foreign
from loyalty.services.people.new_names import add_under_new_name
from loyalty.services.work import Lock, Work

LONGEST_AHEAD = timedelta(days=366)
"""How long before its day a stall's change of hands may be written down."""

LONGEST_SPAN = 600
"""Months of occupancy that are told at once."""


@dataclass(frozen=True, slots=True)
class CreateStall:
    """A unit of the market that can be let."""

    name: str
    area_id: UUID | None = None
    built_on: date | None = None
    """From which day on it counts; None takes today."""
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LetStall:
    """A stall goes to somebody, or stands empty, from a day on."""

    stall_id: UUID
    since: date
    tenant: str | None
    """What the shop is called; None gives the stall back."""
    shop_id: UUID | None = None
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StallStanding:
    """A stall, and who has it today."""

    stall: Stall
    now: StallLet | None
    """None where it was never let yet."""

    @property
    def tenant(self) -> str | None:
        """Return what the shop is called that has it; None if it stands empty."""
        return None if self.now is None else self.now.tenant


def create_stall(work: Work, request: CreateStall) -> Stall:
    """Add a stall.

    Raises:
        AlreadyExistsError: there is one with this name.
        ValueRefusedError: its area is unknown.
    """
    refuse_foreign(work.session, work.actor, area_id=request.area_id)
    stall = Stall(
        community_id=work.community_id,
        **members_of(request, but=("built_on",)),
        name_key=make_reference_key(request.name),
        built_on=request.built_on or work.now.date(),
    )
    add_under_new_name(work.session, stall, "There is a stall with this name already.")
    work.note("stall.created", stall)
    return stall


def let_stall(work: Work, request: LetStall) -> StallLet:
    """Let a stall to somebody, or take it back; the database holds one turn for each day.

    Raises:
        StallStateError: it is let already, was not let, or was not built.
        ValueRefusedError: the community has no such shop, a stall that is given back names one, or
            the day is further than `LONGEST_AHEAD`.
    """
    _refuse_odd_turn(work, request)
    stall = work.find(Stall, request.stall_id, lock=Lock.CHANGE)
    if missing := _find_obstacles(work, stall, request):
        raise StallStateError("The stall cannot change hands on this day.", missing)
    turn = StallLet(
        community_id=work.community_id,
        **members_of(request),
        account_id=work.actor.account_id,
        recorded_at=work.now,
    )
    add_under_new_name(work.session, turn, "The stall changes hands on this day already.")
    work.note("stall.let" if request.tenant else "stall.given_back", stall)
    return turn


def _refuse_odd_turn(work: Work, request: LetStall) -> None:
    if request.since > work.now.date() + LONGEST_AHEAD:
        raise ValueRefusedError("/since", f"Name a day of the next {LONGEST_AHEAD.days}.")
    if request.shop_id is None:
        return
    if request.tenant is None:
        raise ValueRefusedError("/shop_id", "A stall that is given back goes to no shop.")
    if work.session.get(Shop, (work.community_id, request.shop_id)) is None:
        raise ValueRefusedError("/shop_id", "The community has no such shop.")


def list_stalls(work: Work, *, q: str | None = None) -> Sequence[StallStanding]:
    """Return the stalls with who has them today, by their names.

    Args:
        q: part of the name of the stall or of the tenant.
    """
    latest = (
        select(StallLet.stall_id, func.max(StallLet.since).label("since"))
        .where(StallLet.community_id == work.community_id, StallLet.since <= work.now.date())
        .group_by(StallLet.stall_id)
        .subquery()
    )
    lets = work.session.scalars(
        select(StallLet)
        .join(latest, (latest.c.stall_id == StallLet.stall_id) & (latest.c.since == StallLet.since))
        .where(StallLet.community_id == work.community_id)
    )
    now = {one.stall_id: one for one in lets}
    stalls = work.session.scalars(work.select(Stall).order_by(Stall.name_key, Stall.id))
    found = [StallStanding(stall, now.get(stall.id)) for stall in stalls]
    key = make_reference_key(q or "")
    return [
        one
        for one in found
        if key in one.stall.name_key or key in make_reference_key(one.tenant or "")
    ]


def list_turns(work: Work, stall: Stall) -> Sequence[StallLet]:
    """Return who had a stall since when, the newest first."""
    return work.session.scalars(
        select(StallLet)
        .where(StallLet.community_id == work.community_id, StallLet.stall_id == stall.id)
        .order_by(StallLet.since.desc())
    ).all()


def list_occupancy(work: Work, *, first: Month | None = None) -> list[MonthLet]:
    """Return how much of the market was let, from the first stall on until this month.

    Args:
        first: month to begin with; None begins with the first stall.
    """
    built: dict[Hashable, date] = dict(
        work.session.execute(
            select(Stall.id, Stall.built_on).where(Stall.community_id == work.community_id)
        )
        .tuples()
        .all()
    )
    if not built:
        return []
    lets = work.session.execute(
        select(StallLet.stall_id, StallLet.since, StallLet.tenant).where(
            StallLet.community_id == work.community_id
        )
    )
    today = work.now.date()
    last = Month.of(today)
    oldest = last.plus(1 - LONGEST_SPAN)
    begin = max(first or Month.of(min(built.values())), oldest, key=lambda one: one.first)
    return list_months_let(
        built,
        (Turn(stall, since, tenant is not None) for stall, since, tenant in lets),
        first=begin,
        last=last,
        today=today,
    )


def _find_obstacles(work: Work, stall: Stall, request: LetStall) -> list[StallObstacle]:
    """Return what stands against a stall's changing hands on a day."""
    turns = list_turns(work, stall)
    then = next((one for one in turns if one.since <= request.since), None)
    is_let = then is not None and then.tenant is not None
    later = any(one.since > request.since for one in turns)
    same_day = then is not None and then.since == request.since
    checks = (
        (request.since < stall.built_on, StallObstacle.STALL_NOT_BUILT),
        (request.tenant is not None and (is_let or later or same_day), StallObstacle.STALL_IS_LET),
        (request.tenant is None and (not is_let or later), StallObstacle.STALL_IS_EMPTY),
    )
    return [code for applies, code in checks if applies]
