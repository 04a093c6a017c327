"""The ground of the tests: a real PostgreSQL, and a database of its own for each test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy.orm import Session

from loyalty.app import create_app
from loyalty.database import db, migrate
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.settings import Settings

SECRET = "a-secret-of-the-tests-0123456789-abcdefghij"
SHARED = Path(__file__).parents[2] / "shared" / "data"

hypothesis_settings.register_profile("tests", deadline=None, max_examples=100, print_blob=True)
hypothesis_settings.load_profile("tests")


def shared_data(name: str) -> Path:
    """Return a file of the real data, or skip the test where the folder is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs the real data: ../shared/data/{name} is absent")
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL with a migrated template; yours, or the embedded one."""
    given = os.environ.get("LOYALTY_TEST_DATABASE_URL")
    # Not below pytest's own folder: every run of pytest shuts that one to the database's user.
    folder = Path(tempfile.mkdtemp(prefix="loyalty-"))
    url = given or embedded_database(folder)
    if given is None:
        with psycopg.connect(plain(url), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")
    template = f"template_{uuid4().hex}"
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {template}")
    migrate(named(url, template))
    yield named(url, template)
    if given is None:
        leave_embedded_database(folder)
    shutil.rmtree(folder)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Give the address of an empty, migrated database that nobody else sees."""
    template, name = name_of(server), f"test_{uuid4().hex}"
    with psycopg.connect(plain(named(server, "postgres")), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield named(server, name)
    with psycopg.connect(plain(named(server, "postgres")), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """The address of a test's own database."""
    with new_database(server) as url:
        yield url


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    """The service on a database of its own."""
    app = create_app(
        Settings(
            data_dir=tmp_path,
            database_url=database,
            secret_key=SECRET,
            base_url="http://loyalty.test",
            limit_rates=False,
        )
    )
    app.testing = True
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller who has not signed in."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Session:  # noqa: ARG001  # the app's context holds the session
    """The session in which services work."""
    return db.session()


def plain(url: str) -> str:
    """Return an address as psycopg reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def name_of(url: str) -> str:
    """Return the database's name in an address."""
    return url.partition("?")[0].rpartition("/")[2]


def named(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    address, mark, query = url.partition("?")
    return address.rpartition("/")[0] + "/" + name + mark + query
