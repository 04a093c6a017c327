import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, HouseholdGroup, Nomination
from loyalty.rules.selection import RoundAction, RoundState
from loyalty.services.errors import RoundStateError, UnknownRecordError, ValueRefusedError
from loyalty.services.selection.nominations import Nominate, nominate
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_resident, given_round, given_staff
from tests.given_rounds import WAY, act, brought_through

HONOUR = "civilized_resident"


def test_a_second_nomination_merges_into_the_candidate(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community, state=RoundState.OPEN)
    resident = given_resident(session, community)
    work = Work(session, given_staff(session, community), NOON)

    first = nominate(work, Nominate(selection_round.id, HONOUR, resident.id, "self"))
    second = nominate(work, Nominate(selection_round.id, HONOUR, resident.id, "group"))

    assert second is first
    assert session.scalar(select(func.count()).select_from(Candidate)) == 1
    assert [*session.scalars(select(Nomination.source).order_by(Nomination.id))] == [
        "self",
        "group",
    ]


def test_a_reference_says_nothing_of_the_person(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community, state=RoundState.OPEN)
    work = Work(session, given_staff(session, community), NOON)

    references = {
        nominate(work, Nominate(selection_round.id, HONOUR, resident.id, "self")).reference
        for resident in (given_resident(session, community) for _ in range(20))
    }

    assert len(references) == 20
    assert all(reference.startswith("R-") and len(reference) == 10 for reference in references)


@pytest.mark.parametrize("last", [None, *(step for step in WAY if step is not RoundAction.OPEN)])
def test_nobody_is_nominated_unless_the_round_is_open(
    session: Session, last: RoundAction | None
) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    if last is not None:
        brought_through(session, selection_round, last)
    request = Nominate(selection_round.id, HONOUR, given_resident(session, community).id, "self")

    with pytest.raises(RoundStateError):
        nominate(Work(session, given_staff(session, community), NOON), request)


def test_the_round_must_have_a_list_of_the_honour(session: Session) -> None:
    community = given_community(session)
    selection_round = act(session, given_round(session, community), RoundAction.OPEN)
    resident = given_resident(session, community)
    request = Nominate(selection_round.id, "household_head", resident.id, "self")

    with pytest.raises(ValueRefusedError) as refused:
        nominate(Work(session, given_staff(session, community), NOON), request)

    assert refused.value.pointer == "/honour"


def test_another_communitys_resident_is_refused(session: Session) -> None:
    community = given_community(session)
    selection_round = act(session, given_round(session, community), RoundAction.OPEN)
    stranger = given_resident(session, given_community(session))
    request = Nominate(selection_round.id, HONOUR, stranger.id, "self")

    with pytest.raises(ValueRefusedError) as refused:
        nominate(Work(session, given_staff(session, community), NOON), request)

    assert refused.value.pointer == "/resident_id"


def test_another_communitys_round_is_unknown(session: Session) -> None:
    community = given_community(session)
    selection_round = act(session, given_round(session, community), RoundAction.OPEN)
    request = Nominate(selection_round.id, HONOUR, given_resident(session, community).id, "self")

    with pytest.raises(UnknownRecordError):
        nominate(Work(session, given_staff(session, given_community(session)), NOON), request)


def test_a_household_group_speaks_for_its_own_people_unless_another_is_named(
    session: Session,
) -> None:
    community = given_community(session)
    selection_round = given_round(session, community, state=RoundState.OPEN)
    own, other = (HouseholdGroup(community_id=community.id, name=name) for name in "甲乙")
    session.add_all([own, other])
    session.flush()
    resident = given_resident(session, community, household_group_id=own.id)
    actor = given_staff(session, community)

    for source, group in (("group", None), ("group", other.id), ("staff", None)):
        request = Nominate(selection_round.id, HONOUR, resident.id, source, group)
        nominate(Work(session, actor, NOON), request)

    assert [*session.scalars(select(Nomination.household_group_id).order_by(Nomination.id))] == [
        own.id,
        other.id,
        None,
    ]


@pytest.mark.parametrize(("source", "at_home"), [("group", False), ("neighbour", True)])
def test_a_household_group_that_cannot_speak_here_is_refused(
    session: Session, source: str, *, at_home: bool
) -> None:
    community = given_community(session)
    selection_round = given_round(session, community, state=RoundState.OPEN)
    owner = community if at_home else given_community(session)
    group = HouseholdGroup(community_id=owner.id, name="甲")
    session.add(group)
    session.flush()
    resident = given_resident(session, community)
    request = Nominate(selection_round.id, HONOUR, resident.id, source, group.id)

    with pytest.raises(ValueRefusedError) as refused:
        nominate(Work(session, given_staff(session, community), NOON), request)

    assert refused.value.pointer == "/household_group_id"
