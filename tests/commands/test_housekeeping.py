"""`loyalty housekeeping`: run twice, at two places at once, and after a backup was restored."""

import json
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import psycopg
import pytest
import time_machine
from sqlalchemy import func, select

from loyalty.commands.session import opened
from loyalty.models import Erasure, Redemption, Resident, StaffAccount
from loyalty.rules.retention import LINKS_OF_SALES
from loyalty.services.privacy.erasing import ErasePerson, erase_person
from loyalty.services.work import Work
from tests.commands.running import Operator
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_card,
    given_community,
    given_resident,
    given_shop,
    given_staff,
    given_till,
)
from tests.given_sales import given_redemption
from tests.kept_database import plain

LATER = NOON + LINKS_OF_SALES
PARTED = "entries parted from their card"
ERASED = "people erased again"


@pytest.fixture
def slug(operator: Operator) -> str:
    """A community with a card, used twice, as long ago as its sales keep their card."""
    with opened(operator.database) as session:
        community = given_community(session)
        card, shop = given_card(session, community), given_shop(session, community)
        till = given_till(session, shop)
        for _ in range(2):
            given_redemption(session, card, shop, till_id=till.id)
        return community.slug


def parted(operator: Operator) -> int:
    with opened(operator.database) as session:
        query = select(func.count()).where(Redemption.card_id.is_(None))
        return session.scalar(query) or 0


def test_it_may_run_twice(operator: Operator, slug: str) -> None:
    with time_machine.travel(LATER, tick=False):
        first = operator.reads("housekeeping")[slug]
        again = operator.reads("housekeeping")[slug]
        told = operator.types("housekeeping").output

    assert first[PARTED] == 2
    assert set(again.values()) == {0}
    assert told == f"{slug}: nothing to do\n"
    assert parted(operator) == 2


def test_an_account_whose_home_is_gone_is_one_of_its_own_again(operator: Operator) -> None:
    home = {"home_community_id": uuid4(), "home_account_id": uuid4()}
    with opened(operator.database) as session:
        account = given_account(
            session, given_community(session), password_hash=None, totp_secret=None, **home
        )

    operator.reads("housekeeping")

    with opened(operator.database) as session:
        here = session.get_one(StaffAccount, (account.community_id, account.id))
        assert (here.home_community_id, here.home_account_id) == (None, None)


def test_a_community_whose_house_cannot_be_kept_stops_no_other(
    operator: Operator, slug: str, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(operator.database) as session:
        # There is no such time zone, so no step of its housekeeping is reached.
        broken = given_community(session, timezone="Nowhere/轩辕破晓", slug="a-broken-one")
        last = given_community(session)
        session.flush()
        slugs = {slug, last.slug}
        assert broken.id < last.id

    with time_machine.travel(LATER, tick=False):
        ended = operator.types("housekeeping", "--json")

    assert ended.exit_code == 1
    assert json.loads(ended.stdout).keys() == slugs
    assert "The housekeeping has failed in a-broken-one;" in ended.stderr
    assert parted(operator) == 2
    assert "a-broken-one" in caplog.text
    assert "轩辕破晓" not in caplog.text + ended.output


def test_at_two_places_at_once_one_waits_for_the_other(operator: Operator, slug: str) -> None:
    with opened(operator.database) as session:
        community_id = session.scalars(select(Redemption.community_id)).first()
    house = "SELECT FROM community WHERE id = %s FOR NO KEY UPDATE"
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    done: list[int] = []
    keeps = Thread(target=lambda: done.append(operator.types("housekeeping").exit_code))
    with (
        time_machine.travel(LATER, tick=False),
        psycopg.connect(plain(operator.database)) as other,
    ):
        other.execute(house, (community_id,))
        keeps.start()
        while other.execute(waiting).fetchone() != (1,):
            assert keeps.is_alive(), "it did not wait"
        assert parted(operator) == 0
        other.rollback()
        keeps.join()

    assert done == [0]
    assert slug


def erase(operator: Operator, file: Path) -> UUID:
    """Erase somebody, and return who it was."""
    with opened(operator.database) as session:
        community = given_community(session)
        resident = given_resident(session, community, name="轩辕破晓")
        work = Work(session, given_staff(session, community), NOON)
        erase_person(work, ErasePerson(resident.id), sealing_key=SEALING_KEY, erasures=file)
        return resident.id


def test_whose_erasure_was_taken_back_is_not_in_the_file(
    operator: Operator, tmp_path: Path
) -> None:
    file = tmp_path / "erasures.jsonl"
    with opened(operator.database) as session:
        community = given_community(session)
        kept, gone = (given_resident(session, community).id for _ in range(2))
        work = Work(session, given_staff(session, community), NOON)
        session.commit()
        erase_person(work, ErasePerson(kept), sealing_key=SEALING_KEY, erasures=file)
        session.rollback()
        session.execute(select(Resident))
        session.commit()
        assert not file.exists()

        erase_person(work, ErasePerson(gone), sealing_key=SEALING_KEY, erasures=file)
        with session.begin_nested():
            assert not file.exists()
        assert not file.exists()

    (line,) = file.read_text("utf-8").splitlines()
    assert json.loads(line)["resident_id"] == str(gone)


def restore(operator: Operator, resident_id: UUID) -> None:
    """Bring somebody back, as a backup does that is older than the erasure."""
    with opened(operator.database) as session:
        resident = session.scalars(select(Resident).where(Resident.id == resident_id)).one()
        resident.name, resident.state = "轩辕破晓", "active"
        session.delete(session.get_one(Erasure, (resident.community_id, resident_id)))


def test_whom_a_backup_brings_back_is_erased_again(operator: Operator, tmp_path: Path) -> None:
    resident_id = erase(operator, tmp_path / "erasures.jsonl")
    restore(operator, resident_id)

    (counts,) = operator.reads("housekeeping").values()

    with opened(operator.database) as session:
        resident = session.scalars(select(Resident).where(Resident.id == resident_id)).one()
        assert (resident.name, resident.state) == ("—", "erased")
        assert session.get_one(Erasure, (resident.community_id, resident_id)).erased_at == NOON
    assert counts[ERASED] == 1


def test_without_the_file_nobody_knows_of_it(operator: Operator, tmp_path: Path) -> None:
    """The control: it is the file that tells."""
    resident_id = erase(operator, tmp_path / "elsewhere.jsonl")
    restore(operator, resident_id)

    (counts,) = operator.reads("housekeeping").values()

    assert counts[ERASED] == 0


def test_the_file_holds_ids_and_nobodys_name(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "erasures.jsonl"
    resident_id = erase(operator, file)

    (line,) = file.read_text("utf-8").splitlines()

    assert json.loads(line).keys() == {"community_id", "resident_id", "erased_at"}
    assert str(resident_id) in line


def test_what_is_missing_in_the_file_is_written_there(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "erasures.jsonl"
    resident_id = erase(operator, file)
    whole = file.read_text("utf-8")
    file.write_text(whole[:40], "utf-8")  # As the machine stopped in the middle of it.

    operator.reads("housekeeping")

    assert file.read_text("utf-8") == whole[:40] + "\n" + whole
    assert str(resident_id) in whole


def test_somebody_of_whom_the_backup_knows_nothing_is_noted_all_the_same(
    operator: Operator, tmp_path: Path, slug: str
) -> None:
    with opened(operator.database) as session:
        community_id = session.scalars(select(Redemption.community_id)).first()
    unknown = {"community_id": str(community_id), "resident_id": str(uuid4())}
    line = json.dumps({**unknown, "erased_at": NOON.isoformat()})
    (tmp_path / "erasures.jsonl").write_text(f"{line}\n", "utf-8")

    assert operator.reads("housekeeping")[slug][ERASED] == 0

    with opened(operator.database) as session:
        assert str(session.scalars(select(Erasure.resident_id)).one()) == unknown["resident_id"]
