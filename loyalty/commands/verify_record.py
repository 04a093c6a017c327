"""`loyalty verify-record`: a draw done again from its record alone, as docs/lottery.md says.

This shares no code with the service, so that a mistake in one shows against the other.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, TextIO

import click

FORMATS = ("loyalty-record-1", "loyalty-record-2")
"""The second names the source of the seed, and each chance, in the frozen text."""
SEEDS = {
    "dice": r"[1-6]( [1-6]){4}",
    "double_colour_ball": r"[0-9]{2}( [0-9]{2}){6}",
    "super_lotto": r"[0-9]{2}( [0-9]{2}){6}",
    "pick_five": r"[0-9]( [0-9]){4}",
    "drand": r"[0-9a-f]{64}",
}
"""By source: how a seed is written."""
PARTS = {
    "double_colour_ball": ((6, 33), (1, 16)),
    "super_lotto": ((5, 35), (2, 12)),
}
"""By lottery: how many numbers each part has, and the largest; in a part they rise from 1 on."""
CERTAIN = 10_000
MOST_TRIALS = 500

_Lists = list[tuple[dict[str, Any], list[dict[str, Any]]]]
"""The head of each list, and its lines."""


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
    click.echo("The record is right: hash, source, chances, lots, selected and reserves.")


def faults_in(record: dict[str, Any]) -> Iterator[str]:
    """Yield, in a sentence each, everything in a record that is not right.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: it has not the shape of a record.
    """
    if record["format"] not in FORMATS:
        raise ValueError("another format")
    texts = [line["text"] for line in record["lines"]]
    for number, line in enumerate(record["lines"], start=1):
        if _hash(line["text"]) != line["sha256"]:
            yield f"Line {number} is not as it was frozen: {line['text']}"
    if texts and _hash("".join(text + "\n" for text in texts)) != record["hash"]:
        yield "The lines together do not have the published hash."
    if record["format"] == FORMATS[1]:
        yield from _faults_of_the_source(record, json.loads(texts[0]))
        yield from _wrong_chances(texts)
    if record["seed"] is None:
        yield "The draw has not been held yet; only what was frozen is known."
        return
    expected, results = _draw(_lists_in(texts), record["seed"]), record["results"]
    if [one["round"] for one in expected] != [one["round"] for one in results]:
        yield "The results are not those of the lists."
        return
    for right, told in zip(expected, results, strict=True):
        for kind in ("selected", "reserves"):
            yield from _differences(f"{right['round']}, {kind}", right[kind], told[kind])


def _faults_of_the_source(record: dict[str, Any], frozen: dict[str, Any]) -> Iterator[str]:
    """Yield what speaks against the seed coming from the source that was frozen."""
    if record["source"] != frozen:
        yield "The source of the seed is not the one in the frozen text."
    frozen_on, day = record["frozen_at"][:10], frozen["day"]
    if frozen_on > day:
        yield "The list was frozen after the day named for its seed."
    if frozen_on == day and frozen["source"] != "dice":
        yield "The list was frozen on the day of its seed, which may have been out already."
    if record["seed"] is None:
        return
    if record["drawn_at"][:10] < day:
        yield "The draw was held before the day named for its seed."
    if not _is_given_by(frozen["source"], record["seed"]):
        yield "The seed is nothing that the frozen source gives."


def _is_given_by(source: str, seed: str) -> bool:
    if not re.fullmatch(SEEDS[source], seed):
        return False
    words = seed.split(" ")
    for count, largest in PARTS.get(source, ()):
        part, words = words[:count], words[count:]
        rising = [0, *map(int, part), largest + 1]
        if rising != sorted(set(rising)):
            return False
    return True


def _wrong_chances(texts: list[str]) -> Iterator[str]:
    """Yield each chance of the frozen text that is not what the trial draws give."""
    lists, trials = _lists_in(texts), json.loads(texts[0])["trials"]
    if not 1 <= trials <= MOST_TRIALS:
        raise ValueError("another number of trials")
    won: Counter[tuple[str, str]] = Counter()
    for trial in range(1, trials + 1):
        for result in _draw(lists, f"trial {trial}"):
            won.update((result["round"], one["reference"]) for one in result["selected"])
    for alike in _find_equals(lists):
        seats = sum(won[where, one["reference"]] for where, one in alike)
        right = int(seats * CERTAIN / (trials * len(alike)) + 0.5)
        for where, one in alike:
            if one["chance"] != right:
                yield f"{where}, {one['reference']}: chance {one['chance']}, {right} is right."


def _find_equals(lists: _Lists) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Yield the lines that nothing but their lots tells apart, here or where else they stand."""
    at_home: dict[str, list[str]] = {}
    lines = [(head, one) for head, people in lists for one in people]
    for head, one in lines:
        at_home.setdefault(one["household"], []).append(_standing(head, one))
    equals: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for head, one in lines:
        everywhere = "".join(sorted(at_home[one["household"]]))
        equals.setdefault(_standing(head, one) + everywhere, []).append((head["round"], one))
    yield from equals.values()


def _standing(head: dict[str, Any], one: dict[str, Any]) -> str:
    area = one["area"] if one["area"] in head["area_minimums"] else None
    return json.dumps([head["round"], one["score"], one["awards"], area])


def _differences(where: str, right: list[Any], told: list[Any]) -> Iterator[str]:
    for place in range(max(len(right), len(told))):
        mine, theirs = ([*some, *[None] * (place + 1)][place] for some in (right, told))
        if mine != theirs:
            yield f"{where}, place {place + 1}: {_named(theirs)} is told, {_named(mine)} is right."


def _lists_in(texts: list[str]) -> _Lists:
    lists: _Lists = []
    for line in map(json.loads, texts):
        if "round" in line:
            lists.append((line, []))
        elif "source" not in line:
            lists[-1][1].append(line)
    return lists


def _draw(frozen: _Lists, seed: str) -> list[dict[str, Any]]:
    """Return the results that follow from the frozen lists and a seed."""
    lists = [
        (
            head,
            [{**one, "lot": _hash(f"{seed}|{head['round']}|{one['reference']}")} for one in people],
        )
        for head, people in frozen
    ]
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
