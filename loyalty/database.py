"""PostgreSQL: the base of the models, the engines, and the one place that commits."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, cast
from uuid import UUID

from alembic import command
from alembic.config import Config
from flask_sqlalchemy import SQLAlchemy
from psycopg import Connection, InterfaceError, InternalError, OperationalError
from psycopg.errors import ForeignKeyViolation, InFailedSqlTransaction
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Engine,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    and_,
    create_engine,
    text,
)
from sqlalchemy.exc import PendingRollbackError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnectionLeftError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedColumn,
    Session,
    declared_attr,
    mapped_column,
    relationship,
)
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from uuid_utils.compat import uuid7

from loyalty.data_keys import list_data_keys
from loyalty.hot_connections import LONGEST_WAIT, MOST_BEYOND, ready_connections_of
from loyalty.replication import refuse_unreplicated
from loyalty.rules.errors import RecordedRefusalError

HOT = "hot"
"""Name of the engine of validate and redeem: each statement is a transaction of its own."""

JOINED = "joined"
"""Mark of a session whose transaction somebody further out commits."""

HERE = Path(__file__).parent
MIGRATIONS = next(
    folder for folder in (HERE / "migrations", HERE.parent / "migrations") if folder.is_dir()
)
"""Inside the package where a wheel was installed, beside it in the tree."""

AWAY = (
    # Refused, cut off, starting up, shutting down, out of room, or others were in the way.
    OperationalError,
    InterfaceError,
    # Become another server's standby, or ill.
    InternalError,
    NoConnectionLeftError,
    PendingRollbackError,
)
"""Errors after which the same request may well succeed a little later."""

UNPREPARED = {"prepare_threshold": None}
"""How to connect where a pooler may hand what was prepared to somebody else."""

OPTIONS = "-c timezone=UTC -c statement_timeout=60000 -c random_page_cost=1.1"
"""Of each connection. Rows of a community lie scattered, on pages in memory or on a solid disk."""

Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
"""An instant; stored in UTC, aware on the way out."""


class Model(DeclarativeBase):
    """Base of every record: a time-ordered id, and constraints with predictable names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Identified(Model):
    """A record known by a UUIDv7, made here so that a service can name it before it is stored."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)


class Owned(Model):
    """A record of one community. Its key begins with the community, and what it refers to is its.

    A model says `refer_to` and is given all the rest here: the foreign key of both columns, which
    the database holds to one community, and one to the community itself where no other implies it.
    """

    __abstract__ = True

    community_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)

    def __init_subclass__(cls, **options: Any) -> None:
        """Give the table of a model its foreign keys."""
        super().__init_subclass__(**options)
        table = cast("Table", cls.__table__)
        references = [column for column in table.columns if REFERENCE in column.info]
        for column in references:
            reference: Reference = column.info[REFERENCE]
            table.append_constraint(reference.constraint(column.name))
            if reference.indexed:
                Index(None, table.c.community_id, column)
        if all(column.nullable for column in references):
            table.append_constraint(ForeignKeyConstraint(["community_id"], ["community.id"]))


@dataclass(frozen=True, slots=True)
class Reference:
    """That a column holds the id of another record of the same community."""

    table: str
    ondelete: str | None
    use_alter: bool
    indexed: bool

    def constraint(self, column: str) -> ForeignKeyConstraint:
        """Return the foreign key that holds a column to it."""
        return ForeignKeyConstraint(
            ["community_id", column],
            [f"{self.table}.community_id", f"{self.table}.id"],
            ondelete=self.ondelete,
            use_alter=self.use_alter,
        )


REFERENCE = "reference"
"""Under which a column keeps its `Reference`."""


def refer_to(
    table: str,
    *,
    ondelete: str | None = None,
    use_alter: bool = False,
    index: bool = False,
    primary_key: bool = False,
) -> Any:
    """Return the column for the id of a record that belongs to the same community.

    Args:
        table: of the other record.
        use_alter: the two tables refer to each other.
    """
    reference = Reference(table, ondelete, use_alter, index)
    return mapped_column(primary_key=primary_key, info={REFERENCE: reference})


def relate_by(column: Mapped[Any], *, back_populates: str | None = None) -> Any:
    """Return the relationship to the record that a column made by `refer_to` names.

    It joins on both columns, and writes the id alone: the community is the record's own.
    """
    named = cast("MappedColumn[Any]", column).column

    def same_record() -> ColumnElement[bool]:
        (key,) = named.foreign_keys
        elements = cast("ForeignKeyConstraint", key.constraint).elements
        return and_(*(element.parent == element.column for element in elements))

    return relationship(
        lazy="raise", primaryjoin=same_record, foreign_keys=named, back_populates=back_populates
    )


class Versioned(Identified):
    """A record that two people may edit at once: the second to save is told to look again."""

    __abstract__ = True

    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  # SQLAlchemy passes the class
        """Let SQLAlchemy raise StaleDataError where the version has moved on."""
        return {"version_id_col": cls.version}


db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})


def engine_options(*, threads: int, pooled: bool = False) -> dict[str, Any]:
    """Return how an engine keeps its connections: one for each thread of the worker.

    Args:
        pooled: behind a pooler, by transaction, which refuses `OPTIONS`; there they are its own.
    """
    own = UNPREPARED if pooled else {"options": OPTIONS}
    return {
        "pool_size": threads,
        "max_overflow": MOST_BEYOND,
        # A database that was restarted costs no request its answer.
        "pool_pre_ping": True,
        "pool_timeout": LONGEST_WAIT,
        "connect_args": {**own, "connect_timeout": LONGEST_WAIT},
        # An error is logged with its statement, which must not bring names and numbers along.
        "hide_parameters": True,
    }


def hot_engine_options(*, threads: int, pooled: bool = False) -> dict[str, Any]:
    """Return the options of the engine whose statements commit by themselves."""
    return {
        **engine_options(threads=threads, pooled=pooled),
        "isolation_level": "AUTOCOMMIT",
        "pool_reset_on_return": None,
        # A till sends again what was not answered; it need not wait for a ping each time.
        "pool_pre_ping": False,
    }


def is_away(error: BaseException) -> bool:
    """Return whether the database is the trouble, rather than what it was asked for."""
    found = error.orig if isinstance(error, StatementError) else error
    return isinstance(found, AWAY) and not isinstance(found, InFailedSqlTransaction)


def is_overtaken(error: BaseException) -> bool:
    """Return whether what a record was to belong to has been removed since it was looked at."""
    return isinstance(error, StatementError) and isinstance(error.orig, ForeignKeyViolation)


def forget_connections() -> None:
    """Drop what lies in the pools: the server it leads to may be gone, or may be the wrong one."""
    for engine in db.engines.values():
        engine.dispose()


@contextmanager
def transaction(community_id: UUID | None = None) -> Iterator[Session]:
    """Give the session of this request, and commit at the end: one request, one transaction.

    A refusal that is itself recorded commits too; any other error takes everything back. Records
    that were read before stay as they were read, with what was loaded beside them, so that a page
    can show them beside the refusal.

    Args:
        community_id: what it is limited to; None where whose rows it needs is not known yet.
    """
    session = db.session()
    if session.info.get(JOINED):
        if community_id is not None:
            limit_to(session, community_id)
        yield session
        return
    read_before = _as_read(session)
    try:
        if community_id is not None:
            limit_to(session, community_id)
        yield session
        session.commit()
    except RecordedRefusalError:
        session.commit()
        raise
    except BaseException:
        session.rollback()
        _put_back(read_before)
        raise


def limit_to(session: Session, community_id: UUID) -> None:
    """Let a transaction see and change the rows of one community alone, until it ends.

    PostgreSQL sees to it, by the policies of the role that the transaction works as from here on.
    Both settings end with the transaction, so a pooler may hand the connection on.
    """
    driver: Any = session.connection().connection.driver_connection
    # Two statements in one, which cannot be prepared. A cluster hands on what `SET` sets alone.
    driver.execute(LIMIT.format(UUID(str(community_id))), prepare=False)


LIMIT = "SET LOCAL role = 'loyalty_member'; SET LOCAL loyalty.community = '{}'"


def _as_read(session: Session) -> list[tuple[object, dict[str, Any]]]:
    """Return each record that the session knows, with the values of it that are loaded."""
    return [
        (
            record,
            {
                name: list(value) if isinstance(value, list) else value
                for name, value in instance_state(record).dict.items()
                if name in instance_state(record).attrs
            },
        )
        for record in session.identity_map.values()
    ]


def _put_back(read: Iterable[tuple[object, dict[str, Any]]]) -> None:
    """Give records the values back that the end of a transaction has taken from them."""
    for record, values in read:
        for name, value in values.items():
            set_committed_value(record, name, value)


@contextmanager
def joined_transactions() -> Iterator[Session]:
    """Make one transaction of all that begin within: they commit together, at the end, or none."""
    with transaction() as session:
        session.info[JOINED] = True
        try:
            yield session
        finally:
            session.info[JOINED] = False


@contextmanager
def hot_connection(engine: Engine | None = None) -> Iterator[Connection[Any]]:
    """Give a bare connection on which each statement is one transaction, prepared once.

    Behind a pooler it is prepared never. The engine is that of `HOT`; None lets Flask say whose.
    """
    engine = engine or db.engines[HOT]
    ready = ready_connections_of(engine)
    connection = ready.take(engine)
    try:
        yield connection
        refuse_unreplicated(connection)
    finally:
        if connection.closed:
            # The server has gone, and with it whatever else lies ready.
            engine.dispose()
        ready.give_back(connection)


def migrate(url: str, *, revision: str = "head") -> None:
    """Bring the tables of a database to a revision, in one transaction."""
    with configure_alembic(url) as config:
        down = revision == "base" or revision.startswith("-")
        (command.downgrade if down else command.upgrade)(config, revision)


def is_migrated(url: str) -> bool:
    """Return whether the tables of a database stand at the newest revision."""
    with configure_alembic(url) as config, Session(config.attributes["connection"]) as session:
        return is_up_to_date(session)


def is_up_to_date(session: Session) -> bool:
    """Return whether the tables a session works on stand at the newest revision of this release."""
    is_new = session.scalar(text("SELECT to_regclass('alembic_version') IS NULL"))
    query = text("SELECT version_num FROM alembic_version")
    return not is_new and set(session.scalars(query)) == find_newest()


@cache
def find_newest() -> frozenset[str]:
    """Return the revisions that no other follows; read as text, for Alembic would run them all."""
    files = MIGRATIONS.glob("versions/*.py")
    return find_last_in("\n".join(file.read_text(encoding="utf-8") for file in files))


def find_last_in(told: str) -> frozenset[str]:
    """Return the revisions that no other follows, of the text of all; a merge follows several."""
    revisions, followed = (
        frozenset(re.findall(r"\w+", " ".join(re.findall(rf"^{named} = (.+)", told, re.MULTILINE))))
        for named in ("revision", "down_revision")
    )
    return revisions - followed


@contextmanager
def configure_alembic(url: str) -> Iterator[Config]:
    """Give Alembic a connection, which no other process migrates on at the same time."""
    engine = create_engine(url, connect_args=UNPREPARED)
    try:
        with engine.begin() as connection:
            # Migrations go to the database itself, past any pooler, and are of no one community.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('loyalty.migrate'))"))
            config = Config(attributes={"connection": connection, "data_keys": list_data_keys()})
            config.set_main_option("script_location", str(MIGRATIONS))
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            yield config
    finally:
        engine.dispose()
