import copy
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from loyalty.commands import main
from loyalty.commands.verify_record import faults_in
from loyalty.rules.calendar import Month
from loyalty.rules.chances import find_chances, find_trials
from loyalty.rules.lottery import hash_list
from loyalty.rules.ranking import Candidate
from loyalty.rules.record import (
    FrozenList,
    Opening,
    draw_lots,
    lines_of,
    lists_in,
    rank_round,
    record_of,
    source_in,
)
from loyalty.rules.seed_source import NamedSource, SeedSource
from loyalty.rules.selection import RoundAction
from loyalty.services.notice.public_record import public_record
from tests.given import NOON, given_community
from tests.given_rounds import given_round_after
from tests.present import present
from tests.rules.test_record import frozen_lists
from tests.rules.test_seed_source import SEEDS_AT_THE_EDGES

DICE = "3 5 2 6 1"
ON_ITS_DAY = "The list was frozen on the day of its seed, which may have been out already."
EXAMPLE = Path(__file__).parents[2] / "docs" / "lottery.md"


@pytest.fixture
def record(session: Session) -> dict[str, Any]:
    """The record of a drawn round with three winners and two reserves."""
    community = given_community(session)
    given_round_after(session, community, RoundAction.DRAW, candidates=5)
    return public_record(session, community, Month(2026, 12), now=NOON)


def verified(record: Any, folder: Path) -> Result:
    """Return what the command says of a record."""
    path = folder / "record.json"
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return CliRunner().invoke(main, ["verify-record", str(path)])


def hashed(text: str) -> str:
    return hash_list(text.encode())


def record_of_lists(
    lists: tuple[FrozenList, ...], seed: str, opening: Opening | None = None
) -> dict[str, Any]:
    """Return the record of some lists as the service would publish it, with a source or without."""
    frozen = record_of(lists, opening)
    drawn = draw_lots(lists, seed)
    return {
        "format": "loyalty-record-2" if opening else "loyalty-record-1",
        "source": json.loads(lines_of(frozen)[0]) if opening else None,
        "frozen_at": NOON.isoformat(),
        "drawn_at": NOON.isoformat(),
        "hash": hashed(frozen),
        "seed": seed,
        "lines": [{"text": line, "sha256": hashed(line)} for line in lines_of(frozen)],
        "results": [
            {
                "round": one.reference,
                "selected": [{"reference": c.reference, "lot": c.lot} for c in ranking.selected],
                "reserves": [{"reference": c.reference, "lot": c.lot} for c in ranking.reserves],
            }
            for one, ranking in zip(drawn, rank_round(drawn), strict=True)
        ],
    }


def test_a_record_as_it_is_published_is_right(record: dict[str, Any], tmp_path: Path) -> None:
    result = verified(record, tmp_path)

    assert result.exit_code == 0, result.output
    assert "right" in result.output


@given(lists=frozen_lists, seed=st.text(st.characters(exclude_categories=["Cs"]), min_size=3))
def test_both_computations_agree_on_every_draw(lists: tuple[FrozenList, ...], seed: str) -> None:
    lists = tuple(
        replace(one, reference=f"{place}/{one.reference}") for place, one in enumerate(lists)
    )

    assert list(faults_in(record_of_lists(lists, seed))) == []


@settings(max_examples=20)
@given(lists=frozen_lists)
def test_both_computations_agree_on_every_chance(lists: tuple[FrozenList, ...]) -> None:
    lists = tuple(
        replace(one, reference=f"{place}/{one.reference}") for place, one in enumerate(lists)
    )
    trials = min(find_trials(lists), 20)
    opening = Opening(
        NamedSource(SeedSource.DICE, NOON.date()), trials, find_chances(lists, trials)
    )

    assert list(faults_in(record_of_lists(lists, DICE, opening))) == []


@pytest.mark.parametrize(
    ("minimums", "east", "west", "told"),
    [
        ({}, 5000, 5000, []),
        ({}, 10000, 0, ["R-1: chance 10000, 5000 is right", "R-2: chance 0, 5000 is right"]),
        ({"东区": 1}, 10000, 0, []),
        ({"东区": 1}, 5000, 5000, ["R-1: chance 5000, 10000 is", "R-2: chance 5000, 0 is"]),
    ],
)
def test_areas_part_equals_only_where_the_list_has_a_minimum(
    minimums: dict[str, int], east: int, west: int, told: list[str]
) -> None:
    people = Candidate("R-1", "东区", "H-1", 0, 0, ""), Candidate("R-2", "西区", "H-2", 0, 0, "")
    opening = Opening(NamedSource(SeedSource.DICE, NOON.date()), 1, [{"R-1": east, "R-2": west}])

    faults = [*faults_in(record_of_lists((FrozenList("1", 1, minimums, people),), DICE, opening))]

    assert len(faults) == len(told)
    assert all(one in fault for one, fault in zip(told, faults, strict=True)), faults


def frozen_otherwise(record: dict[str, Any], number: int, **members: Any) -> None:
    """Change a line of a record as if it had been frozen so, with every hash."""
    lines = [json.loads(line["text"]) for line in record["lines"]]
    lines[number].update(members)
    texts = [
        json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for line in lines
    ]
    record["lines"] = [{"text": text, "sha256": hashed(text)} for text in texts]
    record["hash"] = hashed("".join(text + "\n" for text in texts))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda record: frozen_otherwise(record, 0, day="2026-12-08"), "frozen after the day"),
        (lambda record: frozen_otherwise(record, 0, day="2026-12-10"), "held before the day"),
        (lambda record: frozen_otherwise(record, 0, source="pick_five"), "not the one in the"),
        (lambda record: frozen_otherwise(record, 2, chance=5000), "chance 5000, 6000 is right"),
        (lambda record: record["source"].update(witnesses=[]), "not the one in the frozen"),
        (lambda record: record.update(seed="3 5 2 6 1 1"), "nothing that the frozen source"),
    ],
)
def test_a_source_or_a_chance_that_was_chosen_afterwards_is_named(
    record: dict[str, Any], tmp_path: Path, spoil: Any, told: str
) -> None:
    spoil(record)

    result = verified(record, tmp_path)

    assert (result.exit_code, told in result.output) == (1, True), result.output


@pytest.mark.parametrize(
    ("source", "frozen_on", "faults"),
    [
        ("dice", "2026-12-09", []),
        ("dice", "2026-12-10", ["The list was frozen after the day named for its seed."]),
        ("pick_five", "2026-12-08", []),
        ("pick_five", "2026-12-09", [ON_ITS_DAY]),
        ("pick_five", "2026-12-10", ["The list was frozen after the day named for its seed."]),
        ("drand", "2026-12-08", []),
        ("drand", "2026-12-09", [ON_ITS_DAY]),
    ],
)
def test_a_list_is_frozen_before_anybody_can_know_its_seed(
    source: str, frozen_on: str, faults: list[str]
) -> None:
    opening = Opening(NamedSource(SeedSource(source), NOON.date()), 1, ())
    record = {
        **record_of_lists((), "a" * 64 if source == "drand" else DICE, opening),
        "frozen_at": f"{frozen_on}T23:59:59+08:00",
    }

    assert [*faults_in(record)] == faults


@pytest.mark.parametrize(("source", "seed", "possible"), SEEDS_AT_THE_EDGES)
def test_numbers_that_the_frozen_lottery_never_draws_are_named(
    source: SeedSource, seed: str, *, possible: bool
) -> None:
    opening = Opening(NamedSource(source, NOON.date() + timedelta(days=1)), 1, ())
    record = {**record_of_lists((), seed, opening), "drawn_at": "2026-12-10T12:00:00+08:00"}
    wrong = "The seed is nothing that the frozen source gives."

    assert [*faults_in(record)] == ([] if possible else [wrong])


def test_a_changed_line_is_named(record: dict[str, Any], tmp_path: Path) -> None:
    line = record["lines"][3]
    line["text"] = line["text"].replace('"awards":0', '"awards":9')

    result = verified(record, tmp_path)

    assert result.exit_code == 1
    assert "Line 4 is not as it was frozen" in result.output
    assert "do not have the published hash" in result.output
    assert "Line 3" not in result.output


def test_a_line_that_is_changed_with_its_own_hash_breaks_the_whole(
    record: dict[str, Any], tmp_path: Path
) -> None:
    line = record["lines"][3]
    line["text"] = line["text"].replace('"awards":0', '"awards":9')
    line["sha256"] = hashed(line["text"])

    result = verified(record, tmp_path)

    assert result.exit_code == 1
    assert "do not have the published hash" in result.output


def test_every_place_that_was_swapped_is_named(record: dict[str, Any], tmp_path: Path) -> None:
    selected = record["results"][0]["selected"]
    selected[0], selected[1] = selected[1], selected[0]

    lines = verified(record, tmp_path).output.splitlines()

    assert [line.split(":")[0] for line in lines] == [
        "2026-12/civilized_resident, selected, place 1",
        "2026-12/civilized_resident, selected, place 2",
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: record["lines"].pop(2),
        lambda record: record["lines"].reverse(),
        lambda record: record.update(seed="6 6 6"),
        lambda record: record.update(hash="0" * 64),
        lambda record: record["results"][0]["reserves"].pop(),
        lambda record: record["results"][0]["selected"].append(record["results"][0]["reserves"][0]),
        lambda record: record["results"][0]["selected"][0].update(lot="0" * 64),
        lambda record: record["results"][0].update(round="2026-11/civilized_resident"),
        lambda record: record["results"].pop(),
    ],
)
def test_no_other_change_goes_unnoticed(record: dict[str, Any], tmp_path: Path, spoil: Any) -> None:
    spoiled = copy.deepcopy(record)
    spoil(spoiled)

    result = verified(spoiled, tmp_path)

    assert result.exit_code == 1
    assert result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "thing", [None, [], 7, "record", {}, {"format": "loyalty-record-1"}, {"format": "another"}]
)
def test_what_is_no_record_is_called_none(thing: Any, tmp_path: Path) -> None:
    result = verified(thing, tmp_path)

    assert result.exit_code == 1
    assert "not the record of a draw" in result.output


def test_before_the_draw_there_is_nothing_to_check(session: Session, tmp_path: Path) -> None:
    community = given_community(session)
    given_round_after(session, community, RoundAction.FREEZE)
    record = public_record(session, community, Month(2026, 12), now=NOON)

    result = verified(record, tmp_path)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "The draw has not been held yet; only what was frozen is known."
    ]


def test_the_example_in_the_document_is_right() -> None:
    page = EXAMPLE.read_text("utf-8")
    (frozen,) = re.findall(r"^```\n(\{.*?)^```", page, re.DOTALL | re.MULTILINE)
    (seed,) = re.findall(r"The dice: \*\*(.*?)\*\*", page)

    source, lists = present(source_in(frozen)), lists_in(frozen)
    trials = find_trials(lists)
    opening = Opening(source, trials, find_chances(lists, trials))
    record = record_of_lists(lists, seed, opening)

    assert [line["text"] for line in record["lines"]] == lines_of(frozen)
    assert f"**Hash:** `{record['hash']}`" in page
    heads, civilized = record["results"]
    assert [one["reference"] for one in heads["selected"]] == ["R-7QXA4MTE"]
    assert heads["reserves"] == []
    assert [one["reference"] for one in civilized["selected"]] == ["R-4HWJ2FQU", "R-C5TZK3VA"]
    assert [one["reference"] for one in civilized["reserves"]] == ["R-MX7OE6RB", "R-Q2LDY5GN"]
    for one in (*heads["selected"], *civilized["reserves"]):
        assert f"`{one['lot'][:8]}…`" in page
    assert list(faults_in(record)) == []
