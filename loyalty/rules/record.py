"""The record of a round's draw: what is frozen before the seed exists, and what follows from both.

Whoever holds the record and the seed finds every lot, every selected person and every reserve.
"""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from loyalty.rules.lottery import compute_lot, encode_line, encode_list
from loyalty.rules.ranking import Candidate, Ranking, rank
from loyalty.rules.seed_source import NamedSource, SeedSource


@dataclass(frozen=True, slots=True)
class FrozenList:
    """The list of one honour in one round, once nobody can be added."""

    reference: str
    """Month and honour, such as ``2026-12/household_head``: the round in every lot of the list."""
    quota: int
    area_minimums: Mapping[str, int]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands before the lists, so that it cannot be chosen once their hash is out."""

    source: NamedSource
    trials: int
    """How often the lists were drawn on trial for the chances that stand in them."""
    chances: Sequence[Mapping[str, int]]
    """List by list, each candidate's chance of a seat by reference, in ten-thousandths."""


def record_of(lists: Sequence[FrozenList], opening: Opening | None = None) -> str:
    """Return the lists as they are hashed and published: line by line, one list after the other.

    The order is that of the draw and belongs to the record.

    Args:
        opening: None writes the lists as they were before sources were named.
    """
    chances = [None] * len(lists) if opening is None else opening.chances
    written = (
        encode_list(
            frozen.reference,
            frozen.candidates,
            quota=frozen.quota,
            area_minimums=frozen.area_minimums,
            chances=of_list,
        ).decode()
        for frozen, of_list in zip(lists, chances, strict=True)
    )
    return "".join((_encode_opening(opening), *written))


def _encode_opening(opening: Opening | None) -> str:
    if opening is None:
        return ""
    source = opening.source
    beacon = {} if source.beacon_round is None else {"beacon_round": source.beacon_round}
    return encode_line(
        {
            "source": source.code,
            "day": source.day.isoformat(),
            "witnesses": list(source.witnesses),
            "trials": opening.trials,
            **beacon,
        }
    )


def lines_of(record: str) -> list[str]:
    """Return the lines of a record; only a line feed ends one, whatever a text in it holds."""
    return record.split("\n")[:-1]


def source_in(record: str) -> NamedSource | None:
    """Return the source that a record names; None of an empty one, and of lists before sources."""
    first, _, _ = record.partition("\n")
    members = json.loads(first or "{}")
    if "source" not in members:
        return None
    return NamedSource(
        SeedSource(members["source"]),
        date.fromisoformat(members["day"]),
        tuple(members["witnesses"]),
        members.get("beacon_round"),
    )


def chances_in(record: str) -> list[list[int]]:
    """Return, list by list, the chances that stand in a record, in ten-thousandths."""
    chances: list[list[int]] = []
    for members in map(json.loads, lines_of(record)):
        if "round" in members:
            chances.append([])
        elif "chance" in members:
            chances[-1].append(members["chance"])
    return chances


def lists_in(record: str) -> tuple[FrozenList, ...]:
    """Return the lists of a record, in the order of the draw; candidates have no lots yet."""
    heads: list[dict[str, Any]] = []
    candidates: list[list[Candidate]] = []
    for line in lines_of(record):
        members = json.loads(line)
        if "round" in members:
            heads.append(members)
            candidates.append([])
        elif "reference" in members:
            members.pop("chance", None)
            candidates[-1].append(Candidate(**members, lot=""))
    return tuple(
        FrozenList(
            reference=head["round"],
            quota=head["quota"],
            area_minimums=head["area_minimums"],
            candidates=tuple(some),
        )
        for head, some in zip(heads, candidates, strict=True)
    )


def draw_lots(lists: Iterable[FrozenList], seed: str) -> tuple[FrozenList, ...]:
    """Return the lists with each candidate's lot under a seed."""
    return tuple(
        replace(
            frozen,
            candidates=tuple(
                # Made anew, for `replace` takes three times as long, and trials do so by thousands.
                Candidate(
                    one.reference,
                    one.area,
                    one.household,
                    one.score,
                    one.awards,
                    compute_lot(seed, frozen.reference, one.reference),
                )
                for one in frozen.candidates
            ),
        )
        for frozen in lists
    )


def rank_round(lists: Sequence[FrozenList]) -> tuple[Ranking, ...]:
    """Return who is selected on each list, and the reserves, in the order of the lists.

    One person of a household is selected in the whole round. The lists come with the best rate
    first, so whoever would win two honours gets the better rate, and the other seat is free. A list
    has at most as many reserves as its quota: the best of households that win nothing at all.
    """
    selected: list[tuple[Candidate, ...]] = []
    winners: set[str] = set()
    for frozen in lists:
        others = _leave_out(winners, frozen)
        ranking = rank(others, frozen.quota, frozen.area_minimums, reserves=0)
        winners.update(one.household for one in ranking.selected)
        selected.append(ranking.selected)
    return tuple(
        Ranking(
            selected=chosen,
            reserves=rank(_leave_out(winners, frozen), frozen.quota, {}, reserves=0).selected,
        )
        for frozen, chosen in zip(lists, selected, strict=True)
    )


def _leave_out(households: Container[str], frozen: FrozenList) -> Iterable[Candidate]:
    return (one for one in frozen.candidates if one.household not in households)
