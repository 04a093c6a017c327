"""What a dump is taken from, and put into: roles, and databases that are empty or away."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from loyalty.commands.backup_file import BackupError
from loyalty.commands.dump import (
    Role,
    contents_of,
    dumped,
    find_tool,
    is_filled,
    make_roles,
    put_back,
)
from tests.kept_database import empty_database, plain


def test_a_database_that_does_not_answer_is_told_in_a_sentence() -> None:
    unreachable = pytest.raises(BackupError, match="The database could not be read: connection")

    with unreachable, dumped("postgresql://nobody@127.0.0.1:1/nothing"):
        pass


def test_roles_that_are_missing_are_made_without_a_password(server: str) -> None:
    group, member = (f"role_{uuid4().hex}" for _ in range(2))
    roles = [
        Role(group, signs_in=False, passes_policies=False, member_of=[]),
        Role(member, signs_in=True, passes_policies=True, member_of=[group]),
    ]
    query = """
        SELECT rolcanlogin AND rolbypassrls, rolpassword IS NULL, pg_has_role(rolname, %s, 'MEMBER')
        FROM pg_authid WHERE rolname = %s
    """
    for _ in range(2):
        make_roles(server, roles)

    with psycopg.connect(plain(server)) as connection:
        assert connection.execute(query, (group, member)).fetchone() == (True, True, True)
        connection.execute(f"DROP ROLE {member}, {group}")


def test_whoever_may_make_no_role_is_told_which_one_is_missing(server: str) -> None:
    user, missing = (f"role_{uuid4().hex}" for _ in range(2))
    role = Role(missing, signs_in=False, passes_policies=False, member_of=[])
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {user} LOGIN")
        theirs = make_url(server).set(username=user).render_as_string(hide_password=False)
        with pytest.raises(BackupError, match=f"The role {missing} is missing"):
            make_roles(theirs, [role])
        connection.execute(f"DROP ROLE {user}")


def test_a_role_is_made_without_a_group_that_is_nowhere(server: str) -> None:
    name = f"role_{uuid4().hex}"
    make_roles(server, [Role(name, signs_in=True, passes_policies=False, member_of=["nowhere"])])

    with psycopg.connect(plain(server)) as connection:
        memberships = "SELECT FROM pg_auth_members WHERE member = %s::regrole"
        assert connection.execute(memberships, (name,)).rowcount == 0
        connection.execute(f"DROP ROLE {name}")


def test_a_dump_of_a_newer_server_is_not_put_into_an_older_one(server: str) -> None:
    with empty_database(server) as url:
        contents = contents_of(url)
        with pytest.raises(BackupError, match=f"of PostgreSQL {contents.server + 1} and this"):
            put_back(url, [], dumped_from=contents.server + 1)
        assert (contents.tables, contents.revision) == ({}, None)


def test_what_is_no_dump_or_breaks_off_leaves_the_database_empty(server: str) -> None:
    def breaking_off() -> Iterator[bytes]:
        yield b"PGDMP"
        raise BackupError("damaged")

    with empty_database(server) as url:
        release = contents_of(url).server
        with pytest.raises(BackupError, match="The database could not be restored: "):
            put_back(url, (b"no dump" * 100_000 for _ in range(3)), dumped_from=release)
        with pytest.raises(BackupError, match="damaged"):
            put_back(url, breaking_off(), dumped_from=release)
        assert not is_filled(url)


def stop_after_one(database: str) -> None:
    with dumped(database) as (_, pieces):
        assert next(pieces).startswith(b"PGDMP")
        raise ValueError("enough")


def test_a_dump_that_nobody_reads_to_its_end_is_ended(database: str) -> None:
    with pytest.raises(ValueError, match="enough"):
        stop_after_one(database)


def test_where_every_program_is_too_old_it_is_told_what_to_install() -> None:
    with pytest.raises(BackupError, match="apt-get install postgresql-client-99"):
        find_tool("pg_dump", 99, "postgresql://loyalty@db.example/loyalty")


def test_an_empty_database_is_told_from_one_that_holds_something(server: str) -> None:
    with empty_database(server) as url:
        assert not is_filled(url)
        with psycopg.connect(plain(url)) as connection:
            connection.execute("CREATE TABLE something ()")
        assert is_filled(url)
