"""Why somebody who stood on a list has no seat, though nothing stood against them."""

from collections.abc import Collection, Mapping, Sequence

from loyalty.rules.eligibility import Reason
from loyalty.rules.ranking import Candidate, rank
from loyalty.rules.record import FrozenList, rank_round


def find_reasons_without_seat(lists: Sequence[FrozenList]) -> Mapping[tuple[str, str], Reason]:
    """Return why each candidate of a household without winner has no seat.

    Args:
        lists: of one round, in the order of the draw, with lots.

    Returns:
        Reference of the list and of the candidate → why.
    """
    reasons: dict[tuple[str, str], Reason] = {}
    winners: set[str] = set()
    for frozen, ranking in zip(lists, rank_round(lists), strict=True):
        others = [one for one in frozen.candidates if one.household not in winners]
        by_order = frozenset(rank(others, frozen.quota, {}, reserves=0).selected)
        seated = by_order.intersection(ranking.selected)
        for one in others:
            reasons[frozen.reference, one.reference] = _find_reason(one, by_order, seated)
        winners.update(one.household for one in ranking.selected)
    households = {
        (frozen.reference, one.reference): one.household
        for frozen in lists
        for one in frozen.candidates
    }
    return {who: why for who, why in reasons.items() if households[who] not in winners}


def _find_reason(
    one: Candidate, by_order: Collection[Candidate], seated: Collection[Candidate]
) -> Reason:
    """Return why one person has no seat.

    Args:
        by_order: who would have the seats if no area had a minimum.
        seated: those of them who have.
    """
    if one in by_order:
        return Reason.AREA_MINIMUM_FIRST
    equal = any((other.score, other.awards) == (one.score, one.awards) for other in seated)
    return Reason.LOT if equal else Reason.QUOTA_FULL
