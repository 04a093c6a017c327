"""Another secret: what lies sealed is sealed anew, and the doctor says when the old one can go."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.keys import SealError, sealing_key_from
from loyalty.commands import main
from loyalty.commands.tables import bring_up_to_date
from loyalty.data_keys import hold_data_keys
from loyalty.models import Community, OwnPage, Resident, SigningKey, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.privacy.resealing import (
    ResealingDueError,
    count_former_secrets,
    refuse_other_keys,
)
from loyalty.services.privacy.secret_seals import SEALS, SecretSeal
from loyalty.settings import OLD_SECRET_SINCE, Settings, SettingsError
from tests.commands.running import Operator
from tests.commands.test_doctor import findings
from tests.given import SEALING_KEY, SECRET, given_account
from tests.given_own_pages import PIN, under_the_secret
from tests.kept_database import KeptDatabase
from tests.two_communities import Two, copied_two

NEW = "the-secret-that-takes-the-place-of-the-old-one-0123"
NEW_KEY = sealing_key_from(NEW)
CHANGED = {"LOYALTY_SECRET_KEY": NEW, "LOYALTY_OLD_SECRET_KEY": SECRET}


@pytest.fixture
def two(app: Flask, session: Session, kept_database: KeptDatabase) -> Two:
    """Two communities which have one of everything each."""
    return copied_two(app, session, kept_database, with_theirs=True)


def types(operator: Operator, *words: str, **environ: str) -> Result:
    return CliRunner().invoke(main, words, env={**operator.environ, **environ})


def settings(operator: Operator, **environ: str) -> Settings:
    return Settings.from_env({**operator.environ, **environ})


def age(operator: Operator, since: timedelta) -> None:
    """Let the old secret have been set for a while."""
    file = operator.data_dir / OLD_SECRET_SINCE
    known, _ = file.read_text("ascii").split(" ")
    file.write_text(f"{known} {(datetime.now(UTC) - since).isoformat()}", "ascii")


def count_under(session: Session, *keys: bytes) -> int:
    """How many secrets of all communities another key than the first has sealed."""
    session.expire_all()
    served = session.scalars(select(Community)).all()
    return sum(count_former_secrets(session, one, keys) for one in served)


def test_all_that_lies_sealed_is_sealed_with_the_new_secret(
    operator: Operator, session: Session, two: Two
) -> None:
    sealed = count_under(session, NEW_KEY, SEALING_KEY)
    phones = session.scalars(select(Resident).order_by(Resident.id)).all()
    before = [one.phone for one in phones]
    session.rollback()
    with pytest.raises(ResealingDueError, match="loyalty reseal"):
        bring_up_to_date(settings(operator, **CHANGED))

    told = types(operator, "reseal", **CHANGED)

    assert told.exit_code == 0, told.output
    assert f"{two.community.slug}: " in told.output
    assert sealed > len(SEALS)
    assert count_under(session, NEW_KEY, SEALING_KEY) == 0
    assert count_under(session, SEALING_KEY, NEW_KEY) == sealed
    bring_up_to_date(settings(operator, **CHANGED))
    hold_data_keys([NEW])
    refuse_other_keys(session)
    assert [one.phone for one in phones] == before
    again = types(operator, "reseal", **CHANGED)
    assert f"{two.community.slug}: 0 records and 0 secrets sealed anew" in again.output


def test_without_the_old_secret_nothing_starts_though_personal_data_has_its_own_key(
    operator: Operator, session: Session, two: Two
) -> None:
    keys = {"LOYALTY_DATA_KEY": "a-key-for-personal-data-alone-0123456789"}
    assert types(operator, "reseal", LOYALTY_OLD_DATA_KEY=SECRET, **keys).exit_code == 0
    bring_up_to_date(settings(operator, **keys))

    for named in ({}, {"LOYALTY_OLD_SECRET_KEY": SECRET[::-1]}):
        with pytest.raises(SettingsError, match="Card keys do not open: set LOYALTY_SECRET_KEY"):
            bring_up_to_date(settings(operator, LOYALTY_SECRET_KEY=NEW, **keys, **named))

    for slug in (two.community.slug, two.elsewhere.slug):
        community = session.scalars(select(Community).where(Community.slug == slug)).one()
        manager = given_account(session, community, Role.MANAGER).username
        session.commit()
        words = ("keys", "replace", slug, "--as", manager, "--yes")
        assert types(operator, *words, LOYALTY_SECRET_KEY=NEW, **keys).exit_code == 0
    bring_up_to_date(settings(operator, LOYALTY_SECRET_KEY=NEW, **keys))


def test_without_the_old_secret_nothing_is_sealed_anew(
    operator: Operator, session: Session, two: Two
) -> None:
    """The control."""
    sealed = count_under(session, NEW_KEY, SEALING_KEY)
    session.rollback()

    told = types(operator, "reseal", LOYALTY_SECRET_KEY=NEW)

    assert told.exit_code == 1, two
    assert count_under(session, NEW_KEY, SEALING_KEY) == sealed


def test_a_value_opens_on_its_own_row_alone(session: Session, two: Two) -> None:
    strange = {"id": uuid4(), "month": "2031-01", "caller_id": uuid4(), "job_id": uuid4()}
    looked_at = set()
    for one in SEALS:
        for found in session.execute(select(one.model.__table__)).mappings():
            row = dict(found)
            slug = session.get_one(Community, row["community_id"]).slug
            if row[one.column] is not None and _opens(one, row, slug):
                looked_at.add((one.model, one.column))
                assert not _opens(one, {**row, **strange}, slug)

    assert looked_at >= {(SigningKey, "sealed_private_key"), (StaffAccount, "totp_secret")}, two


def _opens(one: SecretSeal, row: Mapping[str, Any], slug: str) -> bool:
    try:
        return one.open(row, slug, sealing_keys=[SEALING_KEY]) is not None
    except SealError:
        return False


def test_the_doctor_says_what_is_due_and_when_the_old_secret_can_go(
    operator: Operator, two: Two
) -> None:
    due = findings(operator, **CHANGED)["old secret"]
    types(operator, "reseal", **CHANGED)

    fresh = findings(operator, **CHANGED)
    age(operator, timedelta(days=1, minutes=1))
    late = findings(operator, **CHANGED)["old secret"]
    gone = findings(operator, LOYALTY_SECRET_KEY=NEW)

    assert two.community
    assert (due[0], "loyalty reseal" in due[1]) == (False, True)
    assert fresh["old secret"][0]
    assert "then unset LOYALTY_OLD_SECRET_KEY" in fresh["old secret"][1]
    assert fresh["card keys"][0]
    assert (late[0], "opens nothing since" in late[1]) == (False, True)
    assert gone["card keys"][0]
    assert gone["personal data"][0]
    assert "old secret" not in gone


def test_pins_that_were_hashed_under_the_old_secret_are_counted(
    operator: Operator, session: Session, two: Two
) -> None:
    """Nothing seals them anew: they are used within the day, or chosen anew."""
    pages = session.scalars(select(OwnPage)).all()
    for page in pages:
        page.pin_hash = under_the_secret(PIN)
    session.commit()

    told = types(operator, "reseal", **CHANGED)
    day = findings(operator, **CHANGED)["old secret"]
    age(operator, timedelta(days=1, minutes=1))
    late = findings(operator, **CHANGED)["old secret"]
    unchanged = types(operator, "reseal", LOYALTY_SECRET_KEY=NEW)

    slug = two.community.slug
    assert len(pages) == 2
    assert f"{slug}: 1 PINs of residents were hashed under the old secret" in told.output
    assert day[0]
    assert "2 PINs of residents end with it unless used" in day[1]
    assert "2 PINs of residents ended with it" in late[1]
    assert "PINs" not in unchanged.output


def test_the_day_begins_when_the_old_secret_is_first_set(operator: Operator) -> None:
    first = settings(operator, **CHANGED)
    age(operator, timedelta(hours=23))
    later = settings(operator, **CHANGED)
    other = settings(operator, **{**CHANGED, "LOYALTY_OLD_SECRET_KEY": SECRET[::-1]})
    now = datetime.now(UTC)

    assert first.former_secrets(now) == (SECRET,)
    assert later.former_secrets(now + timedelta(minutes=59)) == (SECRET,)
    assert later.former_secrets(now + timedelta(minutes=61)) == ()
    assert other.former_secrets(now + timedelta(hours=23)) == (SECRET[::-1],)
    assert settings(operator).former_secrets(now) == ()


def test_a_folder_that_is_copied_or_restored_gives_no_other_day(
    operator: Operator, tmp_path: Path
) -> None:
    """A copy has the time at which it was made."""
    settings(operator, **CHANGED)
    age(operator, timedelta(hours=23))
    since = settings(operator, **CHANGED).old_secret_since
    copied = tmp_path / "copied"
    copied.mkdir()
    copyfile(operator.data_dir / OLD_SECRET_SINCE, copied / OLD_SECRET_SINCE)

    there = settings(operator, LOYALTY_DATA_DIR=str(copied), **CHANGED)

    assert there.old_secret_since == since
    (copied / OLD_SECRET_SINCE).write_text(sha256(SECRET.encode()).hexdigest() + " soon", "ascii")
    with pytest.raises(SettingsError, match="says no moment"):
        settings(operator, LOYALTY_DATA_DIR=str(copied), **CHANGED)


def test_the_old_secret_is_no_key_of_personal_data_where_that_has_its_own(
    operator: Operator, tmp_path: Path
) -> None:
    own = {**CHANGED, "LOYALTY_DATA_KEY": "a-key-for-personal-data-alone-0123456789"}

    assert settings(operator, **CHANGED).data_secrets == (NEW, SECRET)
    assert settings(operator, **own).data_secrets == (own["LOYALTY_DATA_KEY"],)
    assert (tmp_path / OLD_SECRET_SINCE).read_text("ascii").split(" ")[0].isalnum()
    assert SECRET not in (tmp_path / OLD_SECRET_SINCE).read_text("ascii")


@pytest.mark.parametrize("old", ["short", NEW])
def test_an_old_secret_that_is_weak_or_the_same_stops_the_start(
    operator: Operator, old: str
) -> None:
    told = types(operator, "reseal", LOYALTY_SECRET_KEY=NEW, LOYALTY_OLD_SECRET_KEY=old)

    assert told.exit_code == 1
    assert "LOYALTY_OLD_SECRET_KEY" in told.output
