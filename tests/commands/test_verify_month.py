"""Closed months are checked from what is published: edited, removed and forged ones are found."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from loyalty.commands import main
from loyalty.rules.closed_month import CHAIN_FORMAT, FORMAT, compute_head, encode_month

Chain = dict[str, Any]

SUMS = {
    "uses": 9,
    "uses_without_amount": 0,
    "people": 6,
    "households": 6,
    "total_fen": 9000,
    "payable_fen": 7650,
    "saved_fen": 1350,
}


def text_of(month: str, previous_head: str | None) -> str:
    """The text of a month in which one trade sold."""
    members = {"format": FORMAT, "community": "dongshi", "month": month, "totals": SUMS}
    trades = [{"trade": "蔬菜", "sums": SUMS}]
    return encode_month({**members, "by_trade": trades, "previous_head": previous_head})


@pytest.fixture
def chain() -> Chain:
    """November, December and January, as the service publishes them."""
    months: list[dict[str, str]] = []
    head = None
    for month in ("2026-11", "2026-12", "2027-01"):
        text = text_of(month, head)
        head = compute_head(text)
        months.append({"month": month, "head": head, "text": text})
    return {"format": CHAIN_FORMAT, "community": "dongshi", "months": months}


def verified(chain: Any, folder: Path, *options: str) -> Result:
    """Return what the command says of a chain."""
    path = folder / "months.json"
    path.write_text(json.dumps(chain, ensure_ascii=False), encoding="utf-8")
    return CliRunner().invoke(main, ["verify-month", str(path), *options])


def edit(month: dict[str, str], *, rehash: bool) -> None:
    """Let a month say that more was saved."""
    members = json.loads(month["text"])
    for sums in (members["totals"], members["by_trade"][0]["sums"]):
        sums |= {"saved_fen": 1450, "total_fen": 9100}
    month["text"] = json.dumps(members)
    if rehash:
        month["head"] = sha256(month["text"].encode()).hexdigest()


def test_a_chain_that_is_right_is_told_with_its_last_head(chain: Chain, tmp_path: Path) -> None:
    result = verified(chain, tmp_path)

    assert result.exit_code == 0, result.output
    assert f"Head of 2027-01: {chain['months'][-1]['head']}" in result.output


def edit_december(months: list[dict[str, str]]) -> None:
    edit(months[1], rehash=False)


def forge_december(months: list[dict[str, str]]) -> None:
    edit(months[1], rehash=True)


def remove_december(months: list[dict[str, str]]) -> None:
    del months[1]


def remove_november(months: list[dict[str, str]]) -> None:
    del months[0]


def put_in_another_order(months: list[dict[str, str]]) -> None:
    months.reverse()


def call_december_january(months: list[dict[str, str]]) -> None:
    months[1]["month"] = "2027-01"


@pytest.mark.parametrize(
    ("forgery", "told"),
    [
        (edit_december, "2026-12 is not as it was closed"),
        (forge_december, "2027-01 does not follow 2026-12"),
        (remove_december, "Between 2026-11 and 2027-01 a month is missing"),
        (remove_november, "2026-12 does not follow nothing"),
        (put_in_another_order, "2027-01 does not follow nothing"),
        (call_december_january, "2027-01 holds the figures of 2026-12"),
    ],
)
def test_a_month_that_was_edited_removed_or_forged_is_named(
    chain: Chain, tmp_path: Path, forgery: Callable[[list[dict[str, str]]], None], told: str
) -> None:
    forgery(chain["months"])

    result = verified(chain, tmp_path)

    assert result.exit_code == 1
    assert told in result.output


def test_whoever_forges_the_last_month_is_found_by_the_head_that_was_printed(
    chain: Chain, tmp_path: Path
) -> None:
    printed = chain["months"][-1]["head"]
    assert verified(chain, tmp_path, "--head", printed.upper()).exit_code == 0
    edit(chain["months"][-1], rehash=True)

    alone = verified(chain, tmp_path)
    result = verified(chain, tmp_path, "--head", printed)

    assert alone.exit_code == 0
    assert result.exit_code == 1
    assert "2027-01 has the head" in result.output


def test_a_last_month_that_was_taken_away_is_missed(chain: Chain, tmp_path: Path) -> None:
    del chain["months"][-1]

    result = verified(chain, tmp_path, "--month", "2027-01")

    assert (result.exit_code, "2027-01 is missing" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"saved_fen": 1351}, "are not the price"),
        ({"people": 4}, "figures about 4 people are told"),
        ({"uses": 8}, "uses of the trades is not that of the month"),
    ],
)
def test_figures_that_do_not_add_up_are_named(
    chain: Chain, tmp_path: Path, changes: dict[str, int], told: str
) -> None:
    last = chain["months"][-1]
    members = json.loads(last["text"])
    members["totals"] |= changes
    last["text"] = json.dumps(members)
    last["head"] = sha256(last["text"].encode()).hexdigest()

    assert told in verified(chain, tmp_path).output


@pytest.mark.parametrize(
    ("changes", "exit_code", "told"),
    [
        ({"totals": None}, 0, "3 months are right"),
        ({"by_trade": [{"trade": "蔬菜", "sums": None}]}, 0, "3 months are right"),
        ({"format": "loyalty-month-2"}, 1, "not the closed months of a community"),
    ],
)
def test_figures_too_small_to_tell_are_no_fault_and_those_of_another_format_are_no_figures(
    chain: Chain, tmp_path: Path, changes: dict[str, Any], *, exit_code: int, told: str
) -> None:
    last = chain["months"][-1]
    last["text"] = json.dumps({**json.loads(last["text"]), **changes})
    last["head"] = sha256(last["text"].encode()).hexdigest()

    result = verified(chain, tmp_path)

    assert (result.exit_code, told in result.output) == (exit_code, True)


@pytest.mark.parametrize(
    "other", [[], {}, None, {"format": "x", "months": []}, {"format": CHAIN_FORMAT, "months": [1]}]
)
def test_another_file_is_told_in_a_sentence(tmp_path: Path, other: Any) -> None:
    result = verified(other, tmp_path)

    assert result.exit_code == 1
    assert result.output == "Error: These are not the closed months of a community.\n"
