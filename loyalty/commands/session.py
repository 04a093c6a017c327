"""The configured database, and who acts, for a command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import community_now
from loyalty.data_keys import hold_data_keys
from loyalty.database import UNPREPARED, limit_to
from loyalty.embedded import embedded_database
from loyalty.models import Community, StaffAccount
from loyalty.roles import let_service_in
from loyalty.rules.errors import RecordedRefusalError
from loyalty.rules.typed_text import clean_login_name
from loyalty.services.community.policy import enter_community
from loyalty.services.errors import UnknownRecordError
from loyalty.services.replica import refuse_behind
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


def sealing_keys_of(settings: Settings) -> list[bytes]:
    """Return what seals under the secret, and what opens what the one before has sealed."""
    secrets = [settings.secret_key]
    if settings.old_secret_key is not None:
        secrets.append(settings.old_secret_key)
    return [sealing_key_from(secret) for secret in secrets]


def database_of(settings: Settings) -> str:
    """Return the address of the configured database, as it is served; starts the embedded one.

    From here on, its personal data opens in this process.
    """
    hold_data_keys(settings.data_secrets)
    return settings.database_url or let_service_in(embedded_database(settings.data_dir))


def owner_database_of(settings: Settings) -> str:
    """Return the address of the configured database for whoever owns its tables.

    From here on, its personal data opens in this process.
    """
    hold_data_keys(settings.data_secrets)
    named = settings.owner_database_url or settings.database_url
    return named or embedded_database(settings.data_dir)


@contextmanager
def opened(url: str, *, only_read: bool = False, as_of_now: bool = False) -> Iterator[Session]:
    """Give a session on a database; commits at the end, or nothing where the command failed.

    A refusal that is itself recorded commits too.

    Args:
        only_read: PostgreSQL refuses whatever would change something.
        as_of_now: all statements see the same moment, whoever goes on writing.
    """
    options: dict[str, Any] = {"postgresql_readonly": only_read}
    if as_of_now:
        options["isolation_level"] = "REPEATABLE READ"
    engine = create_engine(url, connect_args=UNPREPARED, execution_options=options)
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


@contextmanager
def opened_for_reports(
    url: str, settings: Settings, slug: str
) -> Iterator[tuple[Session, Community]]:
    """Give the session on which the reports of a community are read, and the community.

    Args:
        url: of the database itself, from which they are read where there is no replica.

    Raises:
        UnknownRecordError: there is no such community.
        ReportsAwayError: the replica is behind.
    """
    with opened(url, only_read=True) as session:
        community = enter_community(session, slug)
        if settings.reports_database_url is None:
            yield session, community
            return
        with opened(settings.reports_database_url, only_read=True) as replica:
            limit_to(replica, community.id)
            now = community_now(community.timezone)
            refuse_behind(replica, session, community.id, now=now)
            yield replica, community


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
