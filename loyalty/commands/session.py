"""The configured database, and who acts, for a command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from loyalty.clock import community_now
from loyalty.database import UNPREPARED, limit_to
from loyalty.embedded import embedded_database
from loyalty.models import Community, StaffAccount
from loyalty.rules.errors import RecordedRefusalError
from loyalty.rules.typed_text import clean_login_name
from loyalty.services.errors import UnknownRecordError
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work
from loyalty.settings import Settings

acting = click.option(
    "--as", "username", required=True, help="Account on whose behalf this is done and noted."
)
"""Every command that acts names an account, since the programme asks who did what."""


def settings_of_environment() -> Settings:
    """Return the operator's settings."""
    return Settings.from_env(os.environ)


def plain(url: str) -> str:
    """Return an address as psycopg reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def database_of(settings: Settings) -> str:
    """Return the address of the configured database; starts the embedded one."""
    return settings.database_url or embedded_database(settings.data_dir)


@contextmanager
def opened(url: str) -> Iterator[Session]:
    """Give a session on a database; commits at the end, or nothing where the command failed.

    A refusal that is itself recorded commits too.
    """
    engine = create_engine(url, connect_args=UNPREPARED)
    try:
        with Session(engine, expire_on_commit=False) as session:
            try:
                yield session
            except RecordedRefusalError:
                session.commit()
                raise
            session.commit()
    finally:
        engine.dispose()


def work_of(session: Session, username: str) -> Work:
    """Return the work, from now on, of the account on whose behalf the operator acts.

    Raises:
        UnknownRecordError: there is none, or it is closed.
    """
    found = session.execute(
        select(StaffAccount, Community.timezone)
        .join(Community, Community.id == StaffAccount.community_id)
        .where(StaffAccount.username == clean_login_name(username), StaffAccount.active)
    ).one_or_none()
    if found is None:
        raise UnknownRecordError(f"There is no open account {username}.")
    account, timezone = found
    limit_to(session, account.community_id)
    return Work(session, to_staff_member(account, timezone=timezone), community_now(timezone))
