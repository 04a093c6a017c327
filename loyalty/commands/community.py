"""`loyalty community`: one community as one file, to move it, to leave with it, to take it out."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from loyalty.clock import utc_now
from loyalty.commands.backup import PASSWORD, ask_for_lock, refuse_pooler, refuse_wrong_keys
from loyalty.commands.backup_file import BackupError, Lock, needs_password, unlock, write_backup
from loyalty.commands.community_arrival import IMPORTED, note_move, take_in
from loyalty.commands.community_file import list_parts, read_description, revision_of
from loyalty.commands.session import (
    opened,
    owner_database_of,
    sealing_keys_of,
    settings_of_environment,
)
from loyalty.commands.tables import bring_up_to_date
from loyalty.database import Owned, is_migrated
from loyalty.models import AuditEvent, Card, Community, Redemption, Resident, StaffAccount
from loyalty.services.community.policy import community_called, enter_community
from loyalty.services.privacy.moving import CommunityReader
from loyalty.services.privacy.removing import remove_community

_logger = logging.getLogger(__name__)

EXPORTED = "community.exported"

FRESH = timedelta(days=7)
"""How old the last export may be when a community is taken out."""

COUNTED = (
    ("residents", Resident),
    ("cards", Card),
    ("entries of the book", Redemption),
    ("accounts", StaffAccount),
)
"""What is told of a community before it is taken out."""

MADE_ANEW = {
    "message_hook.sealed_secret": "Their messages are signed with another secret: have a manager "
    "make one for each receiver, and hand it over.",
    "own_page.pin_hash": "These residents choose a PIN anew, with a code that is printed for them.",
    "own_page.sealed_secret": "These residents show a code on their phones again once they have "
    "chosen a PIN anew, with a code that is printed for them.",
    "signing_key.sealed_private_key": "Nobody can sign cards of these months; where one is not "
    "over, replace keys and cards there: loyalty keys replace",
    "staff_account.totp_secret": "These accounts open with their password alone until a second "
    "factor is set anew: hand each a link of loyalty join-link.",
}
"""What is to be done about values that did not go along."""

key_option = click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Lock or open it with this key instead of a password.",
)
password_option = click.option("--password", envvar=PASSWORD, hidden=True)


@click.group("community")
def community() -> None:
    """Move one community to another service, or take it out of this one."""


@community.command("export")
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@key_option
@password_option
def export_community(slug: str, file: Path, *, key_file: Path | None, password: str | None) -> None:
    """Write all of the community SLUG into FILE, encrypted as a backup is.

    What is sold or entered afterwards is not in it: stop the service, or its tills, before.
    """
    settings = settings_of_environment()
    lock = ask_for_lock("file", key_file, password)
    url = owner_database_of(settings)
    refuse_pooler(url, settings)
    if not is_migrated(url):
        raise BackupError("The tables are older than this release; run: loyalty migrate")
    refuse_wrong_keys(url)
    now = utc_now()
    with opened(url, only_read=True, as_of_now=True) as session:
        revision = revision_of(session)
        served = enter_community(session, slug)
        reader = CommunityReader(session, served.id, served.slug, sealing_keys_of(settings))
        write_backup(file, list_parts(served, reader, revision=revision, now=now), lock)
    with opened(url) as session:
        note_move(session, served, EXPORTED, now=now)
    click.echo(
        f"{file}: {file.stat().st_size} bytes, of which nothing can be read without its key."
    )
    _tell_lost(reader.lost)


@community.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@key_option
@password_option
def import_community(file: Path, *, key_file: Path | None, password: str | None) -> None:
    """Put the community of FILE in beside those that are here: all of it, or nothing.

    All of FILE is read before anything is touched, and what was written is compared with it.
    """
    if key_file is None and password is None and needs_password(file):
        password = click.prompt("Password of the file", hide_input=True)
    key = unlock(file, Lock(password=password, key_file=key_file))
    described = read_description(file, key)
    settings = settings_of_environment()
    url = owner_database_of(settings)
    refuse_pooler(url, settings)
    bring_up_to_date(settings)
    arrived = take_in(url, settings, file, key, described)
    click.echo(
        f"{described.slug} as it was at {described.made_at}: {len(described.sums)} tables with "
        f"{described.rows} rows, every sum equal."
    )
    click.echo(f"Chain of what was recorded: {arrived.head}, {len(arrived.faults)} faults.")
    for fault in arrived.faults:
        click.echo(fault)
    click.echo(f"People who were erased, on the list of this service, too: {arrived.erased}.")
    _tell_lost(described.lost)


@community.command("erase")
@click.argument("slug")
@click.option(
    "--without-export",
    is_flag=True,
    help="Do so although not all of it is in a file.",
)
def erase_community(slug: str, *, without_export: bool) -> None:
    """Take the community SLUG out of this service with all that belongs to it, for good.

    Backups hold it still; how long they are kept is yours to decide.
    """
    settings = settings_of_environment()
    url = owner_database_of(settings)
    with opened(url, only_read=True) as session:
        served = enter_community(session, slug)
        exported = _last_export(session, served)
        counts = ", ".join(f"{_count(session, served, model)} {name}" for name, model in COUNTED)
        if not without_export:
            _refuse_unwritten(session, served, exported)
    click.echo(f"{slug} ({served.name}) goes for good: {counts}.")
    last = "never" if exported is None else f"{exported:%Y-%m-%d %H:%M} UTC"
    click.echo(f"Last written to a file: {last}.")
    if click.prompt("Type its short name again", default="", show_default=False) != slug:
        raise click.ClickException("That is another name; nothing was changed.")
    with opened(url) as session:
        served = community_called(session, slug)
        if not without_export:
            # Something may have been recorded while the name was typed.
            _refuse_unwritten(session, served, exported)
        remove_community(session, served)
    # Its own record is gone with it. No name of anybody is told here.
    _logger.warning("community %s (%s) was taken out: %s", slug, served.id, counts)
    click.echo(f"{slug} is taken out. Its tills, addresses and links open nothing here any more.")


def _last_export(session: Session, served: Community) -> datetime | None:
    """Return when this service last wrote it to a file; what another did before it came is not."""
    moves = select(AuditEvent.action, AuditEvent.at).where(
        AuditEvent.community_id == served.id, AuditEvent.action.in_([EXPORTED, IMPORTED])
    )
    last = session.execute(moves.order_by(AuditEvent.at.desc()).limit(1)).one_or_none()
    return last.at if last is not None and last.action == EXPORTED else None


def _refuse_unwritten(session: Session, served: Community, exported: datetime | None) -> None:
    """Refuse to take out what stands in no file."""
    run_first = f"run first: loyalty community export {served.slug} FILE"
    if exported is None or exported < utc_now() - FRESH:
        raise click.ClickException(
            f"No file of {served.slug} was written within {FRESH.days} days; {run_first}"
        )
    entries = _count(session, served, Redemption, Redemption.recorded_at > exported)
    others = _count(session, served, AuditEvent, AuditEvent.at > exported)
    if entries or others:
        raise click.ClickException(
            f"What was recorded since the file of {exported:%Y-%m-%d %H:%M} UTC is not in it: "
            f"{entries} in the book, {others} in the list of who did what; {run_first}"
        )


def _count(
    session: Session, served: Community, model: type[Owned], *those: ColumnElement[bool]
) -> int:
    query = select(func.count()).select_from(model).where(model.community_id == served.id, *those)
    return session.scalar(query) or 0


def _tell_lost(lost: Mapping[str, int]) -> None:
    for place, count in lost.items():
        click.echo(f"Not in it, since no other service could open them: {count} of {place}.")
        if place in MADE_ANEW:
            click.echo(MADE_ANEW[place])
