"""A new key for personal data: everything is sealed anew, and nothing is lost where it stops."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.commands import main
from loyalty.data_keys import DataKeyError, derive_data_key, hold_data_keys
from loyalty.models import Resident, ShopChange
from loyalty.models.sealed import list_sealed
from loyalty.services.privacy.resealing import (
    ResealingDueError,
    refuse_other_keys,
    reseal_some,
)
from tests.commands.running import Operator
from tests.given import SECRET, given_resident
from tests.kept_database import KeptDatabase, plain
from tests.two_communities import Two, copied_two

NEW = "a-new-key-for-personal-data-0123456789"
CHANGED = {"LOYALTY_DATA_KEY": NEW, "LOYALTY_OLD_DATA_KEY": SECRET}


@pytest.fixture
def two(app: Flask, session: Session, kept_database: KeptDatabase) -> Two:
    """Two communities which have one of everything each."""
    return copied_two(app, session, kept_database, with_theirs=True)


def types(operator: Operator, *words: str, **environ: str) -> Result:
    return CliRunner().invoke(main, words, env={**operator.environ, **environ})


def read_sealed(session: Session) -> Mapping[tuple[str, str], list[Any]]:
    """Everything that lies sealed, opened."""
    session.expire_all()
    return {
        (model.__tablename__, name): [
            getattr(record, name)
            for record in session.scalars(select(model).order_by(*model.__table__.primary_key))
        ]
        for model, name, _ in list_sealed()
    }


def test_all_is_sealed_anew_and_reads_as_before(
    operator: Operator, session: Session, two: Two
) -> None:
    before = read_sealed(session)
    numbered = select(Resident.id, Resident.version).order_by(Resident.id)
    versions = session.execute(numbered).all()
    session.rollback()

    told = types(operator, "reseal", **CHANGED)

    assert told.exit_code == 0, told.output
    assert f"{two.community.slug}: " in told.output
    hold_data_keys([NEW])
    assert read_sealed(session) == before
    assert session.execute(numbered).all() == versions
    refuse_other_keys(session)
    assert len(before["resident", "unit"]) > 1


def test_after_it_people_of_one_household_are_still_known_as_such(
    session: Session, two: Two
) -> None:
    mates = [given_resident(session, two.community, household_ref="H-7") for _ in range(2)]
    session.commit()
    hold_data_keys([NEW, SECRET])

    while reseal_some(session, two.community.id):
        assert len({mate.household_key for mate in mates}) == 1
    session.expire_all()

    assert len({mate.household_key for mate in mates}) == 1
    assert mates[0].household_ref == "H-7"


def test_what_was_broken_off_goes_on(operator: Operator, session: Session, two: Two) -> None:
    hold_data_keys([NEW, SECRET])
    assert reseal_some(session, two.community.id) > 0
    session.commit()
    with pytest.raises(ResealingDueError, match="loyalty reseal"):
        refuse_other_keys(session)
    session.rollback()

    assert types(operator, "reseal", **CHANGED).exit_code == 0

    hold_data_keys([NEW])
    refuse_other_keys(session)
    assert reseal_some(session, two.community.id) == 0


def test_without_the_old_key_nothing_is_done_and_it_is_said_what_to_set(
    operator: Operator, session: Session, two: Two
) -> None:
    told = types(operator, "reseal", LOYALTY_DATA_KEY=NEW)

    assert told.exit_code == 1
    assert "LOYALTY_OLD_DATA_KEY" in told.output
    hold_data_keys([SECRET])
    refuse_other_keys(session)
    assert two.community.slug not in told.output


def test_the_doctor_says_that_it_is_due(operator: Operator, two: Two) -> None:
    assert "loyalty reseal" in types(operator, "doctor", **CHANGED).output
    assert "ILL  personal data" in types(operator, "doctor", LOYALTY_DATA_KEY=NEW).output
    assert "ok   personal data" in types(operator, "doctor").output
    assert two.community


@pytest.mark.usefixtures("two")
def test_the_service_does_not_work_with_another_key(session: Session) -> None:
    hold_data_keys([NEW])

    with pytest.raises(DataKeyError, match=derive_data_key(SECRET).id.hex()):
        refuse_other_keys(session)


@pytest.mark.parametrize("column", ["before", "after"])
def test_what_is_written_once_is_only_sealed_with_another_key_or_emptied(
    session: Session, two: Two, column: str
) -> None:
    change = session.scalars(
        select(ShopChange).where(ShopChange.community_id == two.community.id)
    ).first()
    assert change is not None
    change.before = "王芳"
    with pytest.raises(Exception, match="written once"):
        session.flush()
    session.rollback()

    setattr(change, column, None)
    session.flush()
    session.rollback()
    hold_data_keys([NEW, SECRET])
    while reseal_some(session, two.community.id):
        pass


PEOPLE = 1000


def test_a_dump_of_the_database_tells_where_nobody_is(
    session: Session, two: Two, database: str, tmp_path: Path
) -> None:
    for number in range(PEOPLE):
        given_resident(
            session,
            two.community,
            phone=f"+86139{number:04}7315",
            unit=f"隐秘苑{number}号楼",
            household_ref=f"隐秘户{number}",
        )
    session.commit()
    file = tmp_path / "dump.sql"

    with psycopg.connect(plain(database)) as connection:
        [(folder,)] = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
    subprocess.run(  # noqa: S603  # our own PostgreSQL
        [Path(folder) / "pg_dump", "--dbname", plain(database), "--file", file], check=True
    )

    dumped = file.read_text("utf-8")
    assert dumped.count("张小明") >= PEOPLE  # names stay plain, to be sorted and searched
    assert re.findall(r"139\d{4}7315|隐秘[苑户]", dumped) == []
    in_bytes = f"313339(?:3[0-9]){{4}}37333135|{'隐秘'.encode().hex()}"
    assert re.findall(in_bytes, dumped) == []
