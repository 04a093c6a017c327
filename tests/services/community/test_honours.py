"""What honours propose, and what goes on when one is retired."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Honour
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from loyalty.services.community.honours import (
    ChangeHonour,
    CreateHonour,
    active_honours,
    change_honour,
    create_honour,
    honours_of,
    proposed_rate,
)
from loyalty.services.community.names import names_of
from loyalty.services.errors import UnknownRecordError
from loyalty.services.selection.planning import PlannedList, PlanRound, plan_round
from loyalty.services.work import Work
from tests.given import NOON, given_card, given_community, given_honour, given_staff, honour_of
from tests.given_rounds import WAY, act, given_round_after


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    """What a manager does."""
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


def retire(work: Work, honour: Honour) -> Honour:
    return change_honour(work, ChangeHonour(honour.id, honour.version, active=False))


@pytest.mark.parametrize("last", [RoundAction.OPEN, RoundAction.FREEZE, RoundAction.CONFIRM])
def test_a_round_goes_on_to_its_cards_though_its_honour_is_retired(
    session: Session, community: Community, work: Work, last: RoundAction
) -> None:
    running = given_round_after(session, community, last)
    retire(work, honour_of(session, community))

    for action in WAY[WAY.index(last) + 1 : WAY.index(RoundAction.ISSUE) + 1]:
        act(session, running, action)

    cards = session.scalars(select(Card).where(Card.round_id == running.id)).all()
    assert {card.honour_id for card in cards} == {honour_of(session, community).id}


def test_a_retired_honour_is_read_and_no_longer_offered(
    session: Session, community: Community, work: Work
) -> None:
    card = given_card(session, community)
    retire(work, honour_of(session, community))

    assert [one.code for one in honours_of(work)] == ["civilized_resident", "household_head"]
    assert [one.code for one in active_honours(work)] == ["household_head"]
    assert session.get_one(Card, (card.community_id, card.id)).honour_id == honours_of(work)[0].id


def test_no_number_is_given_twice(session: Session, community: Community, work: Work) -> None:
    given_honour(session, community, number=7)
    retire(work, honour_of(session, community, "star"))

    assert create_honour(work, CreateHonour("next", "下一种")).number == 8


@pytest.mark.parametrize(
    ("rate", "proposed"), [(None, None), (799, None), (800, 800), (850, 850), (851, None)]
)
def test_a_rate_is_proposed_while_it_lies_in_the_band(
    session: Session, community: Community, rate: int | None, proposed: int | None
) -> None:
    assert proposed_rate(given_honour(session, community, pay_permille=rate), community) == proposed


@pytest.mark.parametrize(("rate", "planned"), [(None, 850), (820, 820), (790, 850)])
def test_a_plan_that_names_no_rate_takes_the_honours(
    session: Session, community: Community, work: Work, rate: int | None, planned: int
) -> None:
    given_honour(session, community, pay_permille=rate)
    wanted = PlannedList("star", 3, None, None, 1, 0, {})

    made = plan_round(work, PlanRound(Month(2026, 12), [wanted], None))

    assert [one.pay_permille for one in made.lists] == [planned]


def test_a_name_that_is_not_given_is_that_in_simplified_chinese(
    session: Session, community: Community
) -> None:
    plain = given_honour(session, community)
    told = honour_of(session, community, "household_head")

    assert set(names_of(plain).values()) == {"院落之星"}
    assert names_of(told) == {"zh_Hans": "联户长", "zh_Hant": "聯戶長", "en": "Household head"}


def test_another_communitys_honour_is_unknown(
    session: Session, community: Community, work: Work
) -> None:
    theirs = given_honour(session, given_community(session))

    with pytest.raises(UnknownRecordError):
        retire(work, theirs)
    assert theirs.active
    assert theirs.id not in {one.id for one in honours_of(work)}
    assert community.id == work.community_id
