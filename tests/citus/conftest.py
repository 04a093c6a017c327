"""The ground of what is run on a cluster of Citus: a database that is spread once, and emptied.

``LOYALTY_TEST_CITUS_URL`` names an empty database on the coordinator, to which the nodes have been
added. No package of the registries holds Citus, so where it is not given these tests are skipped.
"""

import os

import psycopg
import pytest
from flask import Flask

from loyalty.app import create_app
from loyalty.commands.distribute import plan_of
from loyalty.database import Model
from loyalty.settings import Settings
from tests.commands.running import Operator
from tests.given import SECRET
from tests.kept_database import plain

CLUSTER = "LOYALTY_TEST_CITUS_URL"


class SpreadDatabase:
    """A database spread over nodes, which is emptied after each test."""

    def __init__(self, url: str) -> None:
        self.url = url

    def empty(self) -> None:
        """Take out every row a test has written."""
        tables = ", ".join(step.table for step in plan_of(Model.metadata))
        with psycopg.connect(plain(self.url), autocommit=True) as connection:
            connection.execute(f"TRUNCATE {tables}")


@pytest.fixture(scope="session")
def kept_database(tmp_path_factory: pytest.TempPathFactory) -> SpreadDatabase:
    """The database of the cluster, spread by the command itself."""
    given = os.environ.get(CLUSTER)
    if given is None:
        pytest.skip(f"is run where {CLUSTER} names a database of a Citus cluster")
    url = given.replace("postgresql://", "postgresql+psycopg://", 1)
    done = Operator(url, tmp_path_factory.mktemp("spread")).types("distribute", "--shards", "8")
    assert done.exit_code == 0, done.output
    database = SpreadDatabase(url)
    database.empty()
    return database


@pytest.fixture(scope="session")
def service_of_tests(
    kept_database: SpreadDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Flask:
    """The service on it."""
    app = create_app(
        Settings(
            data_dir=tmp_path_factory.mktemp("data"),
            database_url=kept_database.url,
            secret_key=SECRET,
            base_url="http://loyalty.test",
            limit_rates=False,
        )
    )
    app.testing = True
    return app
