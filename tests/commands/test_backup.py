"""`loyalty backup` and `loyalty restore`: the service out of one file, or not a bit of it."""

import json
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url, select

from loyalty.commands import main
from loyalty.commands.backup import files_of, keys_of
from loyalty.commands.backup_file import BackupError, Lock, Part, make_key_file, write_backup
from loyalty.commands.dump import (
    Contents,
    contents_of,
    dumped,
    put_back,
)
from loyalty.commands.restore import Description, write_files, write_keys
from loyalty.commands.session import opened
from loyalty.data_keys import hold_data_keys
from loyalty.embedded import embedded_database, leave_embedded_database
from loyalty.models import Resident
from loyalty.roles import let_service_in, owns_tables
from loyalty.services.privacy.erasing import ErasePerson, erase_person
from loyalty.services.work import Work
from loyalty.settings import Settings
from tests.commands.running import Operator
from tests.given import NOON, SEALING_KEY, SECRET, given_community, given_resident, given_staff
from tests.given_everything import given_everything
from tests.kept_database import empty_database, name_of, new_database, plain
from tests.serving import new_data_folder

PASSWORD = "correct horse battery staple"


@pytest.fixture
def source(server: str, tmp_path: Path) -> Iterator[Operator]:
    """An operator whose service holds one of everything."""
    with new_database(server) as database:
        with opened(database) as session:
            given_everything(session, given_community(session))
        yield Operator(database, tmp_path / "data")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "backup.key"
    make_key_file(path)
    return path


def rights_of_the_service(url: str) -> tuple[bool, ...]:
    """Whether its role passes policies, may add to the book, and may take something out of it."""
    query = """
        SELECT rolbypassrls, has_table_privilege(oid, 'redemption', 'INSERT'),
               has_table_privilege(oid, 'redemption', 'DELETE')
        FROM pg_roles WHERE rolname = 'loyalty_service'
    """
    with psycopg.connect(plain(url)) as connection:
        (rights,) = connection.execute(query).fetchall()
    return tuple(rights)


@contextmanager
def a_database_of_an_owner(server: str) -> Iterator[tuple[str, str]]:
    """An empty one as docs/running.md has it made; its addresses for its owner and the service."""
    role = f"owner_{uuid4().hex}"
    with empty_database(server) as url, psycopg.connect(plain(server), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN")
        admin.execute(f"GRANT loyalty_member TO {role}")
        admin.execute(f"ALTER DATABASE {name_of(url)} OWNER TO {role}")
        owner = make_url(url).set(username=role, password=None)
        yield owner.render_as_string(hide_password=False), let_service_in(url)
        admin.execute(f"ALTER DATABASE {name_of(url)} OWNER TO CURRENT_USER")
        with psycopg.connect(plain(url), autocommit=True) as inside:
            inside.execute(f"DROP OWNED BY {role} CASCADE")
        admin.execute(f"DROP ROLE {role}")


def restores(file: Path, data_dir: Path, *words: str, **environ: str) -> Result:
    """Restore a backup on another machine, whose operator has set nothing yet."""
    own = {"LOYALTY_DATA_DIR": str(data_dir), "LOYALTY_BASE_URL": "http://loyalty.test"}
    return CliRunner(env=own).invoke(main, ["restore", str(file), *words], env=environ)


def erase_somebody(operator: Operator, erasures: Path) -> UUID:
    with opened(operator.database) as session:
        resident = session.scalars(select(Resident).where(Resident.state == "active")).first()
        assert resident is not None
        community_id, resident_id = resident.community_id, resident.id
        staff = replace(given_staff(session, given_community(session)), community_id=community_id)
        work = Work(session, staff, NOON)
        erase_person(work, ErasePerson(resident_id), sealing_key=SEALING_KEY, erasures=erasures)
    return resident_id


def test_one_command_restores_all_of_it_into_an_empty_folder(
    source: Operator, tmp_path: Path
) -> None:
    file, password = tmp_path / "market.backup", {"LOYALTY_BACKUP_PASSWORD": PASSWORD}
    source.data_dir.mkdir()
    (source.data_dir / "another-key").write_bytes(b"of one more secret")
    with opened(source.database) as session:
        given_resident(session, given_community(session), name="轩辕破晓")
    before = contents_of(source.database)
    made = CliRunner(env=password).invoke(main, ["backup", str(file)], env=source.environ)
    assert made.exit_code == 0, made.output
    erased = erase_somebody(source, tmp_path / "erasures.jsonl")

    with new_data_folder() as folder:
        wrong = restores(file, folder, LOYALTY_BACKUP_PASSWORD="not the password")
        assert wrong.output == f"Error: The password does not open {file}.\n"
        assert [*folder.iterdir()] == []

        erasures = {"LOYALTY_ERASURES_FILE": str(tmp_path / "erasures.jsonl")}
        told = restores(file, folder, **password, **erasures)

        assert told.exit_code == 0, told.output
        assert re.search(r"every sum equal, in \d+\.\d seconds", told.output)
        assert "erased again, who were erased since: 1." in told.output
        assert "LOYALTY_BASE_URL=http://loyalty.test" in told.output
        assert (folder / "secret-key").read_text("ascii") == f"{SECRET}\n"
        assert stat.S_IMODE((folder / "another-key").stat().st_mode) == 0o600
        url = embedded_database(folder)
        after = contents_of(url)
        with opened(url) as session:
            (state,) = session.scalars(select(Resident.state).where(Resident.id == erased))
        assert rights_of_the_service(url) == (True, True, False)
        leave_embedded_database(folder)

    assert state == "erased"
    for table in ("redemption", "closed_month", "card"):
        assert after.tables[table] == before.tables[table] > (0, 0)
    assert after.tables["erasure"][0] == before.tables["erasure"][0] + 1


def test_what_is_sold_while_the_dump_is_made_is_in_the_next_one(
    source: Operator, server: str
) -> None:
    with empty_database(server) as target:
        with dumped(source.database) as (contents, pieces):
            with opened(source.database) as session:
                given_community(session)
            put_back(target, pieces, dumped_from=contents.server)

        assert contents_of(target).tables == contents.tables
        now = contents_of(source.database).tables
        assert now["community"][0] == contents.tables["community"][0] + 1


def damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (damaged, "is damaged or cut off"),
        (lambda content: content[:-1], "is damaged or cut off"),
        (lambda content: content[: len(content) // 2], "is damaged or cut off"),
        (lambda content: content[:60], "is damaged or cut off"),
        (lambda _: b"", "is no backup of loyalty"),
        (lambda _: b"PGDMP" * 100, "is no backup of loyalty"),
    ],
)
def test_a_file_that_is_not_whole_is_told_before_anything_is_touched(
    tmp_path: Path, key_file: Path, change: Callable[[bytes], bytes], told: str
) -> None:
    file, folder = tmp_path / "market.backup", tmp_path / "new"
    write_small_backup(file, key_file)
    assert "newer than this one" in refusal(file, folder, key_file)
    file.write_bytes(change(file.read_bytes()))

    assert told in refusal(file, folder, key_file)

    assert not folder.exists()


def write_small_backup(
    file: Path, key_file: Path, revision: str | None = "20991231_0000", names: Iterable[str] = ()
) -> None:
    """Write a backup of tables that no release knows, or of none, and of files by these names."""
    manifest = {
        "format": 1, "made_at": NOON.isoformat(), "release": "9.0", "settings": {}, "server": 18,
        "revision": revision, "roles": [], "tables": {},
    }  # fmt: skip
    parts = [
        Part("manifest.json", json.dumps(manifest).encode()),
        Part("files/secret-key", SECRET.encode()),
        *(Part(f"files/{name}", b"of the backup") for name in names),
        Part("database/00000000", uuid4().bytes * 20_000),
        Part("erasures.jsonl", b""),
    ]
    write_backup(file, parts, Lock(key_file=key_file))


def refusal(file: Path, folder: Path, key_file: Path) -> str:
    told = restores(file, folder, "--key-file", str(key_file))
    assert told.exit_code == 1
    assert told.output.count("\n") == 1
    return told.output


def test_another_key_does_not_open_it(tmp_path: Path, key_file: Path) -> None:
    file, other = tmp_path / "market.backup", tmp_path / "other.key"
    write_small_backup(file, key_file)
    make_key_file(other)

    assert "The key does not open" in refusal(file, tmp_path / "new", other)


@pytest.mark.parametrize("left", ["postgres/PG_VERSION", "secret-key"])
def test_a_folder_that_holds_a_service_is_refused(
    tmp_path: Path, key_file: Path, left: str
) -> None:
    path = tmp_path / "old" / left
    path.parent.mkdir(parents=True)
    path.write_text("18", "ascii")

    told = refusal(tmp_path / "market.backup", tmp_path / "old", key_file)

    assert "is not empty" in told
    assert path.read_text("ascii") == "18"


def test_a_restore_that_fails_leaves_what_was_there_and_nothing_else(
    database: str, tmp_path: Path
) -> None:
    file, folder = tmp_path / "market.backup", tmp_path / "new"
    key_file, erasures = folder / "backup-key", folder / "erasures.jsonl"
    make_key_file(key_file)
    key = key_file.read_bytes()
    erasures.write_bytes(b"newer than the backup")
    write_small_backup(file, key_file, None, [key_file.name, erasures.name, "another-key"])

    told = restores(file, folder, "--key-file", str(key_file), LOYALTY_DATABASE_URL=database)

    assert "The database to restore into is not empty" in told.output
    assert sorted(folder.iterdir()) == [key_file, erasures]
    assert key_file.read_bytes() == key
    assert erasures.read_bytes() == b"newer than the backup"


@pytest.mark.parametrize("name", ["secret-key", "data-key"])
def test_the_key_of_a_backup_is_not_taken_for_that_of_the_service(
    tmp_path: Path, name: str
) -> None:
    file, key_file = tmp_path / "market.backup", tmp_path / "new" / name
    make_key_file(key_file)
    write_small_backup(file, key_file)

    assert f"is not empty: {name} stands there" in refusal(file, tmp_path / "new", key_file)


def test_a_database_that_holds_something_and_another_secret_are_refused(
    source: Operator, tmp_path: Path, key_file: Path
) -> None:
    file, folder = tmp_path / "market.backup", tmp_path / "new"
    words = ("--key-file", str(key_file))
    assert source.types("backup", str(file), *words).exit_code == 0
    again = source.types("backup", str(file), *words)
    before = contents_of(source.database)

    filled = restores(file, folder, *words, LOYALTY_DATABASE_URL=source.database)
    secret = restores(file, folder, *words, LOYALTY_SECRET_KEY=SECRET[::-1])
    pooler = {"LOYALTY_DATABASE_URL": source.database, "LOYALTY_DATABASE_POOLER": "transaction"}
    pooled = restores(file, folder, *words, **pooler)

    assert "is there already" in again.output
    assert "is not empty" in filled.output
    assert "set LOYALTY_OWNER_DATABASE_URL to the address" in pooled.output
    assert "LOYALTY_SECRET_KEY is not that of the backup" in secret.output
    assert contents_of(source.database) == before
    assert not [*folder.iterdir()]


def test_the_key_of_personal_data_goes_along_and_two_roles_serve_what_is_restored(
    server: str, tmp_path: Path, key_file: Path
) -> None:
    file, folder = tmp_path / "market.backup", tmp_path / "new"
    words, other = ("--key-file", str(key_file)), {"LOYALTY_DATA_KEY": SECRET[::-1]}
    with new_database(server) as database, a_database_of_an_owner(server) as (owner, service):
        hold_data_keys([SECRET[::-1]])
        with opened(database) as session:
            given_resident(session, given_community(session), unit="3号楼501")
        operator = Operator(database, tmp_path / "data")
        useless = operator.types("backup", str(file), *words)
        made = CliRunner(env=other).invoke(
            main, ["backup", str(file), *words], env=operator.environ
        )
        addresses = {"LOYALTY_OWNER_DATABASE_URL": owner, "LOYALTY_DATABASE_URL": service}

        wrong = restores(file, folder, *words, **addresses, LOYALTY_DATA_KEY=SECRET)
        told = restores(file, folder, *words, **addresses)

        assert "set LOYALTY_OLD_DATA_KEY to it" in useless.output
        assert made.exit_code == 0, made.output
        assert "LOYALTY_DATA_KEY is not that of the backup" in wrong.output
        assert told.exit_code == 0, told.output
        assert f"LOYALTY_DATA_KEY_FILE={folder}/data-key" in told.output
        assert stat.S_IMODE((folder / "data-key").stat().st_mode) == 0o600
        with opened(service) as session:
            assert [one.unit for one in session.scalars(select(Resident))] == ["3号楼501"]
        assert (owns_tables(owner), owns_tables(service)) == (True, False)


@pytest.mark.parametrize(
    "secret",
    [
        "东市的三十八家店铺每月评选一次爱心居民发给优惠卡老人凭卡买菜打九折",
        f" {SECRET}",
        f"{SECRET} ",
        f"{SECRET}\n",
    ],
)
def test_secrets_are_restored_letter_by_letter(tmp_path: Path, secret: str) -> None:
    keys = {"LOYALTY_DATA_KEY": f"1{secret}", "LOYALTY_OLD_DATA_KEY": f"2{secret}"}
    given = settings_in(tmp_path / "old", LOYALTY_SECRET_KEY=secret, **keys)
    contents = Contents(server=18, revision=None, roles=[], tables={})
    described = Description("", contents, {}, files_of(given), keys_of(given), erasures="")

    write_files(tmp_path / "new", described, {})
    key_files = write_keys(tmp_path / "new", described, {})

    assert replace(settings_in(tmp_path / "new", **key_files), data_dir=given.data_dir) == given


def settings_in(data_dir: Path, **environ: str) -> Settings:
    return Settings.from_env({"LOYALTY_DATA_DIR": str(data_dir), **environ})


def test_nothing_of_it_can_be_read_without_its_key(
    source: Operator, tmp_path: Path, key_file: Path
) -> None:
    file = tmp_path / "market.backup"

    told = source.types("backup", str(file), "--key-file", str(key_file))

    content = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for text in (SECRET, "manifest", "PGDMP", "community", key_file.read_text("ascii")):
        assert text.encode() not in content
        assert text not in told.output
    assert [one.name for one in tmp_path.glob("*.unfinished")] == []


def test_a_dump_that_is_broken_off_leaves_no_half_file(tmp_path: Path, key_file: Path) -> None:
    def broken_off() -> Iterator[Part]:
        yield Part("manifest.json", b"{}")
        raise BackupError("The database could not be dumped.")

    with pytest.raises(BackupError, match="could not be dumped"):
        write_backup(tmp_path / "market.backup", broken_off(), Lock(key_file=key_file))

    assert [*tmp_path.iterdir()] == [key_file]
