"""The file of a community is read whole before anything is touched, and believed in nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.commands.backup_file import ARMOUR, Lock, Part, make_key_file, write_backup
from loyalty.models import Community
from tests.commands.moving_service import (
    Source,
    described,
    forged,
    imports,
    rows_of,
    slugs,
    types,
)
from tests.commands.running import Operator
from tests.given import given_community


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (flipped, "is damaged or cut off"),
        (lambda content: content[:-1], "is damaged or cut off"),
        (lambda content: content[: len(content) // 2], "is damaged or cut off"),
        (lambda _: b"", "is no backup of loyalty"),
    ],
)
def test_a_file_that_is_not_whole_is_told_before_anything_is_touched(
    source: Source, database: str, tmp_path: Path, change: Callable[[bytes], bytes], told: str
) -> None:
    file = tmp_path / "harmed.community"
    file.write_bytes(change(source.file.read_bytes()))

    refused = imports(database, tmp_path, source, file)

    assert refused.exit_code == 1
    assert told in refused.output
    assert slugs(database) == []


def test_another_key_does_not_open_it(source: Source, database: str, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    make_key_file(other)

    told = types(
        database, tmp_path, "community", "import", str(source.file), "--key-file", str(other)
    )

    assert "The key does not open" in told.output
    assert slugs(database) == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"revision": "20991231_0000"}, "is newer than this one"),
        ({"format": 2}, "is newer than this one"),
        ({"revision": "20261129_1750"}, "is of an older release"),
    ],
)
def test_a_file_of_another_release_is_told(
    source: Source, database: str, tmp_path: Path, values: dict[str, Any], told: str
) -> None:
    file = forged(source, tmp_path / "other", "community.json", described(**values))

    assert told in imports(database, tmp_path, source, file).output
    assert slugs(database) == []


def test_a_short_name_that_another_one_has_is_refused(
    source: Source, database: str, tmp_path: Path, session: Session
) -> None:
    given_community(session, slug=source.slug)
    session.commit()

    assert "Another community is called leaves here" in imports(database, tmp_path, source).output


def test_a_file_that_names_another_community_writes_nothing_to_it(
    source: Source, database: str, tmp_path: Path, beside: Community
) -> None:
    own, other = str(source.community_id).encode(), str(beside.id).encode()
    file = forged(
        source,
        tmp_path / "forged",
        "tables/area/00000000",
        lambda content: content.replace(own, other),
    )
    before = rows_of(database, beside.id)

    told = imports(database, tmp_path, source, file)

    assert "the file holds rows of another community" in told.output
    assert rows_of(database, beside.id) == before
    assert slugs(database) == ["stays"]


def test_a_file_that_says_it_is_another_community_is_not_kept(
    source: Source, database: str, tmp_path: Path
) -> None:
    other = described(id=str(source.other_id))
    file = forged(source, tmp_path / "forged", "community.json", other)

    told = imports(database, tmp_path, source, file)

    assert told.output == "Error: Nothing was changed: what was written differs in community.\n"
    assert slugs(database) == []


def test_what_is_written_otherwise_than_it_stands_in_the_file_is_not_kept(
    source: Source, database: str, tmp_path: Path
) -> None:
    file = forged(
        source,
        tmp_path / "forged",
        "tables/area/00000000",
        lambda content: content.replace("东区".encode(), "西区".encode()),
    )

    told = imports(database, tmp_path, source, file)

    assert told.output == "Error: Nothing was changed: what was written differs in area.\n"
    assert slugs(database) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda content: content * 2, "something of it stands here already"),
        (lambda content: content.replace("东区".encode(), b"\\u0000"), "(UntranslatableCharacter)"),
        (lambda _: b"no row\n", "the database refuses it (InvalidTextRepresentation)"),
    ],
)
def test_rows_that_the_tables_do_not_take_are_told_without_what_stands_in_them(
    source: Source, database: str, tmp_path: Path, change: Callable[[bytes], bytes], told: str
) -> None:
    file = forged(source, tmp_path / "forged", "tables/area/00000000", change)

    refused = imports(database, tmp_path, source, file)

    assert refused.exit_code == 1
    assert "Nothing was changed: " in refused.output
    assert told in refused.output
    assert "东区" not in refused.output
    assert slugs(database) == []


def test_what_a_file_says_it_could_not_take_along_is_told_with_what_to_do_where_something_is(
    source: Source, database: str, tmp_path: Path
) -> None:
    lost = {"staff_account.totp_secret": 2, "elsewhere.secret": 3}
    file = forged(source, tmp_path / "forged", "sums.json", described(lost=lost))

    told = imports(database, tmp_path, source, file)

    assert told.exit_code == 0, told.output
    *_, factor, what_to_do, elsewhere = told.output.splitlines()
    assert factor.endswith(": 2 of staff_account.totp_secret.")
    assert "loyalty join-link" in what_to_do
    assert elsewhere.endswith(": 3 of elsewhere.secret.")


def test_a_file_without_any_table_holds_no_community(
    source: Source, database: str, tmp_path: Path
) -> None:
    file = tmp_path / "empty"
    parts = [part for part in source.parts() if not part.name.startswith("tables/")]
    write_backup(file, parts, Lock(key_file=source.key_file))

    refused = imports(database, tmp_path, source, file)

    assert (refused.exit_code, "holds no community" in refused.output) == (1, True)


def test_a_backup_and_the_file_of_a_community_are_told_apart(
    source: Source, database: str, tmp_path: Path
) -> None:
    backup = tmp_path / "market.backup"
    write_backup(backup, [Part("manifest.json", b"{}")], Lock(key_file=source.key_file))

    assert "is no file of a community" in imports(database, tmp_path, source, backup).output
    restored = types(None, tmp_path / "new", "restore", str(source.file), *source.key)
    assert "is no backup of loyalty" in restored.output


def test_tables_of_the_release_before_are_written_to_no_file(
    operator: Operator, tmp_path: Path
) -> None:
    assert operator.types("migrate", "--no-copy", "--", "-1").exit_code == 0
    words = ("community", "export", "leaves", str(tmp_path / "file"))

    told = operator.types(*words, "--key-file", str(tmp_path / "key"))

    assert (told.exit_code, "run: loyalty migrate" in told.output) == (1, True)
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("community", "import"), "Password of the file"),
        (("restore",), "Password of the backup"),
    ],
)
def test_whoever_gives_no_key_is_asked_for_a_password_where_the_file_has_one(
    database: str, tmp_path: Path, words: tuple[str, ...], asked: str
) -> None:
    """Their beginnings tell it; neither goes on."""
    locked, other = tmp_path / "locked", tmp_path / "other"
    locked.write_bytes(ARMOUR)
    other.write_bytes(b"PK")

    told = [
        types(database, tmp_path / "new", *words, str(file), answers="correct horse battery\n")
        for file in (locked, other)
    ]

    assert [asked in one.output for one in told] == [True, False]
    assert ["is no backup of loyalty" in one.output for one in told] == [True, True]


def test_another_secret_writes_no_file(source: Source, tmp_path: Path) -> None:
    file = tmp_path / "useless"

    told = types(
        source.database, tmp_path, "community", "export", source.slug, str(file), *source.key
    )

    assert told.exit_code == 1
    assert "another key" in told.output
    assert not file.exists()
