"""The record of a round's draw: what is frozen before the seed exists, and what follows from both.

Whoever holds the record and the seed finds every lot, every selected person and every reserve.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from loyalty.rules.lottery import canonical_list, lot
from loyalty.rules.ranking import Candidate, Ranking, rank


@dataclass(frozen=True, slots=True)
class FrozenList:
    """The list of one honour in one round, once nobody can be added."""

    reference: str
    """Month and honour, such as ``2026-12/household_head``: the round in every lot of the list."""
    quota: int
    area_minimums: Mapping[str, int]
    candidates: tuple[Candidate, ...]


def record_of(lists: Iterable[FrozenList]) -> str:
    """Return the lists as they are hashed and published: one canonical list a line.

    The order is that of the draw and belongs to the record.
    """
    return "".join(
        canonical_list(
            frozen.reference,
            frozen.candidates,
            quota=frozen.quota,
            area_minimums=frozen.area_minimums,
        ).decode()
        + "\n"
        for frozen in lists
    )


def lists_in(record: str) -> tuple[FrozenList, ...]:
    """Return the lists of a record, in the order of the draw; candidates have no lots yet."""
    return tuple(_frozen_list(json.loads(line)) for line in record.splitlines())


def with_lots(lists: Iterable[FrozenList], seed: str) -> tuple[FrozenList, ...]:
    """Return the lists with each candidate's lot under a seed."""
    return tuple(
        replace(
            frozen,
            candidates=tuple(
                replace(one, lot=lot(seed, frozen.reference, one.reference))
                for one in frozen.candidates
            ),
        )
        for frozen in lists
    )


def rank_round(lists: Sequence[FrozenList]) -> tuple[Ranking, ...]:
    """Return who is selected on each list, and the reserves, in the order of the lists.

    One person of a household is selected in the whole round. The lists come with the best rate
    first, so whoever would win two honours gets the better rate, and the other seat is free.
    """
    rankings: list[Ranking] = []
    winners: set[str] = set()
    for frozen in lists:
        others = (one for one in frozen.candidates if one.household not in winners)
        ranking = rank(others, frozen.quota, frozen.area_minimums)
        winners.update(one.household for one in ranking.selected)
        rankings.append(ranking)
    return tuple(
        replace(
            ranking,
            reserves=tuple(one for one in ranking.reserves if one.household not in winners),
        )
        for ranking in rankings
    )


def _frozen_list(members: dict[str, object]) -> FrozenList:
    match members:
        case {
            "round": str(reference),
            "quota": int(quota),
            "area_minimums": dict(area_minimums),
            "candidates": list(candidates),
        }:
            return FrozenList(
                reference=reference,
                quota=quota,
                area_minimums=area_minimums,
                candidates=tuple(Candidate(**candidate, lot="") for candidate in candidates),
            )
    raise ValueError("This is no line of a record.")
