"""Sales of 24 months in a community's book, by the million, and the same sales as Parquet."""

from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import psycopg

from loyalty.rules.calendar import Month

FIRST, OPEN = Month(2025, 1), Month(2026, 12)
MONTHS = FIRST.months_to(OPEN)

MAKE = """
COPY (
    WITH numbered AS (SELECT i, i - CAST(i % 100 = 99 AS INTEGER) AS j FROM range({sales}) t (i)),
    drawn AS (
        SELECT i, j, hash(j) AS h, hash(j + 1000000007) AS g, j // {a_month} AS place,
               (j % {a_month}) * (28 * 86400.0) / {a_month} AS second
          FROM numbered
    ), dated AS (
        SELECT *, 1 - 2 * CAST(i <> j AS INTEGER) AS sign, h % {shops} AS shop, g % {cards} AS card,
               DATE '{first}' + to_months(CAST(place AS INTEGER)) AS month,
               month + to_seconds(CAST(floor(second) AS BIGINT)) AS made
          FROM drawn
    )
    SELECT i, CAST(month AS DATE) AS month, made, id_of(i, made) AS id,
           CASE WHEN i <> j THEN id_of(j, made) END AS of_id,
           shops[1 + CAST(shop AS INTEGER)] AS shop_id,
           trades[1 + CAST(shop AS INTEGER)] AS trade,
           cards[1 + CAST(card AS INTEGER)] AS card_id,
           residents[1 + CAST(card AS INTEGER)] AS resident_id,
           households[1 + CAST(card AS INTEGER)] AS household,
           honours[1 + CAST(card AS INTEGER)] AS honour_id,
           sign AS uses, sign * CAST(200 + h % 20000 AS INTEGER) * 20 AS total_fen,
           sign * CAST(200 + h % 20000 AS INTEGER) * 17 AS payable_fen,
           sign * CAST(200 + h % 20000 AS INTEGER) * 3 AS saved_fen
      FROM dated, market ORDER BY i
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
"""The void of a sale is the entry after it, of the same second, card and shop."""

ID_OF = """
CREATE MACRO hexadecimal(made) AS printf('%012x', epoch_ms(made));
CREATE MACRO id_of(i, made) AS (
    substr(hexadecimal(made), 1, 8) || '-' || substr(hexadecimal(made), 9, 4)
    || '-7000-8000-' || printf('%012x', i)
)
"""
"""A UUIDv7 of the second in which a sale was made."""

INTO_THE_BOOK = """
COPY (
    SELECT id, of_id, shop_id, trade, card_id, honour_id, uses, total_fen, total_fen AS part,
           payable_fen, saved_fen, made || '+08', CAST(made AS DATE), month, made || '+08',
           CASE WHEN of_id IS NULL THEN 'sale' ELSE 'void' END
      FROM '{path}' WHERE month = DATE '{month}' ORDER BY i
) TO '{csv}' (FORMAT csv, HEADER false)
"""

COPY = """
COPY redemption (id, of_id, shop_id, trade, card_id, honour_id, uses, total_fen, discountable_fen,
                 payable_fen, saved_fen, happened_at, happened_on, month, recorded_at, kind)
FROM STDIN (FORMAT csv)
"""

CONSTANT = {
    "community_id": "'{}'",
    "receipt": "'ABCD2345'",
    "pay_permille": "850",
    "rule_version": "1",
    "with_amount": "true",
    "offline": "false",
    "idempotency_key": "gen_random_uuid()",
}
"""Columns that say the same of each sale, as their default for the time of copying."""

INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
 WHERE indrelid = 'redemption'::regclass AND NOT indisprimary AND NOT indisunique
"""


def write_parquet(
    connection: psycopg.Connection[Any], community_id: UUID, sales: int, path: Path
) -> None:
    """Make the sales, of the shops and cards that the community has."""
    shops = connection.execute(
        "SELECT id::text, category FROM shop WHERE community_id = %s ORDER BY id", [community_id]
    ).fetchall()
    cards = connection.execute(
        "SELECT card.id::text, resident_id::text, household_key, honour_id::text FROM card"
        " JOIN resident ON resident.id = resident_id"
        " WHERE card.community_id = %s ORDER BY card.id",
        [community_id],
    ).fetchall()
    names = ("shops", "trades", "cards", "residents", "households", "honours")
    values = [*zip(*shops, strict=True), *zip(*cards, strict=True)]
    with duckdb.connect() as duck:
        duck.execute("SET threads = 2")
        duck.execute(ID_OF)
        columns = ", ".join(f"? AS {name}" for name in names)
        duck.execute(f"CREATE TABLE market AS SELECT {columns}", [[*one] for one in values])
        made = {
            "sales": sales,
            "a_month": sales // MONTHS + 1,
            "shops": len(shops),
            "cards": len(cards),
        }
        duck.execute(MAKE.format(**made, first=FIRST.first, path=path))


def fill(connection: psycopg.Connection[Any], community_id: UUID, path: Path, folder: Path) -> None:
    """Put the sales into the book; its indexes are made when all are in it."""
    indexes = connection.execute(INDEXES).fetchall()
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '1GB'")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    for column, value in CONSTANT.items():
        default = value.format(community_id)
        connection.execute(f"ALTER TABLE redemption ALTER {column} SET DEFAULT {default}")
    csv = folder / "month.csv"
    with duckdb.connect() as duck:
        for place in range(MONTHS):
            month = FIRST.plus(place).first
            duck.execute(INTO_THE_BOOK.format(path=path, month=month, csv=csv))
            with csv.open("rb") as file, connection.cursor().copy(COPY) as copy:
                while block := file.read(1 << 20):
                    copy.write(block)
    csv.unlink()
    for column in CONSTANT:
        connection.execute(f"ALTER TABLE redemption ALTER {column} DROP DEFAULT")
    for _, statement in indexes:
        connection.execute(statement)
    connection.execute("VACUUM ANALYZE redemption")
