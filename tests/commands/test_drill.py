"""`loyalty drill`, and the copies that the service makes by itself."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
import time_machine
from click.testing import CliRunner, Result

from loyalty.commands import main
from loyalty.commands.drill import ALONE
from loyalty.commands.local_copies import KEPT, LONGEST_COPY, Purpose, copy_locally
from loyalty.commands.session import opened
from loyalty.commands.tables import move_tables
from loyalty.commands.upkeep import is_a_drill_due, report_to_all
from loyalty.database import is_migrated
from loyalty.models import UpkeepReport
from loyalty.roles import let_service_in
from loyalty.rules.upkeep import DRILL_EVERY, UpkeepSubject
from loyalty.services.community.policy import community_called
from loyalty.services.community.upkeep import find_report
from loyalty.settings import Settings
from tests.commands.running import Operator
from tests.given import NOON, given_card, given_community
from tests.kept_database import new_database, plain
from tests.serving import new_data_folder

DOWN = ("--", "-1")
"""One step back, as the command is told."""


@pytest.fixture
def served(server: str) -> Iterator[Operator]:
    """An operator whose service has a community with a card."""
    with new_database(server) as database, new_data_folder() as folder:
        with opened(database) as session:
            given_card(session, given_community(session, slug="dongshi"))
        yield Operator(database, folder)


def report_of(operator: Operator, subject: UpkeepSubject) -> UpkeepReport | None:
    with opened(operator.database) as session:
        community = community_called(session, "dongshi")
        return find_report(session, community.id, subject)


def settings_of(operator: Operator) -> Settings:
    return Settings.from_env(operator.environ)


def by_the_service(operator: Operator) -> Operator:
    """What `serve` starts, which has forgotten who owns the tables."""
    return replace(operator, database=let_service_in(operator.database))


def copies_in(operator: Operator) -> list[Path]:
    return sorted((operator.data_dir / "backups").glob("*.backup"))


def test_a_drill_restores_a_copy_compares_it_and_tells_managers(served: Operator) -> None:
    # As one that was killed while it made its database has left it.
    (served.data_dir / "drill" / "postgres").mkdir(parents=True)
    (served.data_dir / "drill" / "postgres" / "PG_VERSION").write_text("18\n", "ascii")

    told = by_the_service(served).types("drill")

    assert told.exit_code == 0, told.output
    report = report_of(served, UpkeepSubject.DRILL)
    assert report is not None
    assert report.ok
    assert report.facts["rows"] > 0
    assert "rows of" in told.output
    assert [file.name.endswith("-weekly.backup") for file in copies_in(served)] == [True]
    assert not (served.data_dir / "drill").exists()
    assert "none is due" in served.types("drill", "--if-due").output


def test_a_drill_that_fails_is_told_with_its_reason(served: Operator) -> None:
    (served.data_dir / "backups").touch()

    told = served.types("drill")

    report = report_of(served, UpkeepSubject.DRILL)
    assert told.exit_code == 1
    assert report is not None
    assert (report.ok, "cannot be written" in report.facts["failure"]) == (False, True)


def test_a_drill_that_others_break_off_is_told_without_what_they_say(served: Operator) -> None:
    gone = served.data_dir / "gone"

    told = replace(served, data_dir=gone).types("drill")

    assert isinstance(told.exception, FileNotFoundError)
    report = report_of(served, UpkeepSubject.DRILL)
    assert report is not None
    assert (report.ok, report.facts) == (
        False,
        {"failure": "It was broken off by FileNotFoundError."},
    )


def test_where_the_disk_has_no_room_for_two_nothing_is_copied(
    served: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))

    told = served.types("drill")

    assert (told.exit_code, "make room" in told.output) == (1, True)
    report = report_of(served, UpkeepSubject.DRILL)
    assert report is not None
    assert "has no room for a copy" in report.facts["failure"]
    assert copies_in(served) == []


def test_one_drill_at_a_time(served: Operator) -> None:
    with psycopg.connect(plain(served.database)) as other:
        other.execute(ALONE)

        assert "Another drill is under way" in served.types("drill").output
    assert report_of(served, UpkeepSubject.DRILL) is None


def test_a_drill_is_due_when_any_community_has_not_been_told_for_a_week(served: Operator) -> None:
    facts = {"rows": 1, "tables": 1, "seconds": 1}
    assert is_a_drill_due(served.database, now=NOON)

    report_to_all(served.database, UpkeepSubject.DRILL, ok=True, facts=facts, now=NOON)
    assert not is_a_drill_due(served.database, now=NOON)
    assert is_a_drill_due(served.database, now=NOON + DRILL_EVERY)

    with opened(served.database) as session:
        given_community(session)
    assert is_a_drill_due(served.database, now=NOON)


def test_tables_are_copied_before_they_change_and_only_then(served: Operator) -> None:
    move_tables(settings_of(served))
    assert copies_in(served) == []

    assert "were copied to" in served.types("migrate", *DOWN).output
    assert "were copied to" in served.types("migrate").output

    assert len(copies_in(served)) == 2
    assert is_migrated(served.database)


def test_where_the_copy_fails_no_table_is_changed(served: Operator) -> None:
    (served.data_dir / "backups").touch()

    told = served.types("migrate", *DOWN)

    assert told.exit_code == 1
    assert "loyalty migrate --no-copy" in told.output
    assert is_migrated(served.database)
    assert served.types("migrate", "--no-copy", *DOWN).exit_code == 0
    assert not is_migrated(served.database)


def test_who_does_not_own_the_tables_is_told_so_and_copies_nothing(served: Operator) -> None:
    assert served.types("migrate", "--no-copy", *DOWN).exit_code == 0

    told = by_the_service(served).types("migrate")

    assert told.exit_code == 1
    assert "set LOYALTY_OWNER_DATABASE_URL" in told.output
    assert copies_in(served) == []


def behind_a_pooler(operator: Operator, *words: str, **environ: str) -> Result:
    pooled = {"LOYALTY_DATABASE_POOLER": "transaction", **environ}
    return CliRunner(env=pooled).invoke(main, words, env=operator.environ)


def test_behind_a_pooler_nothing_is_copied_and_whoever_asks_is_told_what_to_set(
    served: Operator, tmp_path: Path
) -> None:
    backup = ("backup", str(tmp_path / "market.backup"), "--key-file", str(tmp_path / "key"))
    what_to_do = "set LOYALTY_OWNER_DATABASE_URL to the address of the database itself."

    told = [behind_a_pooler(served, *words) for words in (backup, ("migrate", *DOWN), ("drill",))]

    assert [one.exit_code for one in told] == [1, 1, 1]
    assert [what_to_do in one.output for one in told] == [True, True, True]
    assert "loyalty migrate --no-copy" in told[1].output
    assert is_migrated(served.database)
    report = report_of(served, UpkeepSubject.DRILL)
    assert report is not None
    assert "let a timer run `loyalty drill` twice a week" in report.facts["failure"]

    itself = {"LOYALTY_OWNER_DATABASE_URL": served.database}
    assert behind_a_pooler(by_the_service(served), *backup, **itself).exit_code == 0


def test_of_the_copies_the_latest_are_kept(served: Operator) -> None:
    settings = settings_of(served)

    made = [
        copy_locally(served.database, settings, Purpose.DRILL, now=NOON.replace(day=day))
        for day in range(1, KEPT[Purpose.DRILL] + 2)
    ]

    assert copies_in(served) == made[1:]


def test_what_a_killed_copy_has_left_is_removed_after_a_day_and_not_while_it_may_be_at_work(
    served: Operator,
) -> None:
    folder = served.data_dir / "backups"
    folder.mkdir()
    ages = (LONGEST_COPY + timedelta(seconds=1), LONGEST_COPY)
    old, young = (folder / f"{number}.backup.unfinished" for number in range(2))
    for path, age in zip((old, young), ages, strict=True):
        path.touch()
        os.utime(path, times=((NOON - age).timestamp(),) * 2)

    copy_locally(served.database, settings_of(served), Purpose.DRILL, now=NOON)

    assert (old.exists(), young.exists()) == (False, True)


def test_housekeeping_tells_how_much_room_is_left(served: Operator) -> None:
    with time_machine.travel(NOON, tick=False):
        assert served.types("housekeeping").exit_code == 0
        assert served.types("housekeeping").exit_code == 0

    report = report_of(served, UpkeepSubject.DISK)
    assert report is not None
    assert report.ok
    assert report.facts["samples"] == [[NOON.date().isoformat(), report.facts["free_bytes"]]]
    assert report.facts["days_left"] is None


def test_a_backup_of_the_operators_is_told_to_managers(served: Operator, tmp_path: Path) -> None:
    words = ("--key-file", str(tmp_path / "key"))

    assert served.types("backup", str(tmp_path / "market.backup"), *words).exit_code == 0

    report = report_of(served, UpkeepSubject.BACKUP)
    assert report is not None
    assert report.facts == {"bytes": (tmp_path / "market.backup").stat().st_size}
