from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.database import transaction
from loyalty.models import Community
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import NotAllowedError
from loyalty.services.matters.matter_counts import MatterCount, count_matters
from loyalty.services.matters.matters import (
    ChangeMatter,
    MatterKind,
    RaiseMatter,
    Raiser,
    change_matter,
    raise_matter,
)
from loyalty.services.work import Work
from tests.given import NOON, SHANGHAI, given_community, given_staff

DECEMBER, JANUARY = Month(2026, 12), Month(2027, 1)


def raised(
    session: Session, actor: StaffMember, kind: MatterKind, now: datetime, *, answer: str | None
) -> None:
    request = RaiseMatter(kind, "东门路灯不亮", Raiser.RESIDENT)
    matter = raise_matter(Work(session, actor, now), request)
    if answer is not None:
        change = ChangeMatter(matter.id, matter.version, answer=answer)
        change_matter(Work(session, actor, now), change)


def counts(session: Session, community: Community, first: Month, last: Month) -> list[MatterCount]:
    return [*count_matters(session, community, first=first, last=last)]


def test_matters_count_in_the_month_they_were_raised_in(session: Session) -> None:
    community = given_community(session)
    actor = given_staff(session, community)
    raised(session, actor, MatterKind.NEED, NOON, answer=None)
    raised(session, actor, MatterKind.NEED, NOON, answer="好")
    raised(session, actor, MatterKind.SERVICE, NOON, answer=None)
    raised(session, actor, MatterKind.NEED, datetime(2027, 1, 1, tzinfo=SHANGHAI), answer="好")

    assert counts(session, community, DECEMBER, JANUARY) == [
        MatterCount(DECEMBER, MatterKind.NEED, raised=2, answered=1),
        MatterCount(DECEMBER, MatterKind.SERVICE, raised=1, answered=0),
        MatterCount(JANUARY, MatterKind.NEED, raised=1, answered=1),
    ]
    assert [one.month for one in counts(session, community, JANUARY, JANUARY)] == [JANUARY]


def test_a_month_begins_with_the_communitys_day(session: Session) -> None:
    community = given_community(session)
    last_of_december_in_utc = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    raised(
        session,
        given_staff(session, community),
        MatterKind.NEED,
        last_of_december_in_utc,
        answer=None,
    )

    assert counts(session, community, DECEMBER, DECEMBER) == []
    assert len(counts(session, community, JANUARY, JANUARY)) == 1


def test_another_communitys_matters_are_not_counted(session: Session) -> None:
    neighbour = given_community(session)
    actor = given_staff(session, given_community(session))
    raised(session, actor, MatterKind.NEED, NOON, answer=None)

    assert counts(session, neighbour, DECEMBER, DECEMBER) == []


def test_matters_raised_at_once_get_numbers_of_their_own(app: Flask, session: Session) -> None:
    actor = given_staff(session, given_community(session), Role.STAFF)
    session.commit()

    def raise_one(_: int) -> int:
        with app.app_context(), transaction() as own:
            request = RaiseMatter(MatterKind.NEED, "东门路灯不亮", Raiser.STAFF)
            return raise_matter(Work(own, actor, NOON), request).number

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(raise_one, range(8)))

    assert numbers == [*range(1, 9)]


def test_whoever_sees_to_a_matter_answers_it_but_does_not_hand_it_on(session: Session) -> None:
    community = given_community(session)
    owner = given_staff(session, community, Role.COUNCIL)
    stranger = given_staff(session, community, Role.COUNCIL)
    request = RaiseMatter(
        MatterKind.NEED, "东门路灯不亮", Raiser.RESIDENT, owner_id=owner.account_id
    )
    matter = raise_matter(Work(session, given_staff(session, community), NOON), request)

    for actor, values in (
        (stranger, {"answer": "好"}),
        (owner, {"answer": "好", "owner_id": stranger.account_id}),
        (owner, {"due_on": NOON.date()}),
    ):
        with pytest.raises(NotAllowedError):
            change_matter(Work(session, actor, NOON), ChangeMatter(matter.id, 1, **values))
    change_matter(Work(session, owner, NOON), ChangeMatter(matter.id, 1, answer="好"))

    assert matter.state == "answered"
