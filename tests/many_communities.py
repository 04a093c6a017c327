"""Many communities out of those that are there, copied by the database itself.

What is copied follows from the models, so a new table or column is copied, too: each id and each
reference gets the number of the copy, and so does whatever tells a record from those of all other
communities. Rows of all copies lie mixed in a table, as if the communities had sold side by side.
"""

from typing import Any

from psycopg import Connection
from sqlalchemy import CHAR, Column, Integer, LargeBinary, Table, UniqueConstraint, Uuid

from loyalty.database import Model

MOST_COPIES = 999

OTHER_VERSION = "overlay({0}::text PLACING '8' FROM 15)"
ID_OF_COPY = f"overlay({OTHER_VERSION} PLACING lpad(to_hex(copy), 4, '0') FROM 33)::uuid"
"""The version says that everybody makes such ids as they like (RFC 9562), so it is none of ours."""
LETTERS_OF_COPY = "translate(lpad(copy::text, 3, '0'), '0123456789', 'ghijklmnop')"
"""For the end of texts of one length: digits, some of them hexadecimal."""


def copy_communities(connection: Connection[Any], copies: int) -> None:
    """Add that many copies of every community; those that were there stay as they are.

    Args:
        connection: of a superuser, who may pass over triggers and foreign keys.
        copies: at most `MOST_COPIES`.
    """
    tables = tables_of_communities()
    connection.execute("SET session_replication_role = replica")
    for table in tables:
        connection.execute(f"CREATE TEMPORARY TABLE kept_{table.name} AS TABLE {table.name}")
    connection.execute(f"TRUNCATE {', '.join(table.name for table in tables)}")
    for table in tables:
        connection.execute(_copying(table, copies))
        connection.execute(f"DROP TABLE kept_{table.name}")
    connection.execute("SET session_replication_role = DEFAULT")


def tables_of_communities() -> list[Table]:
    """Return the tables whose rows are each one community's."""
    return [
        table
        for table in Model.metadata.sorted_tables
        if table.name == "community" or "community_id" in table.columns
    ]


def _copying(table: Table, copies: int) -> str:
    apart = columns_that_tell_apart(table)
    values = ", ".join(
        f"CASE copy WHEN 0 THEN {column.name} ELSE {_copied(column)} END"
        if isinstance(column.type, Uuid) or column.name in apart
        else column.name
        for column in table.columns
    )
    return (
        f"INSERT INTO {table.name} ({', '.join(column.name for column in table.columns)})"  # noqa: S608  # our own names
        f" OVERRIDING SYSTEM VALUE SELECT {values}"
        f" FROM (SELECT *, generate_series(0, {copies}) AS copy FROM kept_{table.name}) AS kept"
    )


def _copied(column: Column[Any]) -> str:
    """Return what stands in a copy's row instead of the value."""
    match column.type:
        case Uuid():
            return ID_OF_COPY.format(column.name)
        case Integer():
            return f"{column.name} + {MOST_COPIES + 1} * copy"
        case LargeBinary():
            return f"{column.name} || int4send(copy)"
        case CHAR(length=length):
            return f"overlay({column.name} PLACING {LETTERS_OF_COPY} FROM {length} - 2)"
        case _:
            return f"{column.name} || '-' || copy"


def columns_that_tell_apart(table: Table) -> set[str]:
    """Return the columns whose value no two communities share."""
    unique = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys = [*unique, *(index.columns for index in table.indexes if index.unique)]
    return {next(iter(key)).name for key in keys} - {"community_id"}
