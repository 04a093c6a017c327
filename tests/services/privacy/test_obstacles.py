"""What comes before erasing a person: it is named, and nothing is erased."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Community,
    QuarantinedSale,
    SaleCase,
)
from loyalty.rules.erasure import ErasureObstacle
from loyalty.services.actors import Role
from loyalty.services.errors import (
    ErasureRefusedError,
)
from loyalty.services.notice.public_notice import public_notice
from loyalty.services.privacy.erasing import ErasePerson, erase_person
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_card,
    given_resident,
    given_shop,
    given_staff,
    given_till,
)
from tests.given_late_sales import given_case
from tests.given_notices import DECEMBER, given_notice, given_objection, placed
from tests.given_rounds import given_candidate
from tests.given_sales import given_redemption
from tests.given_traces import cards_of, dump

NOWHERE = Path("/proc/nowhere/erasures.jsonl")


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


def erase_one(work: Work, resident_id: UUID) -> None:
    """Erase a resident; the list of who was erased cannot be written, which holds nobody up."""
    request = ErasePerson(resident_id)
    erase_person(work, request, sealing_key=SEALING_KEY, erasures=NOWHERE)


def on_a_list(session: Session, community: Community) -> UUID:
    return placed(session, given_notice(session, community), 1).resident_id


def with_an_open_objection(session: Session, community: Community) -> UUID:
    notice = given_notice(session, community)
    given_objection(session, notice, 1)
    return placed(session, notice, 1).resident_id


def with_an_open_case(session: Session, community: Community) -> UUID:
    card, shop = given_card(session, community), given_shop(session, community)
    till = given_till(session, shop)
    given_redemption(session, card, shop, till_id=till.id, flag="revoked")
    return card.resident_id


def with_an_open_case_in_quarantine(session: Session, community: Community) -> UUID:
    """Somebody else's sale is held back beside it."""
    card, shop = given_card(session, community), given_shop(session, community)
    till = given_till(session, shop)
    for serial in (card.serial, None):
        own = {"community_id": community.id, "till_id": till.id, "idempotency_key": uuid4()}
        kept = QuarantinedSale(**own, serial=serial, happened_at=NOON, arrived_at=NOON)
        session.add(kept)
        session.flush()
        of_kept = {"kind": "quarantined", "quarantined_sale_id": kept.id}
        given_case(session, community, shop_id=shop.id, till_id=till.id, **of_kept)
    return card.resident_id


def with_an_account(session: Session, community: Community) -> UUID:
    resident = given_resident(session, community)
    given_account(session, community, resident_id=resident.id)
    return resident.id


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (on_a_list, ["on_a_list"]),
        (with_an_open_objection, ["on_a_list", "open_objection"]),
        (with_an_open_case, ["open_case"]),
        (with_an_open_case_in_quarantine, ["open_case"]),
        (with_an_account, ["has_account"]),
    ],
)
def test_what_comes_first_is_named_and_nothing_is_erased(
    session: Session,
    community: Community,
    work: Work,
    given: Callable[[Session, Community], UUID],
    missing: list[str],
) -> None:
    resident_id = given(session, community)
    session.flush()
    before = dump(session)

    with pytest.raises(ErasureRefusedError) as refusal:
        erase_one(work, resident_id)

    assert [*refusal.value.missing] == missing
    assert {*missing} <= {*ErasureObstacle}
    assert dump(session) == before


def test_whoever_was_not_chosen_need_not_wait_for_the_others(
    session: Session, community: Community, work: Work
) -> None:
    """The other side of the edge: their line does not stand on the list."""
    notice = given_notice(session, community)
    beaten = given_candidate(session, notice)
    beaten.outcome = "not_selected"
    session.flush()

    erase_one(work, beaten.resident_id)

    shown = public_notice(session, community, DECEMBER, now=NOON)
    assert [line.name for one in shown.lists for line in one.lines] == ["张*明"] * 3


def test_a_case_about_anothers_card_in_quarantine_keeps_nobody(
    session: Session, community: Community, work: Work
) -> None:
    with_an_open_case_in_quarantine(session, community)
    other = given_card(session, community)

    erase_one(work, other.resident_id)

    assert cards_of(session, other.resident_id)[0].state == "revoked"


@pytest.mark.parametrize("given", [with_an_open_case, with_an_open_case_in_quarantine])
def test_a_case_that_was_decided_keeps_nobody(
    session: Session,
    community: Community,
    work: Work,
    given: Callable[[Session, Community], UUID],
) -> None:
    """The other side of the edge."""
    resident_id = given(session, community)
    for case in session.scalars(select(SaleCase)):
        case.decision, case.reason = "accept", "好"
        case.decided_at, case.decided_by = NOON, work.actor.account_id
    session.flush()

    erase_one(work, resident_id)

    assert cards_of(session, resident_id)[0].state == "revoked"
