"""Months that are out leave as Parquet without persons, and DuckDB adds them up."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.reports.parquet import COLUMNS
from loyalty.rules.calendar import Month
from loyalty.services.ledger.benefit import Sums, sum_benefit_in
from tests.commands.running import Operator
from tests.given import NOON, given_community
from tests.given_sales import given_sales

DECEMBER = Month(2026, 12)
OUT = NOON.replace(month=1, year=2027, day=8)
"""When December's figures come out."""


@dataclass(frozen=True, slots=True)
class Market:
    """A community that sells in December."""

    client: FlaskClient
    session: Session
    community: Community

    def sell(self, **people: int) -> None:
        given_sales(self.client, self.session, self.community, **people)


@pytest.fixture
def market(
    client: FlaskClient,
    session: Session,
    community: Community,
    clock: time_machine.Traveller,  # noqa: ARG001  # stands still
) -> Market:
    return Market(client, session, community)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "figures"


@pytest.fixture
def neighbour(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> Community:
    """A second community; both have sold in December, and its figures are out."""
    other = given_community(session)
    given_sales(client, session, community, 蔬菜=6, 超市=5)
    given_sales(client, session, other, 超市=7)
    session.commit()
    clock.move_to(OUT)
    return other


def export(operator: Operator, folder: Path, *options: str) -> str:
    """Run the command, which must succeed; return what it says."""
    result = operator.types("figures", "export", str(folder), *options)
    assert result.exit_code == 0, result.output
    return result.output


def asked(query: str, folder: Path) -> list[tuple[Any, ...]]:
    """Return what DuckDB answers about all files of a folder."""
    return duckdb.execute(query.replace("FILES", f"'{folder}/*.parquet'")).fetchall()


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def in_december(session: Session, community_id: UUID) -> Sums:
    """What the ledger says of December."""
    return sum_benefit_in(session, community_id, first=DECEMBER, last=DECEMBER).totals


def test_a_citys_month_is_the_sum_of_its_communities_to_the_fen(
    operator: Operator, session: Session, community: Community, neighbour: Community, folder: Path
) -> None:
    export(operator, folder)

    names = [one.name for one in fields(Sums) if one.name not in {"people", "households"}]
    sums = ", ".join(f"sum({name})::BIGINT" for name in names)
    (city,) = asked(f"FROM FILES SELECT {sums} WHERE trade IS NULL", folder)
    ours, theirs = (in_december(session, one.id) for one in (community, neighbour))
    assert city == tuple(getattr(ours, name) + getattr(theirs, name) for name in names)
    assert asked(f"FROM FILES SELECT {sums} WHERE trade IS NOT NULL", folder) == [city]


def test_each_community_and_month_has_a_file_of_its_own(
    operator: Operator, community: Community, neighbour: Community, folder: Path
) -> None:
    export(operator, folder)

    assert {*bytes_of(folder)} == {f"{one.slug}-2026-12.parquet" for one in (community, neighbour)}
    rows = asked(
        "SELECT community, month, trade, people FROM FILES ORDER BY ALL NULLS FIRST", folder
    )
    assert [row for row in rows if row[0] == community.slug] == [
        (community.slug, DECEMBER.first, None, 11),
        (community.slug, DECEMBER.first, "蔬菜", 6),
        (community.slug, DECEMBER.first, "超市", 5),
    ]


def test_the_same_month_gives_the_same_bytes(
    operator: Operator,
    neighbour: Community,  # noqa: ARG001  # has sold
    folder: Path,
    clock: time_machine.Traveller,
) -> None:
    first = export(operator, folder)
    written = bytes_of(folder)
    clock.move_to(OUT + timedelta(days=3))

    again = export(operator, folder)

    assert bytes_of(folder) == written
    assert ("2 of them new" in first, "0 of them new" in again) == (True, True)


def test_nothing_in_a_file_leads_to_a_person_a_card_or_a_sale(
    operator: Operator, neighbour: Community, folder: Path
) -> None:
    export(operator, folder, "--community", neighbour.slug)

    names = [name for name, *_ in asked("DESCRIBE FROM FILES", folder)]
    assert names == [*COLUMNS]
    assert set(names) == {"community", "month", "trade", *(one.name for one in fields(Sums))}
    for word in ("resident", "name", "phone", "card", "serial", "number", "receipt", "shop", "id"):
        assert not any(word in name.split("_") for name in names)


def test_what_is_about_four_people_is_hidden_as_in_public(
    operator: Operator, market: Market, folder: Path, clock: time_machine.Traveller
) -> None:
    market.sell(蔬菜=6, 超市=5, 理发=4)
    clock.move_to(OUT)

    export(operator, folder)

    shown = asked("SELECT trade, people, saved_fen FROM FILES ORDER BY trade NULLS FIRST", folder)
    assert shown == [
        (None, 15, 2250),
        ("理发", None, None),
        ("蔬菜", 6, 900),
        ("超市", None, None),
    ]


def test_a_month_leaves_once_its_figures_are_out(
    operator: Operator, market: Market, folder: Path, clock: time_machine.Traveller
) -> None:
    market.sell(蔬菜=5)
    clock.move_to(OUT - timedelta(days=1))
    export(operator, folder)
    before = bytes_of(folder)
    clock.move_to(OUT)

    export(operator, folder)

    assert (len(before), len(bytes_of(folder))) == (0, 1)


def test_a_month_that_is_asked_for_too_early_is_refused(
    operator: Operator, neighbour: Community, folder: Path
) -> None:
    where = ("--community", neighbour.slug, "--month", "2027-01")

    result = operator.types("figures", "export", str(folder), *where)

    assert result.exit_code == 1
    assert "2027-01 are not out yet" in result.output
    assert bytes_of(folder) == {}


def test_a_community_that_is_not_there_is_named(
    operator: Operator, session: Session, folder: Path
) -> None:
    session.commit()

    result = operator.types("figures", "export", str(folder), "--community", "nowhere")

    assert (result.exit_code, "no such community" in result.output) == (1, True)


@pytest.fixture
def without_duckdb(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    yield
    monkeypatch.undo()


@pytest.mark.usefixtures("neighbour", "without_duckdb")
def test_what_is_to_be_installed_is_said_in_a_sentence(operator: Operator, folder: Path) -> None:
    result = operator.types("figures", "export", str(folder))

    assert result.exit_code == 1
    assert result.output == (
        "Error: Writing figures as Parquet needs DuckDB;"
        " install it with: pip install 'loyalty[city]'\n"
    )
