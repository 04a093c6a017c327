"""`loyalty distribute`: spread the communities of a database over the nodes of a Citus cluster."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import click
from sqlalchemy import MetaData, text
from sqlalchemy.orm import Session

from loyalty.commands.session import opened, owner_database_of, settings_of_environment
from loyalty.database import Model, migrate

OWNER = "community_id"

ON_EVERY_NODE: Mapping[str, str] = MappingProxyType(
    {
        "community": "its short name and number are unique over all, and lead to its node",
        "signing_key": "its id is unique over all, and tells whose card it is",
    }
)
"""Tables that each node holds whole, and why. They are small, and change seldom."""

AT_THE_DOOR: Mapping[str, str] = MappingProxyType(
    {"request_count": "counts what an address asks for, whomever it asks"}
)
"""Tables that stay whole on the node that the service connects to, and why."""

NEEDED: Mapping[str, str] = MappingProxyType(
    {
        # Ours write what lies beside the row that changed.
        "citus.enable_unsafe_triggers": "on",
        # The limit to one community is set for a transaction, on each node that it meets.
        "citus.propagate_set_commands": "local",
    }
)
"""Settings of the database without which our triggers, or the limit to a community, are refused."""

FOREIGN_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
  FROM pg_constraint
 WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0
 ORDER BY conrelid::regclass::text, conname
"""


TRIGGERS = """
SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
 WHERE NOT tgisinternal AND tgrelid = ANY(CAST(:tables AS text[])::regclass[])
"""


class Place(StrEnum):
    """Where the rows of a table lie."""

    DISTRIBUTED = "distributed"
    EVERYWHERE = "on every node"
    AT_THE_DOOR = "stays"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one table."""

    table: str
    place: Place
    why: str
    statement: str | None
    """What does it; None where nothing is to be done."""


def plan_of(metadata: MetaData) -> Sequence[Step]:
    """Return what becomes of each table: first those on every node, which all others refer to.

    Raises:
        LookupError: a table is of no community, and nobody has said where it lies.
    """
    steps = [_step(table.name, OWNER in table.columns) for table in metadata.sorted_tables]
    return sorted(steps, key=lambda step: [*Place].index(step.place), reverse=True)


def _step(table: str, owned: bool) -> Step:  # noqa: FBT001  # of a table's columns
    if table in AT_THE_DOOR:
        return Step(table, Place.AT_THE_DOOR, AT_THE_DOOR[table], None)
    if table in ON_EVERY_NODE:
        statement = f"SELECT create_reference_table('{table}')"
        return Step(table, Place.EVERYWHERE, ON_EVERY_NODE[table], statement)
    if not owned:
        raise LookupError(f"{table} is of no community; say where its rows lie")
    # Its rows lie where those of the same community in all other tables lie.
    statement = f"SELECT create_distributed_table('{table}', '{OWNER}', shard_count := :shards)"
    return Step(table, Place.DISTRIBUTED, f"by {OWNER}", statement)


@click.command()
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@click.option(
    "--shards",
    type=click.IntRange(1, 1024),
    default=32,
    show_default=True,
    help="Into how many parts each table is cut; several times the nodes there may ever be.",
)
def distribute(*, dry_run: bool, shards: int) -> None:
    """Spread the communities of the database over the nodes of its Citus cluster, once."""
    plan = plan_of(Model.metadata)
    for step in plan:
        click.echo(f"{step.place:14} {step.table:24} {step.why}")
    if dry_run:
        return
    url = owner_database_of(settings_of_environment())
    migrate(url)
    with opened(url) as session:
        _refuse_without_citus(session)
        _set_what_is_needed(session)
    with opened(url) as session:
        _spread(session, plan, shards=shards)
    click.echo("The communities are spread over the nodes.")


def _refuse_without_citus(session: Session) -> None:
    if not session.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")):
        raise click.ClickException(
            "This database has no Citus. Install the extension on every node, CREATE EXTENSION"
            " citus in this database, and add the nodes; --dry-run prints the plan without it."
        )


def _set_what_is_needed(session: Session) -> None:
    """Let every later connection to the database have the settings."""
    database = session.scalar(text("SELECT quote_ident(current_database())"))
    for name, value in NEEDED.items():
        session.execute(text(f"ALTER DATABASE {database} SET {name} = '{value}'"))
    # Whoever is limited to a community asks the other nodes as this role.
    session.execute(text("ALTER ROLE loyalty_member LOGIN"))


def _spread(session: Session, plan: Sequence[Step], *, shards: int) -> None:
    """Spread every table that is not spread yet, in one transaction.

    Foreign keys are put down before and back after, for tables refer to each other in a circle.
    """
    # One connection to each node, so that a later step sees what an earlier one has done.
    session.execute(text("SET LOCAL citus.multi_shard_modify_mode = 'sequential'"))
    done = set(session.scalars(text("SELECT table_name::text FROM citus_tables")))
    left = [step for step in plan if step.statement and step.table not in done]
    keys = [*_foreign_keys(session, {step.table for step in left})]
    for table, name, _ in keys:
        session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    # They would run on each node, and write what lies on another; services do what they did.
    whole = [step.table for step in left if step.place is Place.EVERYWHERE]
    for table, name in session.execute(text(TRIGGERS), {"tables": whole}).all():
        session.execute(text(f"DROP TRIGGER {name} ON {table}"))
    for step in left:
        session.execute(text(step.statement or ""), {"shards": shards})
    for table, name, definition in keys:
        session.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"))


def _foreign_keys(session: Session, tables: Collection[str]) -> Iterator[tuple[str, str, str]]:
    for table, name, definition in session.execute(text(FOREIGN_KEYS)):
        if table in tables:
            yield table, name, definition
