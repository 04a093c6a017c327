"""Many people nominated at once."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.models import AuditEvent, Candidate, Community, HouseholdGroup, Nomination
from loyalty.rules.selection import RoundState
from loyalty.services.actors import Role
from loyalty.services.errors import RoundStateError, ValueRefusedError
from loyalty.services.people.residents import ERASED
from loyalty.services.rounds.nominees import MOST_AT_ONCE, NominateSeveral, nominate_several
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_resident, given_round, given_staff
from tests.given_rounds import given_candidate
from tests.statements import statements

HONOUR = "civilized_resident"


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.STAFF), NOON)


def voices(work: Work, community: Community, people: Sequence[UUID]) -> NominateSeveral:
    selection_round = given_round(work.session, community, state=RoundState.OPEN)
    return NominateSeveral(selection_round.id, HONOUR, people, "group")


def people_of(work: Work, community: Community, count: int) -> list[UUID]:
    return [given_resident(work.session, community).id for _ in range(count)]


def test_each_voice_of_many_leaves_a_candidate_a_nomination_and_a_trace(
    work: Work, community: Community
) -> None:
    people = people_of(work, community, 3)

    nominate_several(work, voices(work, community, people))

    session = work.session
    candidates = session.scalars(select(Candidate)).all()
    nominations = session.scalars(select(Nomination)).all()
    traces = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "candidate.nominated")
    ).all()
    assert {one.resident_id for one in candidates} == set(people)
    assert {one.candidate_id for one in nominations} == {one.id for one in candidates}
    assert {one.subject_id for one in traces} == {one.id for one in candidates}
    assert {(one.source, one.at, one.account_id) for one in nominations} == {
        ("group", NOON, work.actor.account_id)
    }


def test_somebody_who_stands_on_the_list_already_is_spoken_for_once_more(
    work: Work, community: Community
) -> None:
    selection_round = given_round(work.session, community, state=RoundState.OPEN)
    candidate = given_candidate(work.session, selection_round)
    people = [candidate.resident_id, *people_of(work, community, 1)]

    nominate_several(work, NominateSeveral(selection_round.id, HONOUR, people, "staff"))

    spoken_for = work.session.scalars(select(Nomination.candidate_id)).all()
    assert candidate.id in spoken_for
    assert len(set(spoken_for)) == len(work.session.scalars(select(Candidate.id)).all()) == 2


@pytest.mark.parametrize(("source", "speaks"), [("group", True), ("staff", False)])
def test_a_group_speaks_for_its_own_people_where_groups_nominate_and_nowhere_else(
    work: Work, community: Community, source: str, *, speaks: bool
) -> None:
    group = HouseholdGroup(community_id=community.id, name="甲")
    work.session.add(group)
    work.session.flush()
    people = [given_resident(work.session, community, household_group_id=group.id).id]

    nominate_several(work, replace(voices(work, community, people), source=source))

    spoke = work.session.scalars(select(Nomination.household_group_id)).one()
    assert spoke == (group.id if speaks else None)


def test_of_a_hundred_no_more_statements_are_sent_than_of_two(
    work: Work, community: Community
) -> None:
    request = voices(work, community, people_of(work, community, 2))
    with statements() as of_two:
        nominate_several(work, request)
    many = people_of(work, community, 100)
    with statements() as of_many:
        nominate_several(work, NominateSeveral(request.round_id, HONOUR, many, "group"))

    assert len(of_many) == len(of_two)


def test_one_stranger_among_many_stops_all(work: Work, community: Community) -> None:
    neighbour = given_resident(work.session, given_community(work.session, slug="dongshi"))
    known = people_of(work, community, 1)
    request = voices(work, community, [*known, uuid7()])

    for stranger in (*request.resident_ids[1:], neighbour.id):
        with pytest.raises(ValueRefusedError, match="no such resident"):
            nominate_several(work, replace(request, resident_ids=[*known, stranger]))

        assert work.session.scalars(select(Candidate.id)).all() == []


def test_somebody_who_was_erased_is_nominated_by_nobody(work: Work, community: Community) -> None:
    erased = given_resident(work.session, community, state=ERASED)

    with pytest.raises(ValueRefusedError, match="no such resident"):
        nominate_several(work, voices(work, community, [erased.id]))


def test_nobody_of_many_is_nominated_once_the_round_is_screened(
    work: Work, community: Community
) -> None:
    selection_round = given_round(work.session, community, state=RoundState.SCREENING)
    people = people_of(work, community, 2)

    with pytest.raises(RoundStateError):
        nominate_several(work, NominateSeveral(selection_round.id, HONOUR, people, "staff"))


@pytest.mark.parametrize("count", [0, MOST_AT_ONCE + 1])
def test_neither_nobody_nor_too_many_are_named_at_once(
    work: Work, community: Community, count: int
) -> None:
    with pytest.raises(ValueRefusedError) as refusal:
        nominate_several(work, voices(work, community, [uuid7() for _ in range(count)]))

    assert refusal.value.pointer == "/resident_ids"
