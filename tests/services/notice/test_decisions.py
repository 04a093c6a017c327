from datetime import date

import pytest
from sqlalchemy.orm import Session

from loyalty.models import (
    Ballot,
    Community,
    ConflictOfInterest,
    Round,
)
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    InvolvedError,
    RoundStateError,
    ValueRefusedError,
)
from loyalty.services.notice.objections import (
    state_of,
)
from loyalty.services.notice.publishing import latest_version
from loyalty.services.selection.at_work import versions_of
from loyalty.services.staff.sign_in import to_staff_member
from tests.given import (
    NOON,
    given_account,
    given_list,
    given_resident,
    given_round,
    honour_of,
)
from tests.given_notices import decide, given_objection, placed
from tests.given_rounds import (
    AFTER_NOTICE,
    LAST_DAY,
    act,
    brought_through,
    given_candidate,
    given_nomination_by,
    given_seat,
)


def test_a_dismissed_objection_changes_no_list(session: Session, notice: Round) -> None:
    objection = decide(session, given_objection(session, notice), upheld=False)

    assert state_of(objection) == "dismissed"
    assert placed(session, notice, 1).outcome == "selected"
    assert len(versions_of(session, notice)) == 1


def test_an_upheld_objection_removes_the_person_and_the_next_reserve_moves_up(
    session: Session, notice: Round
) -> None:
    objection = given_objection(session, notice, 2)

    decide(session, objection, upheld=True, now=LAST_DAY)

    removed = placed(session, notice, 2)
    assert (removed.outcome, removed.reasons) == ("removed", ["objection_upheld"])
    assert [placed(session, notice, place).outcome for place in (4, 5)] == ["selected", "reserve"]
    version = latest_version(session, notice)
    assert (version.kind, version.last_day) == ("supplementary", date(2026, 12, 21))
    assert notice.notice_last == version.last_day


def test_a_supplement_never_ends_before_the_notice_would_have(
    session: Session, notice: Round
) -> None:
    decide(session, given_objection(session, notice, 2), upheld=True, now=NOON)

    assert notice.notice_last == LAST_DAY.date()


def test_who_moved_up_can_be_objected_to_and_the_one_removed_cannot(
    session: Session, notice: Round
) -> None:
    decide(session, given_objection(session, notice, 2), upheld=True, now=LAST_DAY)

    given_objection(session, notice, 4, now=AFTER_NOTICE)
    with pytest.raises(ValueRefusedError):
        given_objection(session, notice, 2, now=AFTER_NOTICE)


def test_a_seat_stays_empty_once_the_reserves_are_used_up(session: Session, notice: Round) -> None:
    for place in (1, 2, 3):
        decide(session, given_objection(session, notice, place), upheld=True)

    outcomes = [placed(session, notice, place).outcome for place in range(1, 6)]
    assert outcomes == ["removed"] * 3 + ["selected"] * 2
    assert [one.kind for one in versions_of(session, notice)] == [
        "first",
        "supplementary",
        "supplementary",
        "correction",
    ]


def test_a_second_upheld_objection_to_one_person_removes_nobody_else(
    session: Session, notice: Round
) -> None:
    first, second = given_objection(session, notice, 1), given_objection(session, notice, 1)
    decide(session, first, upheld=True)

    decide(session, second, upheld=True)

    assert [placed(session, notice, place).outcome for place in (4, 5)] == ["selected", "reserve"]
    assert len(versions_of(session, notice)) == 2


def test_an_objection_is_answered_once(session: Session, notice: Round) -> None:
    objection = decide(session, given_objection(session, notice), upheld=False)

    with pytest.raises(RoundStateError) as refused:
        decide(session, objection, upheld=True)

    assert refused.value.missing == ("already_decided",)


def test_in_a_round_called_off_nothing_is_answered(session: Session, notice: Round) -> None:
    objection = given_objection(session, notice)
    act(session, notice, RoundAction.CANCEL)

    with pytest.raises(RoundStateError) as refused:
        decide(session, objection, upheld=True)

    assert refused.value.missing == ("wrong_state",)


@pytest.mark.parametrize("name", ["张小明", "赵大力"])
def test_the_published_reason_names_nobody(session: Session, notice: Round, name: str) -> None:
    objection = given_objection(session, notice, name="赵大力")

    with pytest.raises(ValueRefusedError) as refused:
        decide(session, objection, upheld=True, reason=f"{name}说得对")

    assert refused.value.pointer == "/reason"


def staff(session: Session, community: Community, **values: object) -> StaffMember:
    account = given_account(session, community, Role.STAFF, **values)
    return to_staff_member(account, timezone=community.timezone)


def test_whoever_nominated_the_person_does_not_decide(
    session: Session, community: Community, notice: Round
) -> None:
    actor = staff(session, community)
    given_nomination_by(session, actor.account_id, placed(session, notice, 1))
    objection, other = given_objection(session, notice, 1), given_objection(session, notice, 2)

    with pytest.raises(InvolvedError):
        decide(session, objection, upheld=False, actor=actor)

    assert state_of(decide(session, other, upheld=False, actor=actor)) == "dismissed"


def test_nor_with_another_account_of_theirs(
    session: Session, community: Community, notice: Round
) -> None:
    me = given_resident(session, community)
    first, second = (staff(session, community, resident_id=me.id) for _ in range(2))
    given_nomination_by(session, first.account_id, placed(session, notice, 1))

    with pytest.raises(InvolvedError):
        decide(session, given_objection(session, notice, 1), upheld=False, actor=second)


def test_whoever_nominated_the_person_on_another_list_does_not_decide(
    session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    heads = given_list(session, selection_round, honour_of(session, community, "household_head"))
    person = given_candidate(session, selection_round)
    on_heads = given_candidate(session, selection_round, on=heads, resident_id=person.resident_id)
    actor = staff(session, community)
    given_nomination_by(session, actor.account_id, on_heads)
    brought_through(session, selection_round, RoundAction.PUBLISH)
    won = person if person.outcome == "selected" else on_heads
    objection = given_objection(session, selection_round, reference=won.reference)

    with pytest.raises(InvolvedError):
        decide(session, objection, upheld=False, actor=actor)


@pytest.mark.parametrize("entered_for_another", [False, True])
def test_whoever_scored_the_person_or_typed_the_score_in_does_not_decide(
    session: Session, community: Community, *, entered_for_another: bool
) -> None:
    selection_round = given_round(session, community)
    candidate = given_candidate(session, selection_round)
    actor, other = staff(session, community), staff(session, community)
    scorer = other if entered_for_another else actor
    panellist = given_seat(session, selection_round, scorer.account_id)
    session.add(
        Ballot(
            community_id=community.id,
            panellist_id=panellist.id,
            candidate_id=candidate.id,
            score=80,
            entered_by=(actor if entered_for_another else other).account_id,
            entered_at=NOON,
        )
    )
    brought_through(session, selection_round, RoundAction.PUBLISH)

    with pytest.raises(InvolvedError):
        decide(session, given_objection(session, selection_round), upheld=False, actor=actor)


def test_whoever_declared_a_conflict_with_the_person_does_not_decide(
    session: Session, community: Community, notice: Round
) -> None:
    actor = staff(session, community)
    panellist = given_seat(session, notice, actor.account_id, left_at=NOON)
    session.add(
        ConflictOfInterest(
            community_id=community.id,
            panellist_id=panellist.id,
            resident_id=placed(session, notice, 1).resident_id,
            kind="relative",
            detected=False,
            entered_by=actor.account_id,
            at=NOON,
        )
    )

    with pytest.raises(InvolvedError):
        decide(session, given_objection(session, notice), upheld=False, actor=actor)


def test_whoever_lives_with_the_person_does_not_decide(
    session: Session, community: Community, notice: Round
) -> None:
    household = placed(session, notice, 1).resident.household_ref
    relative = given_resident(session, community, household_ref=household)
    actor = staff(session, community, resident_id=relative.id)

    with pytest.raises(InvolvedError):
        decide(session, given_objection(session, notice, 1), upheld=False, actor=actor)
    assert decide(session, given_objection(session, notice, 2), upheld=False, actor=actor)
