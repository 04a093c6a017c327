"""Bringing the tables up to date, for whatever is about to work on them; nothing else does so."""

from collections.abc import Sequence

import click
import psycopg

from loyalty.cards.keys import SealError, sealing_key_from, unseal
from loyalty.clock import utc_now
from loyalty.commands.backup_file import BackupError
from loyalty.commands.local_copies import Purpose, copy_locally
from loyalty.commands.session import (
    database_of,
    opened,
    owner_database_of,
    plain,
    sealing_keys_of,
)
from loyalty.database import is_migrated, migrate
from loyalty.roles import grant_to_service, owns_tables
from loyalty.services.community.policy import communities
from loyalty.services.privacy.resealing import refuse_former_secrets, refuse_other_keys
from loyalty.settings import OLD_SECRET, OWNER, SECRET, Settings, SettingsError

CARD_KEYS = """
SELECT c.slug, to_char(k.month, 'YYYY-MM'), k.sealed_private_key
FROM signing_key k JOIN community c ON c.id = k.community_id
WHERE k.sealed_private_key IS NOT NULL
"""
"""In words that the tables of every release understand; those of past months are destroyed."""


def bring_up_to_date(settings: Settings) -> str:
    """Migrate the configured database as its owner; return the address under which it is served.

    Raises:
        BackupError: what stands in it cannot be copied; then nothing is changed.
        DataKeyError: its personal data lies under another key, or something under an old secret.
        SettingsError: its card keys lie under a secret that is not held.
    """
    move_tables(settings)
    url = database_of(settings)
    with opened(url, only_read=True) as session:
        refuse_other_keys(session)
        if settings.old_secret_key is not None:
            refuse_former_secrets(session, communities(session), sealing_keys_of(settings))
    if _find_shut_key(url, sealing_keys_of(settings)):
        raise SettingsError(
            f"Card keys do not open: set {SECRET}, or LOYALTY_DATA_DIR where its file is, to what "
            f"the service ran with; after a change, set {OLD_SECRET} to it and run: loyalty reseal"
            " (if it is lost, for each community: loyalty keys replace)"
        )
    return url


def move_tables(settings: Settings, *, revision: str = "head", copied: bool = True) -> None:
    """Bring the tables to a revision as their owner, and give the role that serves what it lacks.

    Args:
        copied: whether what stands in them is copied into the data folder before they change.

    Raises:
        BackupError: the copy cannot be made; then nothing is changed.
        SettingsError: no address is named whose user owns them, or the secret is not the one under
            which its card keys lie; then nothing is changed.
    """
    owner = owner_database_of(settings)
    if revision != "head" or not is_migrated(owner):
        if _serves_somebody(owner):
            _refuse_service(owner)
            _refuse_other_secret(owner, settings.secret_key)
            if copied:
                _copy_first(owner, settings)
        migrate(owner, revision=revision)
    if settings.owner_database_url is not None:
        grant_to_service(owner)


def _refuse_service(owner: str) -> None:
    if not owns_tables(owner):
        raise SettingsError(
            "The tables are of another release, and no address is named whose user owns them: "
            f"set {OWNER}, and run: loyalty migrate"
        )


def _refuse_other_secret(owner: str, secret: str) -> None:
    """Refuse to seal what stands in old tables under a secret that is not this service's own."""
    if _find_shut_key(owner, [sealing_key_from(secret)]):
        raise SettingsError(
            f"The tables are of another release, and their card keys do not open: set {SECRET}, or "
            "LOYALTY_DATA_DIR where its file is, to what the service ran with; nothing was changed."
        )


def _find_shut_key(url: str, sealing_keys: Sequence[bytes]) -> bool:
    """Return whether a card key is there that none of some keys opens."""
    with psycopg.connect(plain(url)) as connection:
        return any(
            not any(_opens(sealed, one, community, month) for one in sealing_keys)
            for community, month, sealed in connection.execute(CARD_KEYS)
        )


def _opens(sealed: bytes, sealing_key: bytes, community: str, month: str) -> bool:
    try:
        unseal(sealed, sealing_key=sealing_key, community=community, month=month)
    except SealError:
        return False
    return True


def _copy_first(owner: str, settings: Settings) -> None:
    try:
        file = copy_locally(owner, settings, Purpose.MIGRATION, now=utc_now())
    except BackupError as error:
        raise BackupError(
            f"{error} So the tables are not brought up to date. Mend that; or make a copy your "
            "own way, and then: loyalty migrate --no-copy"
        ) from error
    click.echo(f"Before the tables change, they were copied to {file}.", err=True)


def _serves_somebody(url: str) -> bool:
    """Return whether a community stands in a database, of whatever release."""
    with psycopg.connect(plain(url)) as connection:
        if connection.execute("SELECT to_regclass('public.community')").fetchone() == (None,):
            return False
        return connection.execute("SELECT 1 FROM community LIMIT 1").fetchone() is not None
