"""How far a round is: how many stand where, and what is still owed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Nomination, Panellist, Resident, Round, RoundList
from loyalty.rules.outcome import PASSED, Outcome
from loyalty.services.community.working_days import last_day_of, years_without_table
from loyalty.services.notice.objections import open_objections
from loyalty.services.selection.ballots import missing_in
from loyalty.services.selection.panel import panellists_of


@dataclass(frozen=True, slots=True)
class Progress:
    """What is done in a round, and what is owed, in people."""

    standing: Mapping[tuple[UUID, str], frozenset[UUID]]
    """List and outcome → the residents who stand there."""
    lines: int
    """How many lines a list frozen now would have at most: one for each household on each list."""
    pending: int
    """Nominations of the public for which nobody has found out yet who is meant."""
    panel: Sequence[Panellist]
    """Who sits on it now."""
    owed: Mapping[UUID, int]
    """Panellist → how many ballots they have not cast yet."""
    unscorable: int
    """Candidates whom everybody on the panel is barred from scoring."""
    open_objections: int

    def people(self, *outcomes: Outcome, list_id: UUID | None = None) -> int:
        """Return how many people came out so far as named; all of them if nothing is named.

        Whoever stands on two lists is one of the people.
        """
        return len(self._residents(*outcomes, list_id=list_id))

    def people_screened_out(self) -> int:
        """Return how many people have passed the screening on no list, and not on one."""
        return len(
            self._residents(Outcome.SCREENED_OUT) - self._residents(*PASSED, Outcome.NOMINATED)
        )

    def _residents(self, *outcomes: Outcome, list_id: UUID | None = None) -> frozenset[UUID]:
        return frozenset().union(
            *(
                residents
                for (on, outcome), residents in self.standing.items()
                if (not outcomes or outcome in outcomes) and list_id in {None, on}
            )
        )


@dataclass(frozen=True, slots=True)
class NoticeDays:
    """When a notice that is published today would end."""

    last: date
    """Included."""
    official: bool
    """Whether the published calendar holds its days; if not, Monday to Friday are reckoned."""


def progress_of(session: Session, selection_round: Round) -> Progress:
    """Return how far a round is."""
    standing = defaultdict[tuple[UUID, str], set[UUID]](set)
    households = set[tuple[UUID, str]]()
    for list_id, outcome, resident_id, household in session.execute(
        select(Candidate.list_id, Candidate.outcome, Resident.id, Resident.household_key)
        .join(Candidate.round_list)
        .join(Candidate.resident)
        .where(RoundList.round_id == selection_round.id)
    ):
        standing[list_id, outcome].add(resident_id)
        if outcome == Outcome.ELIGIBLE:
            households.add((list_id, household))
    missing = missing_in(session, selection_round)
    owed = Counter(one.panellist for one in missing if one.panellist is not None)
    return Progress(
        standing={where: frozenset(residents) for where, residents in standing.items()},
        lines=len(households),
        pending=_pending(session, selection_round.id),
        panel=[one for one in panellists_of(session, selection_round.id) if one.left_at is None],
        owed=owed,
        unscorable=len(missing) - owed.total(),
        open_objections=open_objections(session, selection_round),
    )


def notice_days(session: Session, selection_round: Round, *, today: date) -> NoticeDays:
    """Return when the notice of a round would end if it were published today."""
    last = last_day_of(
        session, selection_round.community_id, today, selection_round.notice_working_days
    )
    unknown = years_without_table(session, selection_round.community_id, today.year, last.year)
    return NoticeDays(last, official=not unknown)


def _pending(session: Session, round_id: UUID) -> int:
    query = (
        select(func.count())
        .select_from(Nomination)
        .join(Nomination.round_list)
        .where(RoundList.round_id == round_id, Nomination.state == "pending")
    )
    return session.scalar(query) or 0
