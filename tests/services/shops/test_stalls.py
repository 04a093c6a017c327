"""Stalls: let to one at a time, by the database too, and counted month by month."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Stall, StallLet
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    AlreadyExistsError,
    StallStateError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.shops.stalls import (
    CreateStall,
    LetStall,
    create_stall,
    let_stall,
    list_occupancy,
    list_stalls,
    list_turns,
)
from loyalty.services.work import Work
from tests.faults.overlap import Overlap, in_transaction, overlapped, unlocked
from tests.given import NOON, given_community, given_shop, given_staff

TODAY = NOON.date()


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.STAFF), NOON)


@pytest.fixture
def stall(work: Work) -> Stall:
    return create_stall(work, CreateStall("A区07号", built_on=TODAY - timedelta(days=400)))


def let(work: Work, stall: Stall, days_ago: int, tenant: str | None) -> StallLet:
    return let_stall(work, LetStall(stall.id, TODAY - timedelta(days=days_ago), tenant))


def missing(work: Work, stall: Stall, days_ago: int, tenant: str | None) -> tuple[str, ...]:
    with pytest.raises(StallStateError) as refusal:
        let(work, stall, days_ago, tenant)
    return refusal.value.missing


def test_a_stall_goes_from_one_to_the_next(work: Work, stall: Stall) -> None:
    let(work, stall, 300, "老王豆腐")
    let(work, stall, 100, None)
    let(work, stall, 99, "和平粮油")

    assert [one.tenant for one in list_turns(work, stall)] == ["和平粮油", None, "老王豆腐"]
    assert [one.tenant for one in list_stalls(work)] == ["和平粮油"]


@pytest.mark.parametrize("days_ago", [300, 299, 0, 301])
def test_a_stall_is_let_to_one_at_a_time(work: Work, stall: Stall, days_ago: int) -> None:
    let(work, stall, 300, "老王豆腐")

    assert missing(work, stall, days_ago, "和平粮油") == ("stall_is_let",)


def test_what_stands_empty_is_not_given_back(work: Work, stall: Stall) -> None:
    assert missing(work, stall, 10, None) == ("stall_is_empty",)
    let(work, stall, 300, "老王豆腐")
    let(work, stall, 10, None)

    assert missing(work, stall, 5, None) == ("stall_is_empty",)


def test_a_stall_is_not_let_before_it_is_built(work: Work, stall: Stall) -> None:
    assert missing(work, stall, 401, "老王豆腐") == ("stall_not_built",)
    let(work, stall, 400, "老王豆腐")


def test_a_stall_changes_hands_within_a_year_from_now(work: Work, stall: Stall) -> None:
    with pytest.raises(ValueRefusedError) as refusal:
        let(work, stall, -367, "老王豆腐")
    assert refusal.value.pointer == "/since"
    let(work, stall, -366, "老王豆腐")


def test_a_stall_that_is_given_back_names_no_shop(
    session: Session, community: Community, work: Work, stall: Stall
) -> None:
    let(work, stall, 300, "老王豆腐")

    with pytest.raises(ValueRefusedError) as refusal:
        let_stall(work, LetStall(stall.id, TODAY, None, given_shop(session, community).id))
    assert refusal.value.pointer == "/shop_id"


def test_a_stall_stands_once_however_its_name_is_typed(work: Work, stall: Stall) -> None:
    assert stall.name_key
    with pytest.raises(AlreadyExistsError):
        create_stall(work, CreateStall("Ａ区 7 号"))


def test_neither_stalls_nor_shops_of_others_are_let(
    session: Session, work: Work, stall: Stall
) -> None:
    elsewhere = given_community(session)
    theirs: StaffMember = given_staff(session, elsewhere, Role.STAFF)

    with pytest.raises(UnknownRecordError):
        let(Work(session, theirs, NOON), stall, 10, "老王豆腐")
    with pytest.raises(ValueRefusedError):
        let_stall(work, LetStall(stall.id, TODAY, "老王豆腐", given_shop(session, elsewhere).id))


@pytest.mark.parametrize("locked", [True, False])
def test_of_two_who_let_one_stall_at_once_one_has_it(
    app: Flask,
    session: Session,
    work: Work,
    stall: Stall,
    monkeypatch: pytest.MonkeyPatch,
    *,
    locked: bool,
) -> None:
    """Without the lock the key of the table refuses the second all the same."""
    session.commit()

    def let_to(tenant: str) -> Any:
        own_let = LetStall(stall.id, TODAY, tenant)
        return in_transaction(
            app, lambda own: let_stall(Work(own, work.actor, NOON), own_let).tenant
        )

    def race() -> Overlap:
        return overlapped(lambda: let_to("老王豆腐"), lambda: let_to("和平粮油"))

    if locked:
        seen = race()
        assert (seen.waited, seen.second) == (True, "StallStateError")
    else:
        with unlocked("market_stall", monkeypatch):
            seen = race()
        assert seen.second == "AlreadyExistsError"
    assert seen.first == "老王豆腐"
    assert session.scalar(select(func.count()).select_from(StallLet)) == 1


def test_the_share_that_is_let_is_told_month_by_month(work: Work) -> None:
    first, second = (
        create_stall(work, CreateStall(name, built_on=date(2026, 10, 1))) for name in ("1号", "2号")
    )
    let_stall(work, LetStall(first.id, date(2026, 11, 30), "老王豆腐"))
    let_stall(work, LetStall(second.id, date(2026, 12, 1), "和平粮油"))

    told = [(str(one.month), one.let, one.permille) for one in list_occupancy(work)]

    assert told == [("2026-10", 0, 0), ("2026-11", 1, 500), ("2026-12", 2, 1000)]
