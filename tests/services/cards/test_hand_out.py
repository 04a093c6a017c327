"""Many cards handed over at once: in one transaction, and nothing is lost on the way."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, AuditEvent, Card, CardEvent, Community
from loyalty.rules.card_action import CardObstacle
from loyalty.rules.card_number import last4
from loyalty.rules.card_state import HAND_OUT_DAYS
from loyalty.services.actors import StaffMember
from loyalty.services.cards.hand_out import (
    HandedOver,
    cards_by_area,
    cards_ending_in,
    hand_over_cards,
)
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.rounds.todo import todo_of
from loyalty.services.work import Work
from tests.given import NOBODY, NOON, given_card, given_community, given_resident, given_staff


def some_cards(session: Session, community: Community, count: int) -> list[Card]:
    return [given_card(session, community) for _ in range(count)]


def hand_over(session: Session, actor: StaffMember, *cards: Card) -> HandedOver:
    return hand_over_cards(Work(session, actor, NOON), [card.id for card in cards])


def test_many_cards_are_handed_over_at_once_each_with_its_trace(
    session: Session, community: Community
) -> None:
    cards = some_cards(session, community, 5)
    actor = given_staff(session, community)

    outcome = hand_over(session, actor, *cards)

    assert {card.id for card in outcome.done} == {card.id for card in cards}
    assert {(card.state, card.handed_over_at) for card in cards} == {("active", NOON)}
    events = session.scalars(select(CardEvent)).all()
    assert {(one.action, one.state, one.reason_code) for one in events} == {
        ("hand-over", "active", None)
    }
    noted = session.scalars(
        select(AuditEvent.subject_id).where(AuditEvent.action == "card.hand-over")
    )
    assert set(noted) == {one.card_id for one in events} == {card.id for card in cards}


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"state": "suspended"}, CardObstacle.WRONG_STATE),
        ({"state": "revoked"}, CardObstacle.WRONG_STATE),
        ({"state": "active"}, CardObstacle.WRONG_STATE),
        ({"valid_from": (NOON - timedelta(days=30)).date().replace(day=1)}, "validity_over"),
    ],
)
def test_what_changed_meanwhile_is_named_and_the_others_are_done(
    session: Session, community: Community, values: dict[str, str], missing: str
) -> None:
    changed, *others = given_card(session, community, **values), *some_cards(session, community, 2)

    outcome = hand_over(session, given_staff(session, community), changed, *others)

    assert {card.id for card in outcome.done} == {card.id for card in others}
    assert [(one.card.id, [*one.obstacles]) for one in outcome.left_out] == [
        (changed.id, [missing])
    ]
    assert changed.handed_over_at is None


def test_one_card_of_another_community_and_none_is_handed_over(
    session: Session, community: Community
) -> None:
    (mine,) = some_cards(session, community, 1)
    (theirs,) = some_cards(session, given_community(session), 1)
    actor = given_staff(session, community)

    with pytest.raises(UnknownRecordError):
        hand_over(session, actor, mine, theirs)
    with pytest.raises(UnknownRecordError):
        hand_over_cards(Work(session, actor, NOON), [mine.id, UUID(NOBODY)])
    with pytest.raises(ValueRefusedError):
        hand_over(session, actor)

    assert {mine.state, theirs.state} == {"issued"}


def test_cards_stand_by_area_each_from_door_to_door_and_the_arealess_last(
    session: Session, community: Community
) -> None:
    east, west = (Area(community_id=community.id, name=name) for name in ("东区", "西区"))
    session.add_all([west, east])
    session.flush()

    def card_at(unit: str, area: Area | None) -> Card:
        area_id = area.id if area else None
        holder = given_resident(session, community, unit=unit, area_id=area_id)
        return given_card(session, community, resident_id=holder.id)

    placed = [
        card_at(unit, area)
        for unit, area in (("10号楼", west), ("2号楼", west), ("9号楼", None), ("1号楼", east))
    ]
    placed[1].state = "suspended"
    work = Work(session, given_staff(session, community), NOON)

    found = cards_by_area(work, placed[0].round_id)

    assert [one.area.name if one.area else None for one in found] == ["东区", "西区", None]
    assert [card.resident.unit for one in found for card in one.cards] == [
        "1号楼",
        "2号楼",
        "10号楼",
        "9号楼",
    ]
    assert [len(one.waiting) for one in found] == [1, 1, 1]
    assert [len(one.to_sign_for) for one in found] == [1, 1, 1]


def test_last_digits_name_one_card_none_or_several() -> None:
    twice, once = Card(serial="482109733510"), Card(serial="482109733511")
    endings = [last4(twice.serial), last4(once.serial), "9999"]

    found = cards_ending_in([twice, twice, once], endings)

    assert [len(found[ending]) for ending in endings] == [2, 1, 0]


@pytest.mark.parametrize(("days", "overdue"), [(HAND_OUT_DAYS - 1, 0), (HAND_OUT_DAYS, 1)])
def test_a_card_that_waits_for_two_weeks_is_overdue(
    session: Session, community: Community, days: int, overdue: int
) -> None:
    waits = given_card(session, community)
    # Late on its day: the day counts, not the hour.
    waits.issued_at = NOON.replace(hour=23) - timedelta(days=days)
    handed = given_card(session, community, state="active")
    handed.issued_at = NOON - timedelta(days=30)
    given_card(session, given_community(session)).issued_at = NOON - timedelta(days=30)
    session.flush()

    (due,) = todo_of(Work(session, given_staff(session, community), NOON)).hand_outs

    assert (due.selection_round.id, due.cards, due.overdue) == (waits.round_id, 1, overdue)


def test_what_is_handed_over_waits_no_longer(session: Session, community: Community) -> None:
    cards = some_cards(session, community, 2)
    actor = given_staff(session, community)

    hand_over(session, actor, *cards)

    assert todo_of(Work(session, actor, NOON)).hand_outs == []
