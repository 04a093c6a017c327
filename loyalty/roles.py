"""The role that serves: it owns nothing, and can neither change nor remove what is written once.

`loyalty_service` has the rights of `loyalty_member`, which the migrations grant, over all
communities (`BYPASSRLS`), and what the two tables of no community ask for. Whoever owns the tables
makes it; the embedded database does so by itself.
"""

from typing import Any, cast

import psycopg
from sqlalchemy import make_url

SERVICE = "loyalty_service"

MAKE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'loyalty_service') THEN
        CREATE ROLE loyalty_service LOGIN BYPASSRLS;
    END IF;
    IF NOT pg_has_role('loyalty_service', 'pg_read_all_stats', 'MEMBER') THEN
        GRANT pg_read_all_stats TO loyalty_service;
    END IF;
END $$
"""
"""The sums of the book are added up only where everybody who may be writing is seen."""

GRANT = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'loyalty_service') THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'loyalty_member')
       AND NOT pg_has_role('loyalty_service', 'loyalty_member', 'MEMBER') THEN
        GRANT loyalty_member TO loyalty_service;
    END IF;
    IF to_regclass('alembic_version') IS NOT NULL
       AND NOT has_table_privilege('loyalty_service', 'alembic_version', 'SELECT') THEN
        GRANT SELECT ON alembic_version TO loyalty_service;
    END IF;
    IF to_regclass('request_count') IS NOT NULL
       AND NOT has_table_privilege('loyalty_service', 'request_count', 'DELETE') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON request_count TO loyalty_service;
    END IF;
    IF EXISTS (SELECT FROM pg_sequence
               WHERE NOT has_sequence_privilege('loyalty_service', seqrelid, 'SELECT')) THEN
        GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO loyalty_service;
    END IF;
END $$
"""
"""May be done again at any time: it writes only what is missing. A copy reads sequences, too."""

OWNED = """
SELECT count(*) FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
   AND pg_has_role(current_user, relowner, 'MEMBER')
"""


def let_service_in(owner_url: str) -> str:
    """Make the role that serves, give it what it lacks, and return the address it works under.

    Args:
        owner_url: of a superuser whose server asks nobody for a password, as the embedded one.
    """
    with _connected(owner_url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('loyalty.roles'))")
        connection.execute(MAKE)
        connection.execute(GRANT)
    url = make_url(owner_url).set(username=SERVICE, password=None)
    return url.render_as_string(hide_password=False)


def grant_to_service(owner_url: str) -> None:
    """Give the role that serves what it lacks, where there is one."""
    with _connected(owner_url) as connection:
        connection.execute(GRANT)


def owns_tables(url: str) -> bool:
    """Return whether whoever works under an address could remove what is written once."""
    with _connected(url) as connection:
        row = connection.execute(OWNED).fetchone()
    return cast("tuple[int]", row) != (0,)


def _connected(url: str) -> psycopg.Connection[Any]:
    address = make_url(url).set(drivername="postgresql")
    return psycopg.connect(address.render_as_string(hide_password=False))
