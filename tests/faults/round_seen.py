"""Everything that is known of a round at one moment, read anew from what is stored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session, joinedload, selectinload

from loyalty.models import (
    Ballot,
    Candidate,
    Card,
    Community,
    Nomination,
    NoticeVersion,
    Objection,
    Panellist,
    Round,
    RoundList,
)
from loyalty.rules.calendar import Month
from loyalty.services.notice.public_record import public_record


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is known of a round at one moment."""

    now: datetime
    community: Community
    round: Round
    candidates: Sequence[Candidate]
    """With their residents."""
    cards: Sequence[Card]
    notices: Sequence[NoticeVersion]
    objections: Sequence[Objection]
    """With whom they are about."""
    hands: frozenset[tuple[UUID, UUID]]
    """Accounts that nominated or scored, each with the resident."""
    record: dict[str, Any] | None
    """As anyone reads it; None before the draw, and of a round that was called off."""

    def came_out(self, outcome: str) -> list[Candidate]:
        """Return the candidates with an outcome."""
        return [one for one in self.candidates if one.outcome == outcome]

    def without_card(self) -> list[Candidate]:
        """Return the winners who have no card of the round."""
        holders = {card.resident_id for card in self.cards}
        return [one for one in self.came_out("selected") if one.resident_id not in holders]

    def disputed(self) -> set[UUID]:
        """Return the residents to whom an objection waits for its answer."""
        return {one.candidate.resident_id for one in self.objections if one.decided_at is None}


def seen(session: Session, round_id: UUID, *, now: datetime) -> Seen:
    """Read everything about a round anew."""
    found = session.scalars(
        select(Round).where(Round.id == round_id).options(selectinload(Round.lists))
    ).one()
    community = session.get_one(Community, found.community_id)
    of_the_round = RoundList.round_id == round_id
    drawn = found.drawn_at is not None and found.state != "cancelled"
    return Seen(
        now=now,
        community=community,
        round=found,
        candidates=session.scalars(
            select(Candidate)
            .join(Candidate.round_list)
            .where(of_the_round)
            .options(joinedload(Candidate.resident))
        ).all(),
        cards=session.scalars(select(Card).where(Card.round_id == round_id)).all(),
        notices=session.scalars(
            select(NoticeVersion)
            .where(NoticeVersion.round_id == round_id)
            .order_by(NoticeVersion.number)
        ).all(),
        objections=session.scalars(
            select(Objection)
            .where(Objection.round_id == round_id)
            .options(joinedload(Objection.candidate))
        ).all(),
        hands=_hands(session, round_id),
        record=public_record(session, community, Month.of(found.month), now=now) if drawn else None,
    )


def _hands(session: Session, round_id: UUID) -> frozenset[tuple[UUID, UUID]]:
    nominated = (
        select(Nomination.account_id, Candidate.resident_id)
        .join(Candidate, Candidate.id == Nomination.candidate_id)
        .join(Candidate.round_list)
        .where(RoundList.round_id == round_id)
    )
    scored = (
        select(Panellist.account_id, Candidate.resident_id)
        .join(Ballot, Ballot.panellist_id == Panellist.id)
        .join(Candidate, Candidate.id == Ballot.candidate_id)
        .where(Panellist.round_id == round_id)
    )
    return frozenset(session.execute(union(nominated, scored)).tuples())


@dataclass(frozen=True, slots=True)
class Played:
    """What came of all the runs of a machine."""

    ended: Counter[str] = field(default_factory=Counter)
    """State → how many rounds ended in it."""
    broken: list[str] = field(default_factory=list)
    """The names of the laws that did not hold, in the order in which it was noticed."""
