from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.database import transaction
from loyalty.models import AuditEvent, Candidate, Community, Nomination, Round
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundAction, RoundObstacle
from loyalty.services.errors import RoundStateError, UnknownRecordError, ValueRefusedError
from loyalty.services.selection.public_nominations import (
    FindNominations,
    MatchNomination,
    NominateByName,
    find_nominations,
    match_nomination,
    nominate_by_name,
    reject_nomination,
)
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_resident, given_round, given_staff
from tests.given_rounds import act, given_nomination, given_round_after

DECEMBER = Month(2026, 12)
WANG = {"name": "王桂兰", "unit": "3号楼2单元501"}


def nominate(session: Session, community: Community, **values: str) -> Nomination:
    request = NominateByName(
        **{"honour": "civilized_resident", "source": "neighbour", **WANG, **values}
    )
    return nominate_by_name(session, community, DECEMBER, request, now=NOON)


def residents_nominated(session: Session) -> Sequence[object]:
    return session.scalars(select(Candidate.resident_id)).all()


@pytest.mark.usefixtures("open_round")
def test_who_is_named_beyond_doubt_is_nominated_at_once(
    session: Session, community: Community
) -> None:
    resident = given_resident(session, community, **WANG)

    first = nominate(session, community)
    second = nominate(session, community, source="self")

    assert residents_nominated(session) == [resident.id]
    assert (first.state, first.name, first.unit) == ("accepted", None, None)
    assert second.candidate is first.candidate


@pytest.mark.usefixtures("open_round")
@pytest.mark.parametrize(
    "neighbours",
    [
        [],
        [WANG, WANG],
        [{**WANG, "state": "inactive"}],
        [{**WANG, "unit": "3号楼2单元502"}],
        [{**WANG, "name": "王桂芝"}],
    ],
)
def test_who_is_not_named_beyond_doubt_waits_for_staff(
    session: Session, community: Community, neighbours: list[dict[str, str]]
) -> None:
    for one in neighbours:
        given_resident(session, community, **one)
    given_resident(session, given_community(session), **WANG)

    nomination = nominate(session, community)

    assert residents_nominated(session) == []
    assert (nomination.state, nomination.name) == ("pending", WANG["name"])


@pytest.mark.usefixtures("open_round")
def test_the_trace_of_a_public_nomination_holds_no_name(
    session: Session, community: Community
) -> None:
    nomination = nominate(session, community)

    trace = session.scalars(select(AuditEvent)).one()

    assert (trace.action, trace.actor_kind, trace.subject_id) == (
        "nomination.received",
        "public",
        nomination.id,
    )
    assert trace.detail == {"source": "neighbour"}


def test_the_public_nominates_while_the_round_is_open(
    session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    with pytest.raises(UnknownRecordError):
        nominate(session, community)

    act(session, selection_round, RoundAction.OPEN)
    nominate(session, community)

    act(session, selection_round, RoundAction.SCREEN)
    with pytest.raises(RoundStateError):
        nominate(session, community)


@pytest.mark.usefixtures("open_round")
def test_the_round_must_have_a_list_of_the_honour(session: Session, community: Community) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        nominate(session, community, honour="household_head")

    assert refused.value.pointer == "/honour"


def test_staff_say_who_is_meant(session: Session, community: Community, open_round: Round) -> None:
    actor = given_staff(session, community)
    resident = given_resident(session, community)
    nomination = given_nomination(session, open_round)

    match_nomination(Work(session, actor, NOON), MatchNomination(nomination.id, resident.id))

    assert residents_nominated(session) == [resident.id]
    assert (nomination.state, nomination.name, nomination.unit) == ("accepted", None, None)
    assert nomination.decided_by == actor.account_id


@pytest.mark.parametrize("consented", [True, False])
def test_the_consent_of_the_nominee_is_recorded_when_staff_ask(
    session: Session, community: Community, open_round: Round, *, consented: bool
) -> None:
    actor = given_staff(session, community)
    resident = given_resident(session, community, consent_membership=False)
    nomination = given_nomination(session, open_round)

    request = MatchNomination(nomination.id, resident.id, consented=consented)
    match_nomination(Work(session, actor, NOON), request)

    assert resident.consent_membership is consented
    assert nomination.consented_at == (NOON if consented else None)
    trace = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "nomination.accepted")
    ).one()
    assert (trace.actor_id, trace.detail) == (actor.account_id, {"consented": consented})


def test_a_rejected_nomination_keeps_its_reason_and_no_name(
    session: Session, community: Community, open_round: Round
) -> None:
    nomination = given_nomination(session, open_round)

    reject_nomination(
        Work(session, given_staff(session, community), NOON), nomination.id, "查无此人"
    )

    assert residents_nominated(session) == []
    assert (nomination.state, nomination.name, nomination.unit, nomination.reason) == (
        "rejected",
        None,
        None,
        "查无此人",
    )


def test_a_nomination_is_decided_once(
    session: Session, community: Community, open_round: Round
) -> None:
    actor = given_staff(session, community)
    nomination = given_nomination(session, open_round)
    reject_nomination(Work(session, actor, NOON), nomination.id, "查无此人")
    resident = given_resident(session, community)

    with pytest.raises(RoundStateError) as refused:
        match_nomination(Work(session, actor, NOON), MatchNomination(nomination.id, resident.id))

    assert refused.value.missing == (RoundObstacle.ALREADY_DECIDED,)


def test_two_who_decide_at_the_same_moment_decide_once(
    app: Flask, session: Session, community: Community, open_round: Round
) -> None:
    nomination_id = given_nomination(session, open_round).id
    resident_ids = [given_resident(session, community).id for _ in range(2)]
    actor = given_staff(session, community)
    session.commit()
    both_are_ready = Barrier(2)

    def match(resident_id: UUID) -> str:
        wanted = MatchNomination(nomination_id, resident_id)
        with app.app_context(), transaction() as own_session:
            both_are_ready.wait()
            try:
                match_nomination(Work(own_session, actor, NOON), wanted)
            except RoundStateError as refused:
                return refused.missing[0]
            return "accepted"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(match, resident_ids))

    assert outcomes == ["accepted", "already_decided"]
    assert len(residents_nominated(session)) == 1


def test_after_the_screening_a_nomination_can_only_be_rejected(
    session: Session, community: Community
) -> None:
    selection_round = given_round_after(session, community, RoundAction.SCREEN)
    actor = given_staff(session, community)
    nomination = given_nomination(session, selection_round)
    resident = given_resident(session, community)

    with pytest.raises(RoundStateError):
        match_nomination(Work(session, actor, NOON), MatchNomination(nomination.id, resident.id))
    reject_nomination(Work(session, actor, NOON), nomination.id, "来迟了")


def test_another_community_decides_nothing_here(
    session: Session, community: Community, open_round: Round
) -> None:
    outsider = given_staff(session, given_community(session))
    nomination = given_nomination(session, open_round)
    request = FindNominations(open_round.id, limit=10)

    wanted = MatchNomination(nomination.id, given_resident(session, community).id)
    with pytest.raises(UnknownRecordError):
        match_nomination(Work(session, outsider, NOON), wanted)
    with pytest.raises(UnknownRecordError):
        reject_nomination(Work(session, outsider, NOON), nomination.id, "查无此人")
    with pytest.raises(UnknownRecordError):
        find_nominations(Work(session, outsider, NOON), request)


def test_nominations_are_found_by_their_state(
    session: Session, community: Community, open_round: Round
) -> None:
    actor = given_staff(session, community)
    waiting, rejected = (given_nomination(session, open_round) for _ in range(2))
    reject_nomination(Work(session, actor, NOON), rejected.id, "查无此人")

    def found(state: str | None) -> Sequence[Nomination]:
        request = FindNominations(open_round.id, limit=10, state=state)
        return find_nominations(Work(session, actor, NOON), request).items

    assert found("pending") == [waiting]
    assert found("rejected") == [rejected]
    assert found(None) == [waiting, rejected]
