from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.token import verify_token
from loyalty.models import AuditEvent, Card, CardEvent, CardMonth, RevocationList
from loyalty.rules.calendar import Month
from loyalty.rules.card_action import NEED_A_REASON, CardAction
from loyalty.rules.card_number import number_of
from loyalty.rules.card_state import CardState
from loyalty.rules.verdict import Verdict
from loyalty.services.actors import StaffMember
from loyalty.services.cards.acts import ActOnCard, FindCards, act_on_card, find_cards, get_card
from loyalty.services.cards.check import check_card
from loyalty.services.errors import (
    CardStateError,
    StaleRecordError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_card,
    given_community,
    given_resident,
    given_signing_key,
    given_staff,
)


def act(
    session: Session,
    actor: StaffMember,
    card: Card,
    action: CardAction,
    *,
    days: int = 0,
    version: int | None = None,
) -> Card:
    """Do one thing with a card for a reason, some days after `NOON`."""
    return act_on_card(
        Work(session, actor, NOON + timedelta(days=days)),
        ActOnCard(card.id, action, reason="卡片遗失", version=version),
        sealing_key=SEALING_KEY,
    )


def found(session: Session, actor: StaffMember, wanted: FindCards, today: date) -> set[Card]:
    work = Work(session, actor, datetime.combine(today, NOON.timetz()))
    return set(find_cards(work, wanted, limit=10, after=None).items)


def test_a_card_is_handed_over_lost_and_found_again(session: Session) -> None:
    community = given_community(session)
    actor, card = given_staff(session, community), given_card(session, community)

    states = [
        act(session, actor, card, action).state
        for action in (CardAction.HAND_OVER, CardAction.SUSPEND, CardAction.RESUME)
    ]

    assert states == ["active", "suspended", "active"]
    assert card.handed_over_at == NOON


def test_what_is_done_with_a_card_is_kept_with_its_reason(session: Session) -> None:
    community = given_community(session)
    actor, card = given_staff(session, community), given_card(session, community)

    act(session, actor, card, CardAction.REVOKE)

    event = session.scalars(select(CardEvent)).one()
    assert (event.card_id, event.action, event.state) == (card.id, "revoke", "revoked")
    assert (event.reason, event.account_id) == ("卡片遗失", actor.account_id)
    trace = session.scalars(select(AuditEvent).where(AuditEvent.subject_id == card.id)).one()
    assert (trace.action, trace.detail) == ("card.revoke", {})


@pytest.mark.parametrize("action", sorted(NEED_A_REASON))
def test_stopping_or_replacing_a_card_needs_a_reason(session: Session, action: CardAction) -> None:
    community = given_community(session)
    request = ActOnCard(given_card(session, community).id, action)

    with pytest.raises(ValueRefusedError) as refused:
        act_on_card(
            Work(session, given_staff(session, community), NOON),
            request,
            sealing_key=SEALING_KEY,
        )

    assert refused.value.pointer == "/reason"


def test_a_revoked_card_stays_revoked(session: Session) -> None:
    community = given_community(session)
    actor, card = given_staff(session, community), given_card(session, community)
    act(session, actor, card, CardAction.REVOKE)

    for action in CardAction:
        with pytest.raises(CardStateError) as refused:
            act(session, actor, card, action)
        assert refused.value.missing == ("wrong_state",)


def test_nothing_is_done_with_a_card_after_its_last_day(session: Session) -> None:
    community = given_community(session)
    actor, card = given_staff(session, community), given_card(session, community)

    with pytest.raises(CardStateError) as refused:
        act(session, actor, card, CardAction.REISSUE, days=23)

    assert refused.value.missing == ("validity_over",)


def test_an_outdated_card_is_refused_where_the_caller_insists(session: Session) -> None:
    community = given_community(session)
    actor, card = given_staff(session, community), given_card(session, community)
    act(session, actor, card, CardAction.HAND_OVER, version=1)

    with pytest.raises(StaleRecordError):
        act(session, actor, card, CardAction.SUSPEND, version=1)


def test_another_communitys_card_is_unknown(session: Session) -> None:
    card = given_card(session, given_community(session))
    outsider = given_staff(session, given_community(session))

    with pytest.raises(UnknownRecordError):
        get_card(Work(session, outsider, NOON), card.id)
    with pytest.raises(UnknownRecordError):
        act(session, outsider, card, CardAction.HAND_OVER)
    assert found(session, outsider, FindCards(), NOON.date()) == set()


def test_a_reissue_kills_the_old_number_and_keeps_the_terms(session: Session) -> None:
    community = given_community(session)
    actor = given_staff(session, community)
    old = given_card(session, community, pay_permille=800, honour="household_head")

    new = act(session, actor, old, CardAction.REISSUE)

    assert (old.state, new.state) == ("revoked", "issued")
    assert check_card(session, number_of(old.serial), now=NOON).verdict is Verdict.REVOKED
    assert check_card(session, number_of(new.serial), now=NOON).verdict is Verdict.OK
    assert new.serial != old.serial
    assert new.reissue_of_id == old.id
    for column in ("resident_id", "round_id", "honour_id", "pay_permille", "valid_from"):
        assert getattr(new, column) == getattr(old, column)
    assert new.valid_until == old.valid_until


def test_a_reissue_in_a_later_month_is_signed_by_that_months_key(session: Session) -> None:
    community = given_community(session)
    actor = given_staff(session, community)
    old = given_card(session, community, valid_until=date(2027, 2, 28))

    new = act(session, actor, old, CardAction.REISSUE, days=30)

    key = given_signing_key(session, community, Month(2027, 1))
    assert verify_token(new.token, key.public_key).months == 2
    assert (new.valid_from, new.valid_until) == (date(2027, 1, 1), date(2027, 2, 28))


def test_a_reissue_gives_no_allowance_back(session: Session) -> None:
    community = given_community(session)
    actor, old = given_staff(session, community), given_card(session, community)
    session.add(
        CardMonth(
            community_id=community.id,
            card_id=old.id,
            month=date(2026, 12, 1),
            saved_fen=500,
            uses={"2026-12-09": 2},
        )
    )

    new = act(session, actor, old, CardAction.REISSUE)

    used = session.get_one(CardMonth, (community.id, new.id, date(2026, 12, 1)))
    assert (used.saved_fen, used.uses) == (500, {"2026-12-09": 2})


def test_each_change_of_what_is_accepted_publishes_a_list(session: Session) -> None:
    community = given_community(session)
    actor, card = given_staff(session, community), given_card(session, community)

    for action in (
        CardAction.HAND_OVER,
        CardAction.SUSPEND,
        CardAction.RESUME,
        CardAction.REISSUE,
    ):
        act(session, actor, card, action)

    lists = session.scalars(select(RevocationList).order_by(RevocationList.number)).all()
    assert [[entry["state"] for entry in one.document["list"]["entries"]] for one in lists] == [
        ["suspended"],
        [],
        ["revoked"],
    ]
    assert [one.number for one in lists] == [1, 2, 3]


def test_cards_are_found_by_what_they_are(session: Session) -> None:
    community = given_community(session)
    actor, today = given_staff(session, community), date(2026, 12, 31)
    holder = given_resident(session, community)
    mine = given_card(session, community, resident_id=holder.id)
    other = given_card(session, community, state="suspended")
    last4 = number_of(mine.serial)[-4:]

    assert found(session, actor, FindCards(resident_id=holder.id), today) == {mine}
    assert found(session, actor, FindCards(round_id=mine.round_id), today) == {mine, other}
    assert found(session, actor, FindCards(state=CardState.SUSPENDED), today) == {other}
    assert mine in found(session, actor, FindCards(last4=last4), today)
    assert found(session, actor, FindCards(last4="0000"), today) == set()


def test_a_card_counts_as_expired_from_the_day_after_its_last(session: Session) -> None:
    community = given_community(session)
    actor, card = given_staff(session, community), given_card(session, community)
    last, after = date(2026, 12, 31), date(2027, 1, 1)

    assert found(session, actor, FindCards(state=CardState.ISSUED), last) == {card}
    assert found(session, actor, FindCards(state=CardState.EXPIRED), last) == set()
    assert found(session, actor, FindCards(state=CardState.ISSUED), after) == set()
    assert found(session, actor, FindCards(state=CardState.EXPIRED), after) == {card}
