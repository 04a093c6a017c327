"""Everything that people may try to do to a round, in any order and at any time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.database import db, transaction
from loyalty.models import Candidate, Community, Resident, RoundList
from loyalty.rules.calendar import Month
from loyalty.rules.errors import LoyaltyError, RecordedRefusalError
from loyalty.rules.panel import Conflict
from loyalty.rules.selection import RoundAction
from loyalty.services.community.policy import ChangePolicy, change_policy
from loyalty.services.notice.decisions import DecideObjection, decide_objection
from loyalty.services.notice.objections import MakeObjection, make_objection
from loyalty.services.people.residents import ChangeResident, change_resident
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.selection.ballots import CastBallots, Mark, cast_ballots
from loyalty.services.selection.candidates import decline
from loyalty.services.selection.conflicts import DeclareConflict, declare_conflict
from loyalty.services.selection.nominations import SOURCES, Nominate, nominate
from loyalty.services.selection.panel import NamePanel, name_panel
from loyalty.services.work import Work
from tests.faults.round_laws import LAWS, LAWS_OF_A_DEED
from tests.faults.round_seen import Played, Seen, seen
from tests.faults.round_town import (
    HOMES,
    HONOURS,
    INSIDERS,
    OUTSIDER,
    PANELLISTS,
    PEOPLE,
    Plan,
    given_town,
)
from tests.given import SEALING_KEY, SHANGHAI

FIRST_NOON = datetime(2026, 12, 1, 12, tzinfo=SHANGHAI)
LAST_NOON = datetime(2026, 12, 31, 12, tzinfo=SHANGHAI)

NEXT_STEPS = {
    "draft": RoundAction.OPEN,
    "open": RoundAction.SCREEN,
    "screening": RoundAction.START_REVIEW,
    "notice": RoundAction.CONFIRM,
    "confirmed": RoundAction.ISSUE,
    "issued": RoundAction.CLOSE,
}
"""State → what comes next; in the review it depends on what has been done."""

SEED = "3 5 2 6 1"
WITNESSES = ("王建国", "买买提·艾力")

anybody = st.sampled_from((*INSIDERS, OUTSIDER))
insistent = st.sampled_from((*INSIDERS, "approver", "approver", OUTSIDER))
person = st.integers(0, PEOPLE - 1)
honour = st.sampled_from(HONOURS)
seeds = st.sampled_from([SEED, "6 6 6 6 6", "福彩 2026140", "35"])
witnesses = st.sampled_from([WITNESSES, ("王建国", "王建国"), ()])
reasons = st.sampled_from(["名额有误", None])
changes = st.sampled_from(
    [
        {"state": "inactive"},
        {"state": "active"},
        {"consent_membership": False},
        {"adult": False},
        {"household_ref": "家 1"},
        {"household_ref": "家 2"},
    ]
)

Deed = Callable[[Work], object]


class RoundsMachine(RuleBasedStateMachine):
    """A round in a town. What is refused changes nothing; after each deed every law holds."""

    def __init__(self, played: Played) -> None:
        """Play on the database of the app, and note what comes of it."""
        super().__init__()
        self._played = played
        self._now = FIRST_NOON

    @initialize(
        plan=st.builds(
            Plan,
            quotas=st.tuples(st.integers(1, 2), st.integers(1, 2)),
            least_of_east=st.integers(0, 2),
            homes=st.lists(st.integers(1, HOMES), min_size=PEOPLE, max_size=PEOPLE),
            undisputed_cards_wait=st.booleans(),
        ),
        nominees=st.lists(st.tuples(person, honour), min_size=9, unique=True),
        steps=st.sampled_from((0, 1, 2, 4, 6, 6, 6, 8)),
    )
    def plan(self, plan: Plan, nominees: list[tuple[int, str]], steps: int) -> None:
        """Plan the round, and take its first steps as they should be taken."""
        with transaction() as session:
            self._town = given_town(session, plan, now=self._now)
        self._seen = self._look()
        for number in range(steps):
            days = 9 if self._seen.round.state == "notice" else 0
            self.go_on("approver", days, 1, SEED, "病假")
            if number == 0:
                self._nominate("clerk", "neighbour", nominees)

    @rule(days=st.sampled_from([1, 5]))
    def time_passes(self, days: int) -> None:
        self._now = min(self._now + timedelta(days=days), LAST_NOON)

    @rule(
        who=anybody,
        action=st.sampled_from(RoundAction),
        seed=seeds,
        seen_by=witnesses,
        reason=reasons,
    )
    def act(
        self,
        who: str,
        action: RoundAction,
        seed: str,
        seen_by: tuple[str, ...],
        reason: str | None,
    ) -> None:
        self._act(who, action, seed=seed, witnesses=seen_by, reason=reason)

    @rule(
        who=insistent,
        days=st.sampled_from([0, 9]),
        steps=st.integers(1, 4),
        seed=seeds,
        reason=reasons,
    )
    def go_on(self, who: str, days: int, steps: int, seed: str, reason: str | None) -> None:
        """Wait, and take the next steps as far as they are allowed."""
        self.time_passes(days)
        for _ in range(steps):
            step = self._next_step()
            by = self._another_than(who) if step is RoundAction.DRAW else who
            self._act(by, step, seed=seed, witnesses=WITNESSES, reason=reason)

    @rule(
        who=anybody,
        source=st.sampled_from(SOURCES),
        nominees=st.lists(st.tuples(person, honour), min_size=1, max_size=3),
    )
    def nominate(self, who: str, source: str, nominees: list[tuple[int, str]]) -> None:
        self._nominate(who, source, nominees)

    @rule(who=anybody, number=person)
    def decline(self, who: str, number: int) -> None:
        def deed(work: Work) -> None:
            candidate_id = self._candidate(work.session, number)
            decline(work, self._town.round_id, candidate_id)

        self._try(who, deed)

    @rule(who=anybody, number=person, values=changes)
    def change_a_person(self, who: str, number: int, values: dict[str, Any]) -> None:
        def deed(work: Work) -> None:
            wanted = select(Resident).where(Resident.id == self._town.people[number])
            resident = work.session.scalars(wanted).one()
            request = ChangeResident(resident.id, resident.version, **values)
            change_resident(work, request)

        self._try(who, deed)

    @rule(wait=st.booleans())
    def change_the_policy(self, *, wait: bool) -> None:
        def deed(work: Work) -> None:
            version = self._seen.community.version
            request = ChangePolicy(version, undisputed_cards_wait=wait)
            change_policy(work, request)

        self._try("approver", deed)

    @rule(who=anybody, panel=st.sets(st.sampled_from(PANELLISTS)), reason=reasons)
    def name_the_panel(self, who: str, panel: set[str], reason: str | None) -> None:
        accounts = [self._town.actors[one].account_id for one in sorted(panel)]
        request = NamePanel(self._town.round_id, accounts, reason)
        self._try(who, lambda work: name_panel(work, request))

    @rule(who=anybody, number=person, score=st.integers(0, 3))
    def score(self, who: str, number: int, score: int) -> None:
        def deed(work: Work) -> None:
            marks = [Mark(self._candidate(work.session, number), score * 30)]
            cast_ballots(work, CastBallots(self._town.round_id, marks))

        self._try(who, deed)

    @rule(who=anybody, number=person, kind=st.sampled_from(Conflict))
    def declare_a_conflict(self, who: str, number: int, kind: Conflict) -> None:
        def deed(work: Work) -> None:
            candidate_id = self._candidate(work.session, number)
            request = DeclareConflict(self._town.round_id, candidate_id, kind)
            declare_conflict(work, request)

        self._try(who, deed)

    @rule(number=person, answered_by=st.none() | anybody, upheld=st.booleans())
    def object_to_somebody(self, number: int, answered_by: str | None, *, upheld: bool) -> None:
        listed = sorted(one.reference for one in self._seen.came_out("selected"))
        if not listed:
            return
        request = MakeObjection("他没有来过。", reference=listed[number % len(listed)])

        def deed(work: Work) -> None:
            community = work.session.get_one(Community, work.community_id)
            make_objection(work.session, community, Month(2026, 12), request, now=self._now)

        # The public is not asked who it is; the clerk lends the community's name alone.
        self._try("clerk", deed)
        if answered_by is not None:
            self.answer_the_objections(answered_by, upheld=upheld)

    @rule(who=anybody, upheld=st.booleans())
    def answer_the_objections(self, who: str, *, upheld: bool) -> None:
        for objection in self._seen.objections:
            request = DecideObjection(objection.id, upheld, "已核对签到表。")
            self._try(who, partial(decide_objection, request=request))

    def counts(self) -> tuple[str, int]:
        """Return the state of the round, and how many cards it has."""
        return self._seen.round.state, len(self._seen.cards)

    def teardown(self) -> None:
        self._played.ended[self._seen.round.state] += 1

    def _act(self, who: str, action: RoundAction, **members: Any) -> None:
        request = ActOnRound(self._town.round_id, action, **members)
        self._try(
            who,
            lambda work: act_on_round(work, request, sealing_key=SEALING_KEY),
        )

    def _nominate(self, who: str, source: str, nominees: list[tuple[int, str]]) -> None:
        def deed(work: Work) -> None:
            for number, honour in nominees:
                request = Nominate(self._town.round_id, honour, self._town.people[number], source)
                nominate(work, request)

        self._try(who, deed)

    def _try(self, who: str, deed: Deed) -> None:
        """Let somebody try a deed as one request, and hold every law against what came of it."""
        try:
            with transaction() as session:
                deed(Work(session, self._town.actors[who], self._now))
            assert who != OUTSIDER, "Another community has reached into the round."
        except RecordedRefusalError:
            pass
        except LoyaltyError:
            # All of it has been taken back.
            db.session.remove()
            return
        found = self._look()
        broken = [law.__name__ for law in LAWS_OF_A_DEED if not law(self._seen, found)]
        broken += [law.__name__ for law in LAWS if not law(found)]
        self._played.broken.extend(broken)
        assert not broken, broken
        self._seen = found

    def _look(self) -> Seen:
        """Read the round as the next request would."""
        db.session.remove()
        with transaction() as session:
            found = seen(session, self._town.round_id, now=self._now)
        db.session.remove()
        return found

    def _candidate(self, session: Session, number: int) -> UUID:
        """Return a candidacy of a person in the round; their own id if they have none."""
        resident_id = self._town.people[number]
        candidate_id = session.scalar(
            select(Candidate.id)
            .join(Candidate.round_list)
            .where(RoundList.round_id == self._town.round_id, Candidate.resident_id == resident_id)
            .order_by(Candidate.id)
        )
        return candidate_id or resident_id

    def _another_than(self, who: str) -> str:
        """Return who enters a seed in place of somebody who has frozen its list."""
        if self._seen.round.frozen_by != self._town.actors[who].account_id:
            return who
        return "clerk" if who != "clerk" else "creator"

    def _next_step(self) -> RoundAction:
        """Return what comes next on the way."""
        if self._seen.round.state != "review":
            return NEXT_STEPS.get(self._seen.round.state, RoundAction.CLOSE)
        if self._seen.round.frozen_at is None:
            return RoundAction.FREEZE
        return RoundAction.DRAW if self._seen.round.drawn_at is None else RoundAction.PUBLISH
