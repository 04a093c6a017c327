"""The tables as the migrations make them, and as the models want them."""

import json
import re
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from psycopg import sql
from sqlalchemy import create_engine, inspect
from sqlalchemy.orm import Session

from loyalty.database import MIGRATIONS, Model, find_last_in, find_newest, is_migrated, migrate
from loyalty.models import Resident
from loyalty.models.sealed import index_of, list_sealed, open_member
from loyalty.rules.typed_text import make_name_key
from tests.given import signed_in
from tests.kept_database import plain
from tests.two_communities import given_two


def shape(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything the migrations make: columns, constraints, functions, triggers, policies …"""
    queries = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "functions": "SELECT proname, prosrc FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace",
        "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "policies": "SELECT tablename, policyname, roles::text, cmd, qual, with_check"
        " FROM pg_policies",
        "limited": "SELECT relname FROM pg_class WHERE relrowsecurity",
        "grants": "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = 'loyalty_member'",
    }
    with psycopg.connect(plain(url)) as connection:
        return {name: sorted(connection.execute(query)) for name, query in queries.items()}


def test_the_tables_go_up_down_and_up_again(empty: str) -> None:
    migrate(empty)
    first = shape(empty)
    assert first["functions"]
    assert first["triggers"]

    migrate(empty, revision="base")
    left = shape(empty)
    assert {table for table, *_ in left["columns"]} == {"alembic_version"}
    assert left["functions"] == left["triggers"] == []

    migrate(empty)
    assert shape(empty) == first


def test_what_limits_a_member_goes_as_it_came(empty: str) -> None:
    migrate(empty, revision="20261129_1740")
    before = shape(empty)
    migrate(empty, revision="+1")
    assert shape(empty)["policies"]

    migrate(empty, revision="-1")

    assert shape(empty) == before
    assert before["policies"] == before["limited"] == before["grants"] == []


def test_a_database_knows_whether_it_is_migrated(empty: str) -> None:
    assert not is_migrated(empty)

    migrate(empty)

    assert is_migrated(empty)


def test_the_newest_migration_is_found_as_alembic_finds_it() -> None:
    assert find_newest() == set(ScriptDirectory(str(MIGRATIONS)).get_heads())


def test_a_migration_counts_as_it_is_written_and_a_merge_follows_all_it_names() -> None:
    first = "revision = '1'\ndown_revision = None\n"
    two = first + "revision = '2'\ndown_revision = '1'\nrevision = \"3\"\ndown_revision = \"1\"\n"

    assert find_last_in(first) == {"1"}
    assert find_last_in(two) == {"2", "3"}
    assert find_last_in(f"{two}revision = '4'\ndown_revision = ('2', '3')\n") == {"4"}


def test_the_models_are_what_the_migrations_make(database: str) -> None:
    engine = create_engine(database)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, Model.metadata)
    engine.dispose()

    assert differences == []


def test_the_primary_keys_are_those_of_the_models(database: str) -> None:
    """Alembic does not compare them."""
    engine = create_engine(database)
    found = {
        table: inspect(engine).get_pk_constraint(table)["constrained_columns"]
        for table in Model.metadata.tables
    }
    engine.dispose()

    assert found == {
        name: table.primary_key.columns.keys() for name, table in Model.metadata.tables.items()
    }


OWNERS = "20261129_1700"
"""The first revision in which every table says whose its rows are."""

MORE_SALES = """
INSERT INTO redemption
SELECT (jsonb_populate_record(sale, jsonb_build_object(
          'id', gen_random_uuid(), 'idempotency_key', gen_random_uuid()))).*
  FROM redemption AS sale CROSS JOIN generate_series(1, 1000)
"""


ROWS = sql.SQL("SELECT to_jsonb(t)::text FROM {} AS t")


def rows_of(url: str) -> dict[str, list[str]]:
    """Every row of every table, whatever the order of rows and columns."""
    with psycopg.connect(plain(url)) as connection:
        return {
            name: sorted(row for (row,) in connection.execute(ROWS.format(sql.Identifier(name))))
            for name in Model.metadata.tables
            if connection.execute("SELECT to_regclass(%s)", (name,)).fetchone() != (None,)
        }


def opened(table: str, rows: list[str]) -> list[str]:
    """Return rows with what lies sealed in them as it is read: sealed twice, it looks different."""
    sealed = [(model, name) for model, name, _ in list_sealed() if model.__tablename__ == table]
    if table == "community":  # is numbered anew, from the first one on
        return [re.sub('"number": [0-9]+', "", row) for row in rows]
    if not sealed:
        return rows
    records = [json.loads(row) for row in rows]
    for record in records:
        key = {"community_id": UUID(record["community_id"]), "record_id": UUID(record["id"])}
        for model, name in sealed:
            if record[name] is not None:
                raw = bytes.fromhex(record[name].removeprefix("\\x"))
                record[name] = open_member(model, name, raw, **key)
    return sorted(json.dumps(record, sort_keys=True) for record in records)


def steps_down_to(revision: str) -> str:
    """Return how far down a revision lies, as Alembic is told."""
    later = [*ScriptDirectory(str(MIGRATIONS)).iterate_revisions("heads", revision)]
    return f"-{len(later)}"


def test_nothing_is_lost_when_every_row_says_whose_it_is(
    app: Flask, session: Session, database: str
) -> None:
    two = given_two(app, session)
    two.theirs()
    for community in (two.community, two.elsewhere):
        signed_in(session, community)
    with psycopg.connect(plain(database)) as connection:
        connection.execute(MORE_SALES)
    migrate(database, revision=steps_down_to(OWNERS))
    before = rows_of(database)

    migrate(database, revision="-1")
    assert "community_id" not in rows_of(database)["ballot"][0]
    migrate(database, revision="+1")

    assert rows_of(database) == before
    assert len(before["redemption"]) > 2000
    with psycopg.connect(plain(database)) as connection:
        asleep = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'"
        assert connection.execute(asleep).fetchall() == []


FIRST_RELEASE = "20261129_1605"
"""The tables of version 0.1.0."""

STOPPED = """
INSERT INTO card_event
SELECT (jsonb_populate_record(event, jsonb_build_object(
          'id', gen_random_uuid(), 'reason', told.reason, 'reason_code', told.code))).*
  FROM card_event AS event
 CROSS JOIN (VALUES ('掉在路上', NULL), (NULL, 'lost')) AS told (reason, code)
"""


def test_a_database_of_the_first_release_keeps_its_rows_and_its_words(
    app: Flask, session: Session, database: str
) -> None:
    two = given_two(app, session)
    two.theirs()
    session.commit()
    with psycopg.connect(plain(database)) as connection:
        connection.execute(STOPPED)
        # What a later release asks for goes with its column.
        connection.execute("UPDATE resident SET consent_messages = false")
        # What was frozen does not change, not even for the way back.
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE selection_round SET frozen_by = NULL, drawn_by = NULL")
    before = rows_of(database)

    migrate(database, revision=steps_down_to(FIRST_RELEASE))
    known = rows_of(database).keys() - {"directory_version", "honour"}  # numbers and new columns
    migrate(database)

    after = rows_of(database)
    same = known - {"card_event"}
    assert {name: opened(name, after[name]) for name in same} == {
        name: opened(name, before[name]) for name in same
    }
    with psycopg.connect(plain(database)) as connection:
        told = connection.execute(
            "SELECT DISTINCT reason, reason_code FROM card_event WHERE reason IS NOT NULL"
        ).fetchall()
    assert sorted(told) == [("lost", "other"), ("掉在路上", "other")]


def test_honours_of_before_keep_their_names_and_get_those_of_other_languages(empty: str) -> None:
    migrate(empty, revision=FIRST_RELEASE)
    community = uuid4()
    with psycopg.connect(plain(empty)) as connection:
        connection.execute(
            "INSERT INTO community (id, slug, name, timezone, band_min_permille,"
            " band_max_permille, rounding, excluded_categories, notice_working_days,"
            " card_months, demonstration, created_at) VALUES (%s, 'm', 'm', 'Asia/Shanghai', 800,"
            " 850, 'fen', '{}', 5, 1, false, '2026-12-09T04:00:00Z')",
            (community,),
        )
        codes = ("civilized_resident", "household_head", "red_cell_member", "star")
        for number, code in enumerate(codes, start=1):
            connection.execute(
                "INSERT INTO honour (id, community_id, code, name, number)"
                " VALUES (gen_random_uuid(), %s, %s, %s, %s)",
                (community, code, f"社区的{number}号", number),
            )

    migrate(empty)

    with psycopg.connect(plain(empty)) as connection:
        rows = connection.execute(
            "SELECT code, name, name_zh_hant, name_en, colour, pay_permille, quota, active, version"
            " FROM honour ORDER BY number"
        ).fetchall()
    rest = (None, None, True, 1)
    assert rows == [
        (codes[0], "社区的1号", "文明居民", "Civilized resident", "blue", *rest),
        (codes[1], "社区的2号", "聯戶長", "Household head", "orange", *rest),
        (codes[2], "社区的3号", "紅細胞黨員", "Red Cell member", "purple", *rest),
        (codes[3], "社区的4号", None, None, "blue", *rest),
    ]


SPELLINGS = (
    "王\u3000芳",
    "买买提 • 艾力",
    "ＡＢ-００12",
    "3号楼-1层",
    "葛\U000e0100城",
    "José",
    "\u3164",
)


def test_residents_of_before_are_found_like_those_of_today(empty: str) -> None:
    migrate(empty, revision="20261122_1400")
    community, moment = uuid4(), "2026-12-09T04:00:00Z"
    with psycopg.connect(plain(empty)) as connection:
        connection.execute(
            "INSERT INTO community (id, slug, name, timezone, band_min_permille,"
            " band_max_permille, rounding, excluded_categories, notice_working_days,"
            " card_months, demonstration, created_at) VALUES (%s, 'm', 'm', 'Asia/Shanghai', 800,"
            " 850, 'fen', '{}', 5, 1, false, %s)",
            (community, moment),
        )
        for written in SPELLINGS:
            connection.execute(
                "INSERT INTO resident (id, community_id, name, name_pinyin, unit, adult,"
                " household_ref, consent_membership, consent_publicity, consent_contact, state,"
                " created_at, updated_at) VALUES (gen_random_uuid(), %s, %s, '', %s, true, %s,"
                " true, true, true, 'active', %s, %s)",
                (community, written, written, written, moment, moment),
            )

    migrate(empty)

    with psycopg.connect(plain(empty)) as connection:
        rows = connection.execute(
            "SELECT name, name_key, unit_key, household_key FROM resident"
        ).fetchall()
    assert len(rows) == len(SPELLINGS)
    for name, *keys in rows:
        assert keys == [
            make_name_key(name),
            index_of(Resident, "unit", name, community_id=community),
            index_of(Resident, "household_ref", name, community_id=community),
        ]


COMMUNITY = (
    "INSERT INTO community (id, slug, name, timezone, band_min_permille, band_max_permille,"
    " rounding, excluded_categories, notice_working_days, card_months, demonstration, created_at)"
    " VALUES (%s, %s, 'm', 'Asia/Shanghai', 800, 850, 'fen', '{}', 5, 1, false, %s)"
)


def test_communities_of_before_have_numbers_in_order_and_a_version_and_receipts_each(
    empty: str,
) -> None:
    migrate(empty, revision=FIRST_RELEASE)
    later, earlier = uuid4(), uuid4()
    with psycopg.connect(plain(empty)) as connection:
        connection.execute(COMMUNITY, (later, "later", "2026-12-10T04:00:00Z"))
        connection.execute(COMMUNITY, (earlier, "earlier", "2026-12-09T04:00:00Z"))
        connection.execute(
            "INSERT INTO matter (id, community_id, version, number, kind, text, raised_by,"
            " raised_at, state, receipt) VALUES"
            " (gen_random_uuid(), %s, 1, 1, 'need', '路灯', 'resident', now(), 'open', 'ABCD')",
            (later,),
        )
        [(met,)] = connection.execute("SELECT version FROM directory_version")

    migrate(empty)

    with psycopg.connect(plain(empty)) as connection:
        connection.execute(COMMUNITY, (uuid4(), "new", "2026-12-08T04:00:00Z"))
        numbers = connection.execute("SELECT slug, number FROM community ORDER BY number")
        assert numbers.fetchall() == [("earlier", 1), ("later", 2), ("new", 3)]
        versions = connection.execute("SELECT version > %s FROM directory_version", (met,))
        assert [new for (new,) in versions][:2] == [True, True]
        receipts = connection.execute("SELECT community_id, receipt FROM given_receipt").fetchall()
        assert receipts == [(later, "ABCD")]

    migrate(empty, revision=steps_down_to(FIRST_RELEASE))

    with psycopg.connect(plain(empty)) as connection:
        [(again,)] = connection.execute("SELECT version FROM directory_version")
    assert again > met


def test_the_number_of_a_community_is_never_changed(database: str) -> None:
    with psycopg.connect(plain(database), autocommit=True) as connection:
        connection.execute(COMMUNITY, (uuid4(), "m", "2026-12-09T04:00:00Z"))

        with pytest.raises(psycopg.errors.GeneratedAlways):
            connection.execute("UPDATE community SET number = 77")


def test_plaques_of_a_series_that_hangs_nowhere_begin_with_its_initials(empty: str) -> None:
    migrate(empty, revision="20261129_1891")
    with psycopg.connect(plain(empty)) as connection:
        community = uuid4()
        connection.execute(
            "INSERT INTO community (id, slug, name, timezone, band_min_permille,"
            " band_max_permille, rounding, excluded_categories, notice_working_days,"
            " card_months, demonstration, created_at) VALUES (%s, 'm', 'm', 'Asia/Shanghai', 800,"
            " 850, 'fen', '{}', 5, 1, false, '2026-12-09T04:00:00Z')",
            (community,),
        )
        shops = (("蒲公英", None), ("山花", "HUA-0001"), ("诚信经营示范户", None), ("123", None))
        for series, plaque in shops:
            connection.execute(
                "INSERT INTO shop (id, community_id, name, name_pinyin, category, series,"
                " plaque_number, state, opted_in_categories, created_at, updated_at) VALUES"
                " (gen_random_uuid(), %(community)s, %(series)s, '', '蔬菜', %(series)s,"
                " %(plaque)s, 'applied', '{}', now(), now())",
                {"community": community, "series": series, "plaque": plaque},
            )

    migrate(empty, revision="20261129_1892")

    with psycopg.connect(plain(empty)) as connection:
        found = connection.execute("SELECT name, prefix FROM shop_series").fetchall()
    assert dict(found) == {"蒲公英": "PGY", "山花": "HUA", "诚信经营示范户": "CXJY", "123": "P"}
