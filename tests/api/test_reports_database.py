"""Reports are read from the replica that the operator names, and from nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from loyalty.app import create_app
from loyalty.commands import main
from loyalty.database import forget_connections, transaction
from loyalty.models import Community, Redemption
from loyalty.services.actors import Role
from loyalty.services.errors import ReportsAwayError
from loyalty.services.replica import reports_session
from loyalty.settings import Settings
from tests.commands.running import Operator
from tests.conftest import OWN_DATABASE
from tests.given import (
    NOON,
    SECRET,
    given_card,
    given_community,
    given_shop,
    paired_till,
    signed_in,
)
from tests.given_sales import SALES, given_sales, sell
from tests.kept_database import create, cut_off_everybody, drop, name_of, named, plain
from tests.pages.visits import enter, text_of

BENEFIT = "/api/v1/benefit?from=2026-12&to=2026-12"

TELL_APART = "UPDATE redemption SET payable_fen = payable_fen + 100, saved_fen = saved_fen - 100"
"""In the replica everybody has paid a yuan more."""

IN_MAIN, IN_REPLICA = 5 * 850, 5 * 950


@dataclass(frozen=True, slots=True)
class Replica:
    """A second database, as it was copied from the first."""

    url: str
    client: FlaskClient
    """Of a service that reads reports there."""

    def shut(self) -> None:
        """Let nobody in any more, and put out whoever is in."""
        with psycopg.connect(plain(named(self.url, "postgres")), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name_of(self.url)} ALLOW_CONNECTIONS false")
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                (name_of(self.url),),
            )


@pytest.fixture
def till(client: FlaskClient, session: Session, community: Community) -> dict[str, str]:
    """Of a shop of a community in which five people have used a card."""
    given_sales(client, session, community, 蔬菜=5)
    return paired_till(session, given_shop(session, community))


@pytest.fixture(scope="session")
def service(server: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A service that reads reports from a second database, which is there for some tests alone."""
    return create_app(
        Settings(
            data_dir=tmp_path_factory.mktemp("data"),
            database_url=named(server, OWN_DATABASE),
            reports_database_url=named(server, f"{OWN_DATABASE}_copy"),
            secret_key=SECRET,
            base_url="http://loyalty.test",
            limit_rates=False,
        )
    )


@pytest.fixture
def replica(
    clock: time_machine.Traveller,  # noqa: ARG001  # stands still from before the first sale
    till: dict[str, str],  # noqa: ARG001  # has sold before it is copied
    session: Session,
    database: str,
    service: Flask,
) -> Iterator[Replica]:
    session.close()
    forget_connections()
    cut_off_everybody(database)
    copy = named(database, f"{OWN_DATABASE}_copy")
    create(database, name_of(copy))
    with psycopg.connect(plain(copy)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(TELL_APART)
    yield Replica(copy, service.test_client())
    with service.app_context():
        forget_connections()
    drop(database, name_of(copy))


def test_figures_are_those_of_the_replica_and_lists_those_of_the_database(
    replica: Replica, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    staff = signed_in(session, community)
    figures = replica.client.get(BENEFIT, headers=staff)
    sales = replica.client.get(SALES, headers=staff)
    clock.move_to(NOON + timedelta(days=30))
    public = replica.client.get(f"/api/v1/public/{community.slug}/benefit?month=2026-12")
    page = text_of(replica.client.get("/stats"))
    enter(replica.client, session, community, Role.STAFF)
    console = text_of(replica.client.get("/staff/figures?month=2026-12"))

    assert figures.json["totals"]["payable_fen"] == IN_REPLICA
    assert public.json["totals"]["payable_fen"] == IN_REPLICA
    assert "47.50" in page
    assert "47.50" in console
    assert sum(sale["payable_fen"] for sale in sales.json["items"]) == IN_MAIN


def test_without_a_replica_figures_are_those_of_the_database(
    replica: Replica,  # noqa: ARG001  # is there, and is not named to this service
    client: FlaskClient,
    session: Session,
    community: Community,
) -> None:
    figures = client.get(BENEFIT, headers=signed_in(session, community))

    assert figures.json["totals"]["payable_fen"] == IN_MAIN


def test_nothing_is_written_to_the_replica(replica: Replica, community: Community) -> None:
    attempt = update(Redemption).where(Redemption.community_id == community.id).values(reason="x")
    with (
        replica.client.application.app_context(),
        pytest.raises(ReportsAwayError) as refusal,
        transaction() as session,
        reports_session(session, community.id, now=NOON) as reading,
    ):
        reading.execute(attempt)

    assert isinstance(getattr(refusal.value.__cause__, "orig", None), ReadOnlySqlTransaction)


def test_the_replica_shows_the_rows_of_one_community_alone(
    replica: Replica, session: Session, community: Community
) -> None:
    neighbour = given_community(session)
    session.commit()
    with replica.client.application.app_context(), transaction() as own:
        with reports_session(own, community.id, now=NOON) as reading:
            ours = reading.scalars(select(Redemption.community_id)).all()
        with reports_session(own, neighbour.id, now=NOON) as reading:
            theirs = reading.scalars(select(Redemption.community_id)).all()

    assert ours == [community.id] * 5
    assert theirs == []


def test_a_replica_that_is_away_stops_reports_and_nothing_else(
    replica: Replica, session: Session, community: Community, till: dict[str, str]
) -> None:
    staff = signed_in(session, community)
    card = given_card(session, community)
    session.commit()
    assert replica.client.get(BENEFIT, headers=staff).status_code == 200
    replica.shut()

    answer = replica.client.get(BENEFIT, headers=staff)
    page = replica.client.get("/stats")

    assert answer.status_code == 503
    assert answer.json["type"] == "/problems/reports-away"
    assert answer.headers["Retry-After"]
    assert page.status_code == 503
    assert "现在看不了数字" in text_of(page)
    assert replica.client.get(SALES, headers=staff).status_code == 200
    sell(replica.client, till, card.token)


def test_a_replica_that_lacks_what_was_sold_a_minute_ago_is_refused(
    replica: Replica,
    session: Session,
    community: Community,
    till: dict[str, str],
    clock: time_machine.Traveller,
) -> None:
    staff = signed_in(session, community)
    card = given_card(session, community)
    session.commit()
    sell(replica.client, till, card.token)
    clock.move_to(NOON + timedelta(seconds=59))
    in_time = replica.client.get(BENEFIT, headers=staff)
    clock.move_to(NOON + timedelta(seconds=60))

    behind = replica.client.get(BENEFIT, headers=staff)

    assert in_time.json["totals"]["payable_fen"] == IN_REPLICA
    assert (behind.status_code, behind.json["type"]) == (503, "/problems/reports-away")
    assert "behind" in behind.json["detail"]


def test_what_is_exported_is_read_from_the_replica(
    replica: Replica, database: str, tmp_path: Path, clock: time_machine.Traveller
) -> None:
    operator = Operator(database, tmp_path)
    clock.move_to(NOON + timedelta(days=30))

    result = CliRunner().invoke(
        main,
        ["figures", "export", str(tmp_path)],
        env={**operator.environ, "LOYALTY_REPORTS_DATABASE_URL": replica.url},
    )

    assert result.exit_code == 0, result.output
    files = f"FROM '{tmp_path}/*.parquet' SELECT payable_fen WHERE trade IS NULL"
    assert duckdb.execute(files).fetchall() == [(IN_REPLICA,)]
