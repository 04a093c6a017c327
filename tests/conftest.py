"""The ground of the tests: a real PostgreSQL, whose database each test finds empty.

Then what many tests begin with: a community, a round in it, a clock that stands still.
"""

import gc
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import uuid4

import psycopg
import pytest
import time_machine
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask, g
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import QueuePool
from sqlalchemy.orm import Session

from loyalty.app import create_app
from loyalty.data_keys import hold_data_keys
from loyalty.database import HOT, db, forget_connections, migrate
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.models import Community, Resident, Round
from loyalty.roles import let_service_in
from loyalty.services.checkout.memory import Directory
from loyalty.services.deeds.deeds import ensure_default_kinds
from loyalty.services.staff import passwords
from loyalty.settings import Settings
from tests.given import (
    NOON,
    SEALING_KEY,
    SECRET,
    SHANGHAI,
    given_community,
    given_resident,
    given_round,
)
from tests.given_notices import given_notice
from tests.kept_database import KeptDatabase, named, plain
from tests.prepared_server import TEMPLATE, copy_server, prepare_server, shared_folder
from tests.whose_statements import Watch, watch_statements

pytest_plugins = ["tests.refusing_skips"]

SHARED = Path(__file__).parents[2] / "shared" / "data"

OWN_DATABASE = f"test_{os.getpid()}"
"""What the database of the test that runs now is called."""

LONGEST_TEST = timedelta(minutes=1)
"""How long a test may take that reads the clock, on a busy machine."""

A_MOMENT = timedelta(seconds=1)
"""By how much a clock that is set right meanwhile may go back."""

ROOM_FOR_DATABASES = 2 * 1024**3
"""Bytes that must be free where the tests' databases are kept in memory."""

MADE_BETWEEN_LOOKS = 50_000
"""How many objects are made before the garbage collector looks for some that can go."""

BUILT_ONCE = (
    "commands/test_demo.py",
    "faults/test_late_tills.py",
    "faults/test_kills.py",
    "faults/test_one_key.py",
    "faults/test_cells.py",
    "faults/test_pooler.py",
    "examples/test_till_client.py",
    "architecture/test_wheel.py",
    "architecture/test_layers.py",
)
"""Files whose tests share a market, a service or a copy of the tree that takes seconds to make."""

# How fast the machine is at the moment is not for a test to judge.
hypothesis_settings.register_profile(
    "tests",
    deadline=None,
    max_examples=100,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("tests")


def shared_data(name: str) -> Path:
    """Return a file of the real data, or skip the test where the folder is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs the real data: ../shared/data/{name} is absent")
    return path


def pytest_runtest_setup() -> None:
    """Begin no test in the last moments of a day or month: what it makes today, it uses today."""
    now = datetime.now(SHANGHAI)
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), SHANGHAI)
    if midnight - now < LONGEST_TEST:
        time.sleep((midnight - now + A_MOMENT).total_seconds())


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays to the end: the modules, the tests, the schemas."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN_LOOKS, 10, 10)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is dear to build.

    A process that has run out of tests takes some from the end of what another has before it, so
    that nothing of this is built by two of them, and none of it begins last.
    """
    first = {Path(__file__).parent / name: place for place, name in enumerate(BUILT_ONCE)}
    assert all(path.exists() for path in first)
    items.sort(key=lambda item: first.get(item.path, len(first)))


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Hash passwords at the lowest cost: thousands are tried, and none is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture(autouse=True)
def _data_keys() -> None:
    """Seal personal data with the secret of the tests, whatever a test before has set."""
    hold_data_keys([SECRET])


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose PostgreSQL has all tables, to be copied; nothing runs on it."""
    return prepare_server(shared_folder(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a PostgreSQL with a migrated template; yours, or the embedded one."""
    if given := os.environ.get("LOYALTY_TEST_DATABASE_URL"):
        template = f"template_{uuid4().hex}"
        with psycopg.connect(plain(given), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {template}")
        migrate(named(given, template))
        let_service_in(named(given, template))
        yield named(given, template)
        return
    folder = Path(tempfile.mkdtemp(prefix="loyalty-", dir=fast_folder()))
    copy_server(request.getfixturevalue("prepared"), folder)
    url = embedded_database(folder)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")
    yield named(url, TEMPLATE)
    leave_embedded_database(folder)
    shutil.rmtree(folder)


def fast_folder() -> Path | None:
    """Return where a database is copied fastest: the memory, where there is enough of it.

    Nothing is kept below pytest's own folder, for every run of pytest shuts that one to the
    database's user.
    """
    memory = Path("/dev/shm")  # noqa: S108  # the folder made in it is named at random
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM_FOR_DATABASES
    return memory if roomy else None


@pytest.fixture(scope="session")
def watch() -> Iterator[Watch]:
    """What is noted of the statements of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        yield watch_statements(patch)


@pytest.fixture(autouse=True)
def each_statement_names_its_community(watch: Watch) -> Iterator[None]:
    """Whatever a test makes the product ask, it is asked of one community."""
    watch.faults.clear()
    yield
    assert watch.faults == []


@pytest.fixture(scope="session")
def kept_database(server: str) -> Iterator[KeptDatabase]:
    """The database in which this process's tests are run one after the other."""
    with KeptDatabase(server, OWN_DATABASE) as kept:
        yield kept


@pytest.fixture
def database(kept_database: KeptDatabase) -> Iterator[str]:
    """The address of a database in which nothing stands but what a test writes."""
    yield kept_database.url
    kept_database.empty()


@pytest.fixture(scope="session")
def service_of_tests(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The service, made once; the database it names is another one for each test."""
    app = create_app(
        Settings(
            data_dir=tmp_path_factory.mktemp("data"),
            database_url=named(server, OWN_DATABASE),
            secret_key=SECRET,
            base_url="http://loyalty.test",
            limit_rates=False,
        )
    )
    app.testing = True
    # What is asked first, before the service's own.
    app.before_request_funcs.setdefault(None, []).insert(0, forget_last_request)
    yield app
    with app.app_context():
        forget_connections()


def forget_last_request() -> None:
    """Let each request begin with nothing remembered, though those of a test share a context."""
    for name in list(g):
        g.pop(name)


def leave_idle_connections() -> None:
    """Put away what a test may have spoilt: connections that are not looked at before each use."""
    for name, engine in db.engines.items():
        if name == HOT or cast("QueuePool", engine.pool).checkedout():
            engine.dispose()


@pytest.fixture
def app(service_of_tests: Flask, database: str) -> Iterator[Flask]:  # noqa: ARG001  # is served
    """The service on a database of its own, with nothing remembered."""
    app = service_of_tests
    app.extensions["loyalty.directory"] = Directory(SEALING_KEY)
    with app.app_context():
        yield app
        db.session.remove()
        leave_idle_connections()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller who has not signed in."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Session:  # noqa: ARG001  # the app's context holds the session
    """The session in which services work."""
    return db.session()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock of the service, standing at noon until a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def community(session: Session) -> Community:
    """A community with its three honours and the default policy."""
    return given_community(session)


@pytest.fixture
def deed_kinds(session: Session, community: Community) -> None:
    """The kinds of deeds with which a community begins."""
    ensure_default_kinds(session, community)


@pytest.fixture
def resident(session: Session, community: Community) -> Resident:
    """An adult of the community who takes part."""
    return given_resident(session, community)


@pytest.fixture
def open_round(session: Session, community: Community) -> Round:
    """December's round, in which people may be put forward."""
    return given_round(session, community, state="open")


@pytest.fixture
def notice(session: Session, community: Community) -> Round:
    """December's round in its notice: a list of three, with two reserves."""
    notice = given_notice(session, community)
    session.commit()
    return notice
