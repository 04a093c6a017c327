"""The seed of a draw: its source is named at the freeze, and another person enters it, once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Round
from loyalty.rules.record import source_in
from loyalty.rules.seed_source import (
    BEACON_HOUR,
    LONGEST_WAIT,
    NamedSource,
    SeedSource,
    find_beacon_round,
    is_day_open,
    read_seed,
)
from loyalty.services.errors import (
    DrawRefusedError,
    RoundStateError,
    SeedRefusedError,
    ValueRefusedError,
)
from loyalty.services.work import Work

SHORTEST_SEED = 3
"""Characters of a seed whose source the frozen list does not name, as lists did once."""
WITNESSES = 2
REFUSED = "round.seed_refused"
NOT_OF_THE_SOURCE = "not_of_the_source"
"""What was entered is nothing that the named source can have given."""
WITNESSES_UNKNOWN = "witnesses_unknown"


@dataclass(frozen=True, slots=True)
class NameSource:
    """What will give the seed, and when."""

    code: SeedSource
    day: date


@dataclass(frozen=True, slots=True)
class RefusedSeed:
    """One try to enter a seed that was not taken, as everybody may know it."""

    at: datetime
    reasons: Sequence[str]
    """Codes of all that stood against it."""
    seed: str | None
    """What was entered; None where it was nothing that the source can have given."""


def name_source(wanted: NameSource | None, witnesses: Sequence[str], now: datetime) -> NamedSource:
    """Return the source as it is frozen; dice that are thrown today where none is named.

    Args:
        witnesses: the names of the two who are to see it, or none: they are named with the seed.
        now: on the wall clock of the community.

    Raises:
        ValueRefusedError: what it gives may be known already, its day is too far, or one witness.
    """
    chosen = wanted or NameSource(SeedSource.DICE, now.date())
    if not is_day_open(chosen.code, chosen.day, now.date()):
        raise ValueRefusedError(
            "/source/day",
            "Dice are thrown today or later, all else is drawn tomorrow or later,"
            f" and within {LONGEST_WAIT.days} days.",
        )
    if witnesses:
        check_witnesses(witnesses)
    noon = datetime.combine(chosen.day, time(BEACON_HOUR), now.tzinfo)
    return NamedSource(
        chosen.code,
        chosen.day,
        tuple(witnesses),
        find_beacon_round(noon) if chosen.code is SeedSource.DRAND else None,
    )


def check_witnesses(witnesses: Sequence[str]) -> None:
    """Refuse any but two different people.

    Raises:
        ValueRefusedError: they are not two, or the same.
    """
    if len(set(witnesses)) != WITNESSES or len(witnesses) != WITNESSES:
        raise ValueRefusedError("/witnesses", "The draw has two witnesses, two different people.")


def source_of(selection_round: Round) -> NamedSource | None:
    """Return the source that a frozen list names; None before the freeze, and of older lists."""
    return source_in(selection_round.frozen_list or "")


def seed_of(selection_round: Round, typed: str) -> str:
    """Return what was entered in the one form that the named source has.

    Raises:
        ValueRefusedError: the source cannot have given it.
    """
    source = source_of(selection_round)
    if source is None:
        if len(typed) < SHORTEST_SEED:
            raise ValueRefusedError("/seed", f"A seed has at least {SHORTEST_SEED} characters.")
        return typed
    try:
        return read_seed(source.code, typed)
    except ValueError as fault:
        raise ValueRefusedError("/seed", str(fault)) from fault


@contextmanager
def keep_tries(work: Work, selection_round: Round, typed: str | None) -> Iterator[None]:
    """Write down a seed that is refused for a frozen list, whatever the reason.

    Nobody tries a second one unseen. Who sends the seed that holds once more tries nothing.

    Raises:
        DrawRefusedError, SeedRefusedError: in place of the refusal.
    """
    try:
        yield
    except (RoundStateError, ValueRefusedError) as refusal:
        seed = _readable(selection_round, typed or "")
        if not typed or selection_round.frozen_at is None or seed == (selection_round.seed or ""):
            raise
        if isinstance(refusal, RoundStateError):
            work.note(REFUSED, selection_round, reasons=list(refusal.missing), seed=seed)
            raise DrawRefusedError(str(refusal), refusal.missing) from refusal
        reason = NOT_OF_THE_SOURCE if refusal.pointer == "/seed" else WITNESSES_UNKNOWN
        work.note(REFUSED, selection_round, reasons=[reason], seed=seed)
        raise SeedRefusedError(refusal.pointer, str(refusal)) from refusal


def _readable(selection_round: Round, typed: str) -> str | None:
    """Return what was entered if a named source can have given it: numbers, and no name."""
    try:
        return seed_of(selection_round, typed) if source_of(selection_round) else None
    except ValueRefusedError:
        return None


def find_refused_seeds(session: Session, community_id: UUID, round_id: UUID) -> list[RefusedSeed]:
    """Return every seed that was refused for a round, the first one first."""
    events = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.community_id == community_id,
            AuditEvent.subject_id == round_id,
            AuditEvent.action == REFUSED,
        )
        .order_by(AuditEvent.id)
    )
    return [RefusedSeed(one.at, one.detail["reasons"], one.detail["seed"]) for one in events]
