"""The demonstration, built once in full."""

import json
import stat
from collections import Counter
from collections.abc import Hashable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select

from loyalty.clock import community_now
from loyalty.commands.session import opened
from loyalty.database import Model
from loyalty.models import (
    AuditEvent,
    Card,
    CertificationEvent,
    Community,
    CouncilMeeting,
    Matter,
    NoticeVersion,
    Objection,
    Redemption,
    Resident,
    Round,
    Shop,
    ShopInspection,
    ShopSeries,
    Stall,
    StallLet,
)
from loyalty.rules.calendar import Month
from loyalty.rules.certification import CertificationState, state_on
from loyalty.rules.occupancy import Turn, list_months_let
from tests.commands.running import Operator
from tests.given import given_community
from tests.kept_database import new_database
from tests.present import present
from tests.whose_statements import Watch


@pytest.fixture(scope="module")
def operator(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """An operator whose database holds another community, too."""
    with new_database(server) as url:
        with opened(url) as session:
            given_community(session, slug="dongshi")
        yield Operator(url, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def built_on() -> date:
    """The day on which the demonstration is built, whatever day it is when it is looked at."""
    return community_now("Asia/Shanghai").date()


@pytest.fixture(scope="module")
def welcome(operator: Operator, watch: Watch, built_on: date) -> Any:  # noqa: ARG001  # before it
    """What a freshly built demonstration prints; its statements, too, name their community."""
    watch.faults.clear()
    told = operator.reads("demo")
    assert watch.faults == []
    return told


def test_a_visitor_is_told_how_to_come_in(operator: Operator, welcome: Any) -> None:
    assert {tuple(one["roles"]) for one in welcome["accounts"]} == {
        ("manager",),
        ("staff",),
        ("panel",),
        ("council",),
        ("shop_owner",),
    }
    assert len({one["password"] for one in welcome["accounts"]}) == 5
    assert min(len(one["password"]) for one in welcome["accounts"]) >= 12
    assert welcome["pairing_url"].endswith(f"#pair={welcome['pairing_code']}")
    assert welcome["card_url"].startswith("http://loyalty.test/c/")
    kept = operator.data_dir / "demo-accounts.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_market_has_its_size(operator: Operator, welcome: Any) -> None:
    assert welcome
    with opened(operator.database) as session:
        assert session.scalar(select(func.count()).select_from(Shop)) == 129
        assert session.scalar(select(func.count(func.distinct(Shop.plaque_number)))) == 129
        assert session.scalar(select(func.count()).select_from(Resident)) == 1000
        of_sales = Redemption.kind == "sale"
        sales, first = session.execute(
            select(func.count(), func.min(Redemption.happened_at)).where(of_sales)
        ).one()
        days = (community_now("Asia/Shanghai") - first) / timedelta(days=1)
        assert 60 < sales / days < 75
        for kind in ("void", "return"):
            reversals = select(func.count()).where(Redemption.kind == kind)
            assert session.scalars(reversals).one() > 0


def test_the_shops_have_their_series_areas_and_contacts(operator: Operator, welcome: Any) -> None:
    assert welcome
    with opened(operator.database) as session:
        shops = session.scalars(select(Shop)).all()
        ours = select(Community.id).where(Community.demonstration).scalar_subquery()
        named = select(ShopSeries.name, ShopSeries.prefix).where(ShopSeries.community_id == ours)
        prefixes = dict(session.execute(named).tuples().all())
        passed = session.scalars(select(ShopInspection.passed)).all()
        areas = session.scalar(select(func.count(func.distinct(Shop.area_id))))
    assert {shop.series for shop in shops} == prefixes.keys()
    assert len({shop.series for shop in shops}) == 3
    for shop in shops:
        assert present(shop.plaque_number).startswith(f"{prefixes[shop.series]}-")
    assert passed == [True] * 129
    assert areas == 20
    assert set(Counter(shop.liaison_id for shop in shops).values()) == {2, 3}


def test_the_stalls_fill_in_ten_years(operator: Operator, welcome: Any, built_on: date) -> None:
    assert welcome
    with opened(operator.database) as session:
        built: dict[Hashable, date] = dict(
            session.execute(select(Stall.id, Stall.built_on)).tuples().all()
        )
        lets = session.execute(select(StallLet.stall_id, StallLet.since, StallLet.tenant)).all()
    turns = [Turn(stall, since, is_let=tenant is not None) for stall, since, tenant in lets]
    last = Month.of(built_on)
    months = list_months_let(built, turns, first=last.plus(-119), last=last, today=built_on)

    assert {one.stalls for one in months} == {274}
    assert (months[0].let, months[-1].let) == (274 * 15 // 100, 274)
    assert all(one.let <= later.let for one, later in pairwise(months))


def test_every_past_round_went_through_two_people(operator: Operator, welcome: Any) -> None:
    assert welcome
    with opened(operator.database) as session:
        *past, shown, current = session.scalars(select(Round).order_by(Round.month)).all()
        counted = select(Card.round_id, func.count()).group_by(Card.round_id)
        cards = dict(session.execute(counted).tuples().all())
        issued = session.execute(
            select(Card.issued_at, Round.notice_last).join(Round, Round.id == Card.round_id)
        ).all()
    assert [one.state for one in past] == ["closed"] * 6
    assert all(one.confirmed_by not in {None, one.created_by} for one in past)
    assert (shown.state, current.state) == ("notice", "open")
    assert all(90 <= cards[one.id] <= 180 for one in past)
    assert all(signed.date() > notice_last for signed, notice_last in issued)


def test_a_notice_runs_with_a_draw_and_an_objection(operator: Operator, welcome: Any) -> None:
    assert welcome
    today = community_now("Asia/Shanghai").date()
    with opened(operator.database) as session:
        shown = session.scalars(select(Round).where(Round.state == "notice")).one()
        notice = json.loads(
            session.scalars(
                select(NoticeVersion.content).where(NoticeVersion.round_id == shown.id)
            ).one()
        )
        objection = session.scalars(select(Objection)).one()

    assert present(shown.published_at).date() <= today <= present(shown.notice_last)
    bases = [line["basis"] for one in notice["lists"] for line in one["lines"]]
    assert "lottery" in bases
    assert objection.decided_at is None


def test_shops_of_every_standing_and_the_matters_of_the_council_are_there(
    operator: Operator, welcome: Any
) -> None:
    assert welcome
    today = community_now("Asia/Shanghai").date()
    with opened(operator.database) as session:
        standings = Counter(
            state_on(CertificationState(state), until, today)
            for state, until in session.execute(select(Shop.state, Shop.certified_until))
        )
        matters = session.scalars(select(Matter.state).order_by(Matter.number)).all()
        meetings = session.scalars(
            select(CouncilMeeting.minutes).order_by(CouncilMeeting.held_on)
        ).all()

    assert standings == {"certified": 126, "warned": 1, "suspended": 1, "lapsed": 1}
    assert matters == [*["answered"] * 31, "open"]
    held, ahead = meetings
    assert (held is not None, ahead) == (True, None)


def test_nothing_happened_in_the_future(operator: Operator, welcome: Any, built_on: date) -> None:
    assert welcome
    now = community_now("Asia/Shanghai")
    with opened(operator.database) as session:
        for moment in (Redemption.recorded_at, CertificationEvent.at, AuditEvent.at):
            assert session.scalars(select(func.max(moment))).one() <= now
        first = session.scalars(select(func.min(Redemption.happened_on))).one()
    assert Month.of(first) == Month.of(built_on).plus(-5)


def test_the_accounts_are_told_again_with_a_fresh_code(operator: Operator, welcome: Any) -> None:
    again = operator.types("demo")
    told = operator.reads("demo")

    assert "exists already" in again.stderr
    assert told["accounts"] == welcome["accounts"]
    assert told["pairing_code"] != welcome["pairing_code"]


def test_wiping_removes_it_and_nothing_else(operator: Operator, welcome: Any) -> None:
    assert welcome
    asked = operator.types("demo", "--wipe", answers="n\n")
    assert asked.exit_code == 1

    wiped = operator.types("demo", "--wipe", "--yes")

    assert wiped.exit_code == 0, wiped.output
    with opened(operator.database) as session:
        assert session.scalars(select(Community.slug)).all() == ["dongshi"]
        left = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Model.metadata.sorted_tables
        }
    assert {name for name, count in left.items() if count} == {
        "community",
        "contribution_kind",
        "honour",
        "shop_series",
        "directory_version",
    }
    assert not (operator.data_dir / "demo-accounts.json").exists()


def test_there_is_nothing_to_wipe_twice(operator: Operator) -> None:
    operator.types("demo", "--wipe", "--yes")

    result = operator.types("demo", "--wipe", "--yes")

    assert result.exit_code == 1
    assert "no demonstration" in result.output
