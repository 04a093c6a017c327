"""A round that is looked at or acted on, with what belongs to it: read once, and handed on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from loyalty.models import (
    Ballot,
    Candidate,
    Card,
    NoticeVersion,
    Objection,
    Panellist,
    Round,
    RoundList,
)
from loyalty.rules.outcome import Outcome
from loyalty.rules.panel import Seat
from loyalty.services.selection.panel import seats_on
from loyalty.services.work import Work


@dataclass(frozen=True)
class RoundAtWork:
    """A round, and what is read of it when it is first asked for.

    Whoever acts on the round holds its row first; then nothing here changes behind their back, but
    by what they do themselves.
    """

    session: Session
    selection_round: Round
    now: datetime

    @classmethod
    def of(cls, work: Work, selection_round: Round) -> Self:
        """Return a round that an account looks at or acts on."""
        return cls(work.session, selection_round, work.now)

    @cached_property
    def candidates(self) -> Sequence[Candidate]:
        """All candidates, with resident, list and honour, by their references."""
        query = select_candidates(self.selection_round).order_by(Candidate.reference)
        return self.session.scalars(query.execution_options(populate_existing=True)).all()

    def candidates_who_are(self, *outcomes: Outcome) -> list[Candidate]:
        """Return the candidates who have come out so far as named."""
        return [one for one in self.candidates if one.outcome in outcomes]

    def rank_candidates(self) -> list[Candidate]:
        """Return all of them, the best places first, list by list; without place, behind them."""
        return sorted(
            self.candidates, key=lambda one: (one.list_id, one.place is None, one.place or 0)
        )

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """The present panel, as it was before conflicts are found at the freeze."""
        return seats_on(self.session, self.selection_round)

    @cached_property
    def ballots(self) -> Sequence[Ballot]:
        """The ballots of the present panel, as they were before any is cast or taken out."""
        return read_ballots(self.session, self.selection_round)

    @cached_property
    def open_objections(self) -> Sequence[UUID]:
        """The candidate of each objection that is not answered yet."""
        return self.session.scalars(
            select(Objection.candidate_id).where(
                Objection.community_id == self.selection_round.community_id,
                Objection.round_id == self.selection_round.id,
                Objection.decided_at.is_(None),
            )
        ).all()

    @cached_property
    def versions(self) -> Sequence[NoticeVersion]:
        """The versions of the notice, the first one first, as they were before one is added."""
        return versions_of(self.session, self.selection_round)

    def read_holders(self) -> frozenset[UUID]:
        """Return the residents who have a card of the round by now."""
        return frozenset(
            self.session.scalars(
                select(Card.resident_id).where(
                    Card.community_id == self.selection_round.community_id,
                    Card.round_id == self.selection_round.id,
                )
            )
        )


def select_candidates(selection_round: Round) -> Select[tuple[Candidate]]:
    """Return the query for the candidates of a round, with resident, list and honour."""
    return (
        select(Candidate)
        .join(Candidate.round_list)
        .where(
            RoundList.community_id == selection_round.community_id,
            RoundList.round_id == selection_round.id,
        )
        .options(
            joinedload(Candidate.resident),
            contains_eager(Candidate.round_list).joinedload(RoundList.honour),
        )
    )


def read_ballots(session: Session, selection_round: Round) -> Sequence[Ballot]:
    """Return the ballots of those who sit on the panel now."""
    return session.scalars(
        select(Ballot)
        .join_from(Ballot, Panellist)
        .where(
            Panellist.community_id == selection_round.community_id,
            Panellist.round_id == selection_round.id,
            Panellist.left_at.is_(None),
        )
        .order_by(Ballot.id)
        .execution_options(populate_existing=True)
    ).all()


def versions_of(session: Session, selection_round: Round) -> Sequence[NoticeVersion]:
    """Return every version of a round's notice, the first one first."""
    return session.scalars(
        select(NoticeVersion)
        .where(
            NoticeVersion.community_id == selection_round.community_id,
            NoticeVersion.round_id == selection_round.id,
        )
        .order_by(NoticeVersion.number)
    ).all()
