"""What a dump is taken from, and put into: roles, and databases that are empty or away."""

from uuid import uuid4

import psycopg
import pytest

from loyalty.commands.backup_file import BackupError
from loyalty.commands.dump import Role, dumped, is_filled, make_roles
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


def test_an_empty_database_is_told_from_one_that_holds_something(server: str) -> None:
    with empty_database(server) as url:
        assert not is_filled(url)
        with psycopg.connect(plain(url)) as connection:
            connection.execute("CREATE TABLE something ()")
        assert is_filled(url)
