"""`loyalty verify-record`: a draw done again from its record alone, as docs/lottery.md says.

This shares no code with the service, so that a mistake in one shows against the other.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, TextIO

import click

FORMAT = "loyalty-record-1"


@click.command("verify-record")
@click.argument("file", type=click.File(encoding="utf-8"))
def verify_record(file: TextIO) -> None:
    """Do the draw in FILE again, and name every line, lot and place that is not right."""
    try:
        faults = list(faults_in(json.load(file)))
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise click.ClickException("This is not the record of a draw.") from error
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo("The record is right: hash, lots, selected and reserves.")


def faults_in(record: dict[str, Any]) -> Iterator[str]:
    """Yield, in a sentence each, everything in a record that is not right.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: it has not the shape of a record.
    """
    if record["format"] != FORMAT:
        raise ValueError("another format")
    texts = [line["text"] for line in record["lines"]]
    for number, line in enumerate(record["lines"], start=1):
        if _hash(line["text"]) != line["sha256"]:
            yield f"Line {number} is not as it was frozen: {line['text']}"
    if record["seed"] is None:
        yield "The draw has not been held yet; only the hash is known."
        return
    if _hash("".join(text + "\n" for text in texts)) != record["hash"]:
        yield "The lines together do not have the published hash."
    expected, results = _draw(texts, record["seed"]), record["results"]
    if [one["round"] for one in expected] != [one["round"] for one in results]:
        yield "The results are not those of the lists."
        return
    for right, told in zip(expected, results, strict=True):
        for kind in ("selected", "reserves"):
            yield from _differences(f"{right['round']}, {kind}", right[kind], told[kind])


def _differences(where: str, right: list[Any], told: list[Any]) -> Iterator[str]:
    for place in range(max(len(right), len(told))):
        mine, theirs = ([*some, *[None] * (place + 1)][place] for some in (right, told))
        if mine != theirs:
            yield f"{where}, place {place + 1}: {_named(theirs)} is told, {_named(mine)} is right."


def _draw(texts: list[str], seed: str) -> list[dict[str, Any]]:
    """Return the results that follow from the frozen lines and the seed."""
    lists: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    for text in texts:
        line = json.loads(text)
        if "round" in line:
            lists.append((line, []))
        else:
            head, people = lists[-1]
            people.append({**line, "lot": _hash(f"{seed}|{head['round']}|{line['reference']}")})
    taken: set[str] = set()
    seated = []
    for head, people in lists:
        people.sort(key=lambda one: (-one["score"], one["awards"], one["lot"], one["reference"]))
        seats = _seats(head, people, taken)
        taken |= {one["household"] for one in seats}
        seated.append(seats)
    return [
        {
            "round": head["round"],
            "selected": _as_told(seats),
            "reserves": _as_told(_best_of_households(people, taken, head["quota"])),
        }
        for (head, people), seats in zip(lists, seated, strict=True)
    ]


def _seats(
    head: dict[str, Any], people: list[dict[str, Any]], taken: set[str]
) -> list[dict[str, Any]]:
    """Return who wins on a list: those for the areas' minimums first, then the best of all."""
    left = dict(head["area_minimums"])
    winners: dict[str, str] = {}
    for for_an_area in (True, False):
        for one in people:
            if one["household"] in taken or one["household"] in winners:
                continue
            if len(winners) == head["quota"]:
                break
            if for_an_area:
                if left.get(one["area"], 0) <= 0:
                    continue
                left[one["area"]] -= 1
            winners[one["household"]] = one["reference"]
    return [one for one in people if winners.get(one["household"]) == one["reference"]]


def _best_of_households(
    people: list[dict[str, Any]], taken: set[str], most: int
) -> list[dict[str, Any]]:
    best: dict[str, dict[str, Any]] = {}
    for one in people:
        if one["household"] not in taken:
            best.setdefault(one["household"], one)
    return list(best.values())[:most]


def _as_told(people: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"reference": one["reference"], "lot": one["lot"]} for one in people]


def _named(entry: Any) -> str:
    return "nobody" if entry is None else f"{entry['reference']} with lot {entry['lot']}"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
