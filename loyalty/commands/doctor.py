"""`loyalty doctor`: whether the service can run here, and what to do where it cannot."""

import json
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import click
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from loyalty.cards.keys import SealError, sealing_key_from
from loyalty.clock import utc_now
from loyalty.commands.session import (
    database_of,
    opened,
    owner_database_of,
    sealing_keys_of,
    settings_of_environment,
)
from loyalty.database import is_migrated
from loyalty.models import Community, ReportLink, SigningKey
from loyalty.roles import owns_tables
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.upkeep import UpkeepTrouble
from loyalty.services.cards.keys import unseal_private_key
from loyalty.services.community.policy import communities
from loyalty.services.community.upkeep import list_upkeep
from loyalty.services.privacy.resealing import (
    ResealingDueError,
    count_unsealed_pins,
    refuse_former_secrets,
    refuse_other_keys,
)
from loyalty.settings import OLD_SECRET, Settings, SettingsError

OLDEST_SERVER = 140000
"""PostgreSQL 14, as the server numbers its versions."""

TO_DO: Mapping[UpkeepTrouble, str] = MappingProxyType(
    {
        UpkeepTrouble.NEVER_BACKED_UP: "never made; run: loyalty backup FILE, "
        "and keep FILE and its password on other machines",
        UpkeepTrouble.BACKUP_OLD: "more than a week old; run: loyalty backup FILE",
        UpkeepTrouble.DRILL_FAILED: "Mend that, then run: loyalty drill",
        UpkeepTrouble.DRILL_LATE: "none for two weeks; keep `loyalty serve` running, "
        "or run: loyalty drill",
        UpkeepTrouble.DISK_SOON_FULL: "full within a week; move what is not needed "
        "from the disk of the data folder, or give it a larger one",
    }
)
"""What the operator does about what was found."""

LARGEST_DRIFT = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found."""

    subject: str
    ok: bool
    detail: str
    """How it stands, or what to do."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print for a script to read.")
def doctor(*, as_json: bool) -> None:
    """Look at settings, database, tables, secret, clock and keys; exit with 1 if one is ill."""
    findings = list(_findings())
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'ILL '} {finding.subject}: {finding.detail}")
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


def _findings() -> Iterator[Finding]:
    """Look at one thing after another, as far as the earlier ones allow."""
    try:
        settings = settings_of_environment()
    except SettingsError as error:
        yield Finding("settings", ok=False, detail=str(error))
        return
    yield Finding("settings", ok=True, detail=f"people reach the service at {settings.base_url}")
    yield _secret(settings.data_dir / "secret-key")
    yield _proxies(settings)
    try:
        url = database_of(settings)
        with opened(url) as session:
            yield _server(session, embedded=settings.database_url is None)
            yield _clock(session)
            migrated = is_migrated(owner_database_of(settings))
            yield _tables(migrated=migrated)
            if migrated:
                yield _owner(owns=owns_tables(url))
                yield from _old_secret(session, settings)
                yield look_at_keys(session, settings)
                yield look_at_personal_data(session)
                yield from _upkeep(session)
    except SQLAlchemyError as error:
        detail = f"{type(error).__name__}; see that LOYALTY_DATABASE_URL reaches a PostgreSQL"
        yield Finding("database", ok=False, detail=detail)


def _secret(path: Path) -> Finding:
    if not path.exists():
        return Finding("secret", ok=True, detail="given by LOYALTY_SECRET_KEY or its file")
    others = stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    detail = f"others can read it; chmod 600 {path}" if others else f"kept in {path}, mode 0600"
    return Finding("secret", ok=not others, detail=detail)


def _old_secret(session: Session, settings: Settings) -> Iterator[Finding]:
    """Tell what still lies under the old secret, and when it can go."""
    until = settings.old_secret_until
    if until is None:
        return
    served = communities(session)
    try:
        refuse_former_secrets(session, served, sealing_keys_of(settings))
    except ResealingDueError as error:
        yield Finding("old secret", ok=False, detail=str(error))
        return
    if settings.former_secrets(utc_now()):
        detail = f"believed until {until:%Y-%m-%d %H:%M} UTC; then unset {OLD_SECRET}"
        yield Finding("old secret", ok=True, detail=f"{detail}{_count_ending(session, settings)}")
    else:
        detail = f"opens nothing since {until:%Y-%m-%d %H:%M} UTC; unset {OLD_SECRET}"
        pins = sum(count_unsealed_pins(session, one) for one in served)
        lost = f"; {pins} PINs of residents ended with it, print codes for them" if pins else ""
        yield Finding("old secret", ok=False, detail=f"{detail}{lost}")


def _count_ending(session: Session, settings: Settings) -> str:
    """Return in words what ends with the old secret, and must be made anew by people."""
    links = sum(
        session.scalar(
            select(func.count())
            .select_from(ReportLink)
            .where(
                ReportLink.community_id == one.id,
                ReportLink.created_at < settings.old_secret_since,
                ReportLink.expires_at > settings.old_secret_until,
                ReportLink.revoked_at.is_(None),
            )
        )
        or 0
        for one in communities(session)
    )
    pins = sum(count_unsealed_pins(session, one) for one in communities(session))
    told = f"; {links} links to reports end with it, make them anew" if links else ""
    return f"{told}; {pins} PINs of residents end with it unless used before" if pins else told


def _proxies(settings: Settings) -> Finding:
    """Behind a web server that is not named, everybody has its address, and one limit."""
    if settings.base_url.startswith("https:") and settings.trusted_proxies == 0:
        return Finding(
            "clients",
            ok=False,
            detail="a web server stands in front (https) and none is trusted to name its clients, "
            "so that all of them share one limit; set LOYALTY_TRUSTED_PROXIES=1",
        )
    detail = f"told apart by address, through {settings.trusted_proxies} trusted proxies"
    return Finding("clients", ok=True, detail=detail)


def _server(session: Session, *, embedded: bool) -> Finding:
    number, name = session.execute(
        text("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
    ).one()
    kind = "embedded" if embedded else "external"
    if number < OLDEST_SERVER:
        return Finding("database", ok=False, detail=f"PostgreSQL {name}; needs 14 or newer")
    return Finding("database", ok=True, detail=f"{kind} PostgreSQL {name}")


def _clock(session: Session) -> Finding:
    drift = abs(session.scalar(text("SELECT clock_timestamp()")) - utc_now())
    if drift > LARGEST_DRIFT:
        return Finding(
            "clock",
            ok=False,
            detail=f"{drift} away from the database's; set up time synchronization",
        )
    return Finding("clock", ok=True, detail="agrees with the database's")


def _tables(*, migrated: bool) -> Finding:
    if not migrated:
        return Finding("tables", ok=False, detail="older than this release; run: loyalty migrate")
    return Finding("tables", ok=True, detail="as this release wants them")


def _owner(*, owns: bool) -> Finding:
    """Tell who could remove what is written once; that is no fault, but worth knowing."""
    if owns:
        return Finding(
            "rights",
            ok=True,
            detail="the service owns its tables, so whoever takes it over can delete the book;"
            " give it a role of its own, as docs/running.md says, and set"
            " LOYALTY_OWNER_DATABASE_URL",
        )
    return Finding("rights", ok=True, detail="the service cannot change what is written once")


def look_at_keys(session: Session, settings: Settings) -> Finding:
    """Open every sealed card key, since under another secret than its own none opens."""
    sealing_key = sealing_key_from(settings.secret_key)
    opened_keys = 0
    for key, community in session.execute(
        select(SigningKey, Community)
        .join(Community, Community.id == SigningKey.community_id)
        .where(SigningKey.sealed_private_key.is_not(None))
    ):
        try:
            unseal_private_key(key, community, sealing_key=sealing_key)
        except SealError:
            return Finding(
                "card keys",
                ok=False,
                detail=f"key {key.key_id} does not open; restore the secret it was sealed under",
            )
        opened_keys += 1
    return Finding("card keys", ok=True, detail=f"{opened_keys} open")


def look_at_personal_data(session: Session) -> Finding:
    """Look whether the keys that this process holds are those it was sealed with."""
    try:
        refuse_other_keys(session)
    except LoyaltyError as error:
        return Finding("personal data", ok=False, detail=str(error))
    return Finding("personal data", ok=True, detail="opens with the key that is set")


def _upkeep(session: Session) -> Iterator[Finding]:
    """Tell what was found when the service was looked after, which is the same for everybody."""
    first = next(iter(communities(session)), None)
    if first is None:
        return
    for one in list_upkeep(session, first.id, now=utc_now()):
        if one.trouble is not None:
            failure = "" if one.report is None else one.report.facts.get("failure", "")
            detail = f"{failure} {TO_DO[one.trouble]}".strip()
            waits = one.trouble is UpkeepTrouble.NEVER_BACKED_UP
            yield Finding(one.subject, ok=waits, detail=detail)
        elif one.report is None:
            yield Finding(one.subject, ok=True, detail="not yet looked at; `loyalty serve` does so")
        else:
            yield Finding(
                one.subject, ok=True, detail=f"fine on {one.report.at:%Y-%m-%d %H:%M} UTC"
            )
