"""How long a register of residents takes to be read, and to be taken in, in one run.

    python -m benchmarks.imports [--rows 5000] [--rounds 3]

A workbook of so many residents, as a community's office keeps it, is uploaded through the API for a
dry run, taken in, and taken back, again and again. The file is read in a process of its own, as
ever; between the call and its answer there is no network.
"""

import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from benchmarks.communities import empty_town
from benchmarks.figures import Figure, run
from loyalty.database import db
from loyalty.services.actors import Role
from tests.given import given_community, signed_in
from tests.given_tables import HEADINGS, act, upload, workbook

LONGEST_DRY_RUN, LONGEST_APPLY = 1.5, 3.0
"""Seconds, for 5,000 rows."""
SURNAMES, NAMES = "王李张刘陈杨黄赵吴周", "明芳伟娜敏静丽强磊军洋勇艳杰娟涛"


def measure(*, rows: int = 5_000, rounds: int = 3) -> list[Figure]:
    """Return how long both steps take in a community of its own."""
    with empty_town() as (app, _):
        with app.app_context():
            session = db.session()
            staff = signed_in(session, given_community(session), Role.STAFF)
        file = workbook((*HEADINGS, "电话", "同意参加"), *make_rows(rows))
        times = [take_in(app.test_client(), staff, file, rows) for _ in range(rounds)]
    dry_run, apply = (median(found) for found in zip(*times, strict=True))
    return [
        Figure(f"import of {rows:,} residents, dry run", dry_run, "s", LONGEST_DRY_RUN),
        Figure(f"import of {rows:,} residents, applied", apply, "s", LONGEST_APPLY),
    ]


def make_rows(rows: int) -> Iterator[tuple[Any, ...]]:
    """Yield residents, of whom three live in one household."""
    for place in range(rows):
        name = SURNAMES[place % 10] + NAMES[place // 10 % 16] + NAMES[place // 160 % 16]
        home = place // 3
        unit = f"{home // 60 + 1}号楼{home % 60 // 10 + 1}单元{home % 10 + 101}"
        yield name, unit, "是", f"H-{home}", 13_800_000_000 + place, "是"


def take_in(
    client: FlaskClient, staff: dict[str, str], file: bytes, rows: int
) -> tuple[float, float]:
    """Return the seconds of a dry run and of taking the rows in; then take them back."""
    report, dry_run = timed(lambda: upload(client, staff, file))
    if report["valid"] != rows:
        raise SystemExit(f"{report['valid']} of {rows} rows are valid: {report['errors'][:3]}")
    _, applied = timed(lambda: act(client, staff, report, "apply"))
    timed(lambda: act(client, staff, report, "undo"))
    return dry_run, applied


def timed(call: Callable[[], TestResponse]) -> tuple[Any, float]:
    """Return what a call answers, and its seconds."""
    began = time.perf_counter()
    answer = call()
    took = time.perf_counter() - began
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise SystemExit(f"answered by {answer.status_code}: {answer.text}")
    return answer.json, took


if __name__ == "__main__":
    run(measure, __doc__)
