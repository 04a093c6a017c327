"""The pledge in versions: whoever has signed keeps the clauses that were signed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Community, Pledge
from loyalty.rules.pledge import Clause
from loyalty.services.actors import Role
from loyalty.services.errors import StaleRecordError, UnknownRecordError, ValueRefusedError
from loyalty.services.shops.history import find_shop_changes
from loyalty.services.shops.pledges import (
    FIRST_CLAUSES,
    MakePledge,
    get_pledge,
    list_pledges,
    make_pledge,
)
from loyalty.services.shops.shops import ChangeShop, CreateShop, change_shop, create_shop
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_staff

TODAY = NOON.date()
SHOP = CreateShop(name="和平馕店", series="蒲公英", category="馕与面点")
SHORTER = [Clause({"zh_Hans": "照价打折", "en": "Gives the discount"}), Clause({"zh_Hans": "秤准"})]


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


def texts_of(work: Work, number: int | None = None) -> list[str]:
    pledge = get_pledge(work.session, work.community_id, number)
    return [one.texts["zh_Hans"] for one in pledge.clauses]


def test_a_community_begins_with_the_seven_clauses(work: Work) -> None:
    (first,) = list_pledges(work.session, work.community_id)

    assert (first.number, first.made_at, first.account_id) == (1, None, None)
    assert texts_of(work) == [*FIRST_CLAUSES]


def test_a_shop_keeps_the_clauses_that_it_has_signed(work: Work) -> None:
    shop = create_shop(work, replace(SHOP, pledged_on=TODAY))
    make_pledge(work, MakePledge(SHORTER, 1))

    assert shop.pledge_number == 1
    assert texts_of(work, shop.pledge_number) == [*FIRST_CLAUSES]
    assert texts_of(work) == ["照价打折", "秤准"]
    assert [one.number for one in list_pledges(work.session, work.community_id)] == [2, 1]


@pytest.mark.parametrize(("days", "signed"), [(-1, 1), (0, 2), (1, 2)])
def test_a_shop_signs_the_version_of_the_day_unless_another_is_named(
    work: Work, days: int, signed: int
) -> None:
    create_shop(replace(work, now=NOON - timedelta(days=30)), replace(SHOP, pledged_on=TODAY))
    make_pledge(work, MakePledge(SHORTER, 1))
    shop = create_shop(work, replace(SHOP, name="老王豆腐"))

    change_shop(work, ChangeShop(shop.id, 1, pledged_on=TODAY + timedelta(days=days)))
    assert shop.pledge_number == signed

    change_shop(work, ChangeShop(shop.id, 2, pledge_number=3 - signed))
    assert shop.pledge_number == 3 - signed


def test_another_version_that_is_signed_stands_in_the_history_with_why(work: Work) -> None:
    shop = create_shop(work, replace(SHOP, pledged_on=TODAY))
    make_pledge(work, MakePledge(SHORTER, 1))

    change_shop(work, ChangeShop(shop.id, 1, pledge_number=2, reason="重新签了一份"))

    (told,) = find_shop_changes(work, shop.id, limit=10).items
    assert (told.member, told.before, told.after) == ("pledge_number", "1", "2")
    assert (told.reason, told.account_id) == ("重新签了一份", work.actor.account_id)


def test_a_shop_that_has_not_signed_names_no_version(work: Work) -> None:
    shop = create_shop(work, replace(SHOP, pledged_on=TODAY))

    change_shop(work, ChangeShop(shop.id, 1, pledged_on=None))

    assert (shop.pledged_on, shop.pledge_number) == (None, None)


@pytest.mark.parametrize(("day", "number"), [(None, 1), (TODAY, 2), (TODAY, 0)])
def test_a_version_that_nobody_can_have_signed_names_its_place(
    work: Work, day: date | None, number: int
) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        create_shop(work, replace(SHOP, pledged_on=day, pledge_number=number))

    assert refused.value.pointer == "/pledge_number"


@pytest.mark.parametrize(
    ("clauses", "pointer"),
    [
        ([], "/clauses"),
        (["秤准", "最终解释权归本店"], "/clauses/1"),
        (["秤准", "秤 准"], "/clauses/1"),
    ],
)
def test_clauses_that_cannot_be_signed_name_their_place_and_change_nothing(
    work: Work, clauses: list[str], pointer: str
) -> None:
    wanted = [Clause({"zh_Hans": one}) for one in clauses]

    with pytest.raises(ValueRefusedError) as refused:
        make_pledge(work, MakePledge(wanted, 1))

    assert refused.value.pointer == pointer
    assert work.session.scalars(select(Pledge)).all() == []


@pytest.mark.parametrize("number", [0, 2])
def test_a_new_version_takes_the_place_of_the_one_that_was_read(work: Work, number: int) -> None:
    with pytest.raises(StaleRecordError):
        make_pledge(work, MakePledge(SHORTER, number))


def test_who_made_a_version_is_kept_and_traced_without_its_words(work: Work) -> None:
    made = make_pledge(work, MakePledge(SHORTER, 1))

    assert (made.number, made.account_id, made.made_at) == (2, work.actor.account_id, NOON)
    query = select(AuditEvent.detail).where(AuditEvent.action == "pledge.made")
    assert work.session.scalars(query).all() == [{"number": 2}]


def test_each_community_writes_its_own(session: Session, work: Work) -> None:
    make_pledge(work, MakePledge(SHORTER, 1))
    other = given_community(session)

    assert [one.number for one in list_pledges(session, other.id)] == [1]
    with pytest.raises(UnknownRecordError):
        get_pledge(session, other.id, 2)
