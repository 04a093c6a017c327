"""Races about the ledger: what parties gave, and the months that are closed."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from loyalty.models import (
    ClosedMonth,
    Contribution,
    ContributionKind,
    LedgerParty,
)
from loyalty.rules.benefit import Party
from loyalty.services.actors import StaffMember
from loyalty.services.ledger.contributions import approve_contribution
from loyalty.services.ledger.parties import take_party
from loyalty.services.work import Work
from tests.faults.overlap import Act, in_transaction
from tests.faults.races import Race, Street, given_import
from tests.given import (
    NOON,
    given_card,
    given_shop,
    given_staff,
)
from tests.given_contributions import given_contribution, given_party
from tests.given_sales import given_redemption

CONTRIBUTION = {
    "kind": "promotion",
    "happened_on": "2026-11-30",
    "label": "attested",
    "amount_fen": 100,
    "evidence": "活动总结第3页",
}


def an_approval_beside_an_undoing(street: Street) -> Race:
    job = given_import(street, "contributions")
    entry = given_contribution(
        street.session, street.community, import_id=job, state="waiting", amount_fen=20_000_000
    )
    clerk, entry_id = given_staff(street.session, street.community), entry.id

    def approve(own: Session) -> str:
        return approve_contribution(Work(own, clerk, NOON), entry_id).state

    return Race(
        street.send(f"POST /imports/{job}/undo"),
        partial(in_transaction, street.app, approve),
        lambda: street.count(Contribution),
    )


def an_undoing_beside_the_closing_of_a_month(street: Street) -> Race:
    session, november = street.session, date(2026, 11, 1)
    card = given_card(session, street.community, valid_from=november)
    given_redemption(session, card, given_shop(session, street.community), month=november)
    job = given_import(street, "contributions")
    given_contribution(session, street.community, import_id=job, happened_on=date(2026, 11, 30))
    return Race(
        street.send("POST /benefit/months/2026-11/close"),
        street.send(f"POST /imports/{job}/undo", by=street.other),
        lambda: street.count(Contribution),
    )


def one_contribution_entered_by_two(street: Street) -> Race:
    one, two = (
        street.send("POST /contributions", by=by, json=CONTRIBUTION)
        for by in (street.manager, street.other)
    )
    return Race(one, two, lambda: street.count(Contribution))


def one_kind_of_contribution_added_twice(street: Street) -> Race:
    sides = {"giver": "enterprises", "receiver": "residents"}
    bus = {**sides, "code": "bus_line", "names": {"zh_Hans": "便民班车"}}
    one, two = (
        street.send("POST /contribution-kinds", by=by, json=bus)
        for by in (street.manager, street.other)
    )
    return Race(
        one, two, lambda: street.count(ContributionKind, ContributionKind.code == "bus_line")
    )


def a_contribution_beside_the_closing_of_its_month(street: Street) -> Race:
    card = given_card(street.session, street.community, valid_from=date(2026, 11, 1))
    shop = given_shop(street.session, street.community)
    given_redemption(street.session, card, shop, month=date(2026, 11, 1))
    return Race(
        street.send("POST /benefit/months/2026-11/close"),
        street.send("POST /contributions", by=street.other, json=CONTRIBUTION),
        lambda: street.count(Contribution),
    )


def two_who_name_the_same_new_parties(street: Street) -> Race:
    names = ("面粉厂", "面粉公司")
    clerks = [given_staff(street.session, street.community) for _ in names]

    def name(clerk: StaffMember, order: Sequence[str]) -> Act:
        def take(own: Session) -> int:
            work = Work(own, clerk, NOON)
            return len({take_party(work, one, Party.ENTERPRISES) for one in order})

        return partial(in_transaction, street.app, take)

    one, two = name(clerks[0], names), name(clerks[1], names[::-1])
    return Race(one, two, lambda: street.count(LedgerParty))


def an_entry_beside_the_merging_of_its_party(street: Street) -> Race:
    mill, other = (
        given_party(street.session, street.community, name) for name in ("面粉厂", "面粉公司")
    )
    named = {**CONTRIBUTION, "giver_id": str(mill.id)}
    return Race(
        street.send(f"POST /parties/{mill.id}/merge", json={"into_id": str(other.id)}),
        street.send("POST /contributions", by=street.other, json=named),
        lambda: street.count(Contribution),
    )


def two_closings_of_a_month(street: Street) -> Race:
    session, november = street.session, date(2026, 11, 1)
    card = given_card(session, street.community, valid_from=november)
    given_redemption(session, card, given_shop(session, street.community), month=november)
    one, two = (
        street.send("POST /benefit/months/2026-11/close", by=by)
        for by in (street.manager, street.other)
    )
    return Race(one, two, lambda: street.count(ClosedMonth))
