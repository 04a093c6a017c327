"""The lottery that decides between equals, made so that anyone can recompute it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from loyalty.rules.ranking import Candidate

SEPARATOR = "|"
"""Stands between the texts of a lot; only a seed may contain it."""


def encode_list(
    round_reference: str,
    candidates: Iterable[Candidate],
    *,
    quota: int,
    area_minimums: Mapping[str, int],
    chances: Mapping[str, int] | None = None,
) -> bytes:
    """Return the frozen list of a round as the bytes that are hashed and published.

    The first line says what is drawn; each candidate has a line of their own, sorted by reference
    and without lot, which does not exist yet. A line is JSON in UTF-8 with sorted keys and no
    blanks, and ends with a line feed. Together with the seed they hold all that `compute_lot` and
    `ranking.rank` need.

    Args:
        chances: by reference, each candidate's chance of a seat, in ten-thousandths; None leaves
            them out, as in the lists of earlier years.
    """
    head: dict[str, object] = {
        "round": round_reference,
        "quota": quota,
        "area_minimums": dict(area_minimums),
    }
    people: Iterator[dict[str, object]] = (
        {
            "reference": candidate.reference,
            "area": candidate.area,
            "household": candidate.household,
            "score": candidate.score,
            "awards": candidate.awards,
            **({} if chances is None else {"chance": chances[candidate.reference]}),
        }
        for candidate in sorted(candidates, key=lambda one: one.reference)
    )
    return "".join(encode_line(members) for members in (head, *people)).encode()


def hash_list(canonical: bytes) -> str:
    """Return the SHA-256 of a canonical list, in 64 lower-case hexadecimal digits."""
    return sha256(canonical).hexdigest()


def compute_lot(seed: str, round_reference: str, candidate_reference: str) -> str:
    """Return a candidate's lot, 64 lower-case hexadecimal digits; the lower lot comes first.

    It is the SHA-256 of the text `seed|round|candidate` in UTF-8, for example of
    `3 5 2 6 1|2026-12|R-0042`, which any calculator for SHA-256 gives again.

    Raises:
        ValueError: a reference contains the separator, so that two texts could be one.
    """
    if SEPARATOR in round_reference + candidate_reference:
        raise ValueError("A reference in a lottery contains no vertical bar.")
    text = SEPARATOR.join((seed, round_reference, candidate_reference))
    return sha256(text.encode()).hexdigest()


def encode_line(members: Mapping[str, object]) -> str:
    """Return members as one line of a frozen list, with its line feed."""
    return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
