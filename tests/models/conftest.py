"""A database without tables, for what migrations make of it."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from tests.kept_database import named, plain


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """The address of a database without any table."""
    name = f"empty_{uuid4().hex}"
    with psycopg.connect(plain(named(server, "postgres")), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield named(server, name)
    with psycopg.connect(plain(named(server, "postgres")), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
