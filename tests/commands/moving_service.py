"""A service that a community has left as a file, and the operator of the one it comes to."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.keys import sealing_key_from
from loyalty.cards.rotating import make_secret, seal_secret
from loyalty.commands import main
from loyalty.commands.backup_file import (
    Lock,
    Part,
    make_key_file,
    opened_backup,
    unlock,
    write_backup,
)
from loyalty.commands.session import opened
from loyalty.data_keys import hold_data_keys
from loyalty.models import Community, OwnPage, Round
from loyalty.models.sealed import list_sealed
from loyalty.rules.selection import RoundAction
from loyalty.services.own_page.hashing import hash_pin
from loyalty.services.privacy.moving import GIVEN_ANEW, list_moved
from loyalty.services.privacy.resealing import reseal_secrets
from loyalty.services.privacy.secret_seals import SEALS
from tests.given import (
    SEALING_KEY,
    SECRET,
    SHANGHAI,
    given_card,
    given_community,
    given_shop,
    paired_till,
)
from tests.given_everything import given_everything
from tests.given_own_pages import PIN
from tests.given_rounds import act
from tests.kept_database import new_database, plain
from tests.present import present

THEIRS = "the-secret-of-the-place-they-come-from-0123456789"
"""Of the service that the community leaves; the one it comes to has that of the tests."""

THEIR_KEY = sealing_key_from(THEIRS)


@dataclass(frozen=True)
class Source:
    """A service with two communities, one of which has been written to a file."""

    database: str
    data_dir: Path
    slug: str
    community_id: UUID
    other_slug: str
    other_id: UUID
    file: Path
    key_file: Path
    till: Mapping[str, str]
    card: str

    def types(self, *words: str, answers: str | None = None) -> Result:
        return types(self.database, self.data_dir, *words, secret=THEIRS, answers=answers)

    @property
    def key(self) -> tuple[str, str]:
        return "--key-file", str(self.key_file)

    def parts(self) -> list[Part]:
        with opened_backup(self.file, unlock(self.file, Lock(key_file=self.key_file))) as parts:
            return list(parts)


def types(
    database: str | None,
    data_dir: Path,
    *words: str,
    secret: str = SECRET,
    answers: str | None = None,
) -> Result:
    """Run a command as the operator of a service."""
    environ = {
        "LOYALTY_DATA_DIR": str(data_dir),
        "LOYALTY_DATABASE_URL": database or "",
        "LOYALTY_SECRET_KEY": secret,
        "LOYALTY_BASE_URL": "http://loyalty.test",
    }
    return CliRunner().invoke(main, words, env=environ, input=answers)


def imports(
    database: str | None, tmp_path: Path, source: Source, file: Path | None = None
) -> Result:
    return types(database, tmp_path, "community", "import", str(file or source.file), *source.key)


def rows_of(database: str, community_id: UUID) -> dict[str, list[str]]:
    """Every row of a community as text, but for what is sealed or given anew."""
    hidden = {(model.__tablename__, name) for model, name, _ in list_sealed()}
    hidden |= {(model.__tablename__, str(one.key)) for model, _, one in list_sealed()}
    hidden |= {(one.model.__tablename__, one.column) for one in SEALS} | GIVEN_ANEW
    found = {}
    with psycopg.connect(plain(database), options="-c TimeZone=UTC") as connection:
        for table in list_moved():
            names = [one.name for one in table.columns if (table.name, one.name) not in hidden]
            owner = "id" if table.name == "community" else "community_id"
            query = f"SELECT ({', '.join(names)})::text FROM {table.name} WHERE {owner} = %s"  # noqa: S608  # names of ours
            found[table.name] = sorted(row for (row,) in connection.execute(query, (community_id,)))
    return found


def opened_in(database: str, community_id: UUID) -> dict[tuple[str, str], list[Any]]:
    """Everything of a community that lies sealed as personal data, opened."""
    with opened(database) as session:
        return {
            (model.__tablename__, name): [
                getattr(record, name)
                for record in session.scalars(
                    select(model)
                    .where(model.community_id == community_id)
                    .order_by(*model.__table__.primary_key)
                )
            ]
            for model, name, _ in list_sealed()
        }


def without_own(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The trace of the move itself stands at one of the two places."""
    return {
        **found,
        "audit_event": [one for one in found["audit_event"] if "community." not in one],
    }


def slugs(database: str) -> list[str]:
    with opened(database) as session:
        return sorted(session.scalars(select(Community.slug)))


@contextmanager
def a_community_that_leaves(server: str, folder: Path) -> Iterator[Source]:
    """Two communities with one of everything each, one of which is written to a file."""
    key_file = folder / "file.key"
    make_key_file(key_file)
    with new_database(server) as database:
        hold_data_keys([THEIRS])
        with opened(database) as session:
            community, other = given_community(session, slug="leaves"), given_community(session)
            for one in (other, community):
                given_everything(session, one)
            _issue_undisputed_lines(session, community)
            till = paired_till(session, given_shop(session, community))
            card = given_card(session, community, valid_from=date(2026, 12, 1)).token
            page = present(
                session.scalars(select(OwnPage).where(OwnPage.community_id == community.id)).first()
            )
            page.pin_hash = hash_pin(PIN, page.id, sealing_key=SEALING_KEY)
            page.sealed_secret = seal_secret(make_secret(), page.id, sealing_key=SEALING_KEY)
            session.flush()
            for one in (other, community):
                assert reseal_secrets(session, one, [THEIR_KEY, SEALING_KEY]) > 0
            ids = (community.slug, community.id, other.slug, other.id)
        made = Source(database, folder, *ids, folder / "leaves.community", key_file, till, card)
        told = made.types("community", "export", made.slug, str(made.file), *made.key)
        assert told.exit_code == 0, told.output
        yield made


def _issue_undisputed_lines(session: Session, community: Community) -> None:
    """Let December's round be back in its notice, with the cards of whom nobody objects to."""
    community.undisputed_cards_wait = False
    notice = session.scalars(
        select(Round).where(Round.community_id == community.id, Round.state == "notice")
    ).one()
    after = datetime.combine(present(notice.notice_last), time(12), SHANGHAI) + timedelta(days=1)
    for action in (RoundAction.CONFIRM, RoundAction.ISSUE):
        act(session, notice, action, now=after)
    assert (notice.state, notice.confirmed_by) == ("notice", None)


def forged(source: Source, file: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The same file with another content of one of its parts."""
    parts = [
        Part(one.name, change(one.content) if one.name == name else one.content)
        for one in source.parts()
    ]
    write_backup(file, parts, Lock(key_file=source.key_file))
    return file


def described(**values: Any) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps({**json.loads(content), **values}).encode()
