"""How far a round is: how many stand where, and what is still owed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Nomination, Panellist, Round, RoundList
from loyalty.rules.outcome import PASSED, Outcome
from loyalty.services.community.working_days import last_day_of, years_without_table
from loyalty.services.selection.at_work import RoundAtWork
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


def progress_of(at_work: RoundAtWork) -> Progress:
    """Return how far a round is."""
    session, selection_round = at_work.session, at_work.selection_round
    standing = defaultdict[tuple[UUID, str], set[UUID]](set)
    for one in at_work.candidates:
        standing[one.list_id, one.outcome].add(one.resident_id)
    eligible = at_work.candidates_who_are(Outcome.ELIGIBLE)
    missing = missing_in(at_work)
    owed = Counter(one.panellist for one in missing if one.panellist is not None)
    return Progress(
        standing={where: frozenset(residents) for where, residents in standing.items()},
        lines=len({(one.list_id, one.resident.household_key) for one in eligible}),
        pending=pending_nominations(session, selection_round),
        panel=[one for one in panellists_of(session, selection_round) if one.left_at is None],
        owed=owed,
        unscorable=len(missing) - owed.total(),
        open_objections=len(at_work.open_objections),
    )


def notice_days(at_work: RoundAtWork) -> NoticeDays:
    """Return when the notice of a round would end if it were published today."""
    session, community_id = at_work.session, at_work.selection_round.community_id
    today, days = at_work.now.date(), at_work.selection_round.notice_working_days
    last = last_day_of(session, community_id, today, days)
    unknown = years_without_table(session, community_id, today.year, last.year)
    return NoticeDays(last, official=not unknown)


def pending_nominations(session: Session, selection_round: Round) -> int:
    """Return for how many nominations of the public nobody has found out yet who is meant."""
    query = (
        select(func.count())
        .select_from(Nomination)
        .join(Nomination.round_list)
        .where(
            RoundList.community_id == selection_round.community_id,
            RoundList.round_id == selection_round.id,
            Nomination.state == "pending",
        )
    )
    return session.scalar(query) or 0
