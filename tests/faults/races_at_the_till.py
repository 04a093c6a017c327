"""Races about cards, sales and what becomes of them."""

from datetime import timedelta

from sqlalchemy import select

from loyalty.models import Card, QuarantinedSale, Redemption, RevocationList, SaleCase, Till
from tests.faults.races import Race, Street
from tests.given import NOON, given_card, given_shop, paired_till
from tests.given_late_sales import given_case, late_sale
from tests.given_sales import sell

REASON = {"reason": "丢失"}


def a_suspension_beside_a_sale(street: Street) -> Race:
    card = given_card(street.session, street.community, state="active")
    till = paired_till(street.session, given_shop(street.session, street.community))
    sale = {"code": card.token, "total_fen": 1000}
    return Race(
        street.send(f"POST /cards/{card.id}/suspend", json=REASON),
        street.send("POST /redemptions", by=till, json=sale),
        lambda: street.count(Redemption),
    )


def two_returns_of_the_same_goods(street: Street) -> Race:
    card = given_card(street.session, street.community)
    till = paired_till(street.session, given_shop(street.session, street.community))
    sale = sell(street.app.test_client(), till, card.token, total_fen=1000)
    back = {"reason": "坏了", "amount_fen": 1000}
    return Race(
        street.send(f"POST /redemptions/{sale}/returns", by=till, json=back),
        street.send(f"POST /redemptions/{sale}/returns", by=till, json=back),
        lambda: street.count(Redemption, Redemption.kind == "return"),
    )


def a_return_beside_a_void(street: Street) -> Race:
    card = given_card(street.session, street.community)
    till = paired_till(street.session, given_shop(street.session, street.community))
    sale = sell(street.app.test_client(), till, card.token, total_fen=1000)
    return Race(
        street.send(f"POST /redemptions/{sale}/void", by=till, json={"reason": "打错"}),
        street.send(
            f"POST /redemptions/{sale}/returns", by=till, json={"reason": "坏了", "amount_fen": 400}
        ),
        lambda: street.count(Redemption, Redemption.kind != "sale"),
    )


def a_hand_over_beside_a_suspension(street: Street) -> Race:
    card = given_card(street.session, street.community)
    return Race(
        street.send(f"POST /cards/{card.id}/suspend", json=REASON),
        street.send(f"POST /cards/{card.id}/hand-over", by=street.other, json={}),
        lambda: street.read(Card.state, card.id),
    )


def many_handed_over_beside_a_suspension(street: Street) -> Race:
    lost, kept = (given_card(street.session, street.community) for _ in range(2))
    ids = [str(card.id) for card in (lost, kept)]
    return Race(
        street.send(f"POST /cards/{lost.id}/suspend", json={"reason": "lost"}),
        street.send("POST /cards/hand-over", by=street.other, json={"card_ids": ids}),
        lambda: [street.read(Card.state, card) for card in (lost.id, kept.id)],
    )


def two_lists_of_revocations(street: Street) -> Race:
    cards = [given_card(street.session, street.community) for _ in range(2)]
    one, two = (
        street.send(f"POST /cards/{card.id}/suspend", by=by, json=REASON)
        for card, by in zip(cards, (street.manager, street.other), strict=True)
    )

    def entries_of_each_list() -> list[int]:
        street.session.rollback()
        lists = street.session.scalars(select(RevocationList).order_by(RevocationList.number))
        return [str(one.document["list"]).count("serial_hash") for one in lists]

    return Race(one, two, entries_of_each_list)


def two_decisions_of_a_case(street: Street) -> Race:
    case = given_case(street.session, street.community)
    one, two = (
        street.send(f"POST /cases/{case.id}/decision", by=by, json={"decision": decision, **REASON})
        for decision, by in (
            ("charge_nobody", street.manager),
            ("contact_shop", street.other),
        )
    )
    return Race(one, two, lambda: street.read(SaleCase.decision, case.id))


def one_sale_sent_twice_by_a_revoked_till(street: Street) -> Race:
    card = given_card(street.session, street.community)
    till = paired_till(street.session, given_shop(street.session, street.community))
    street.session.query(Till).one().revoked_at = NOON - timedelta(hours=1)
    upload = {"items": [late_sale(card.token)]}
    return Race(
        street.send("POST /redemptions/sync", by=till, json=upload),
        street.send("POST /redemptions/sync", by=till, json=upload),
        lambda: street.count(QuarantinedSale),
    )
