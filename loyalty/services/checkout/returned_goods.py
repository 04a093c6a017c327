"""What comes back of a sale, as it was said: by its lines, or by sums."""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.rules.money import Fen, format_yuan
from loyalty.rules.reversal import Sold, find_amounts_left, spread_return
from loyalty.services.errors import TooMuchBackError, ValueRefusedError

TOO_MUCH = "More would come back than is left of the sale."


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """Goods of one line that come back."""

    index: int
    """Of the line in the sale, from 0."""
    amount: Fen
    """Marked price."""


def goods_back(
    sold: Sold,
    returned: Sequence[int],
    *,
    amount: Fen | None,
    excluded: Fen | None,
    lines: Sequence[ReturnedLine],
    has_lines: bool,
) -> list[int]:
    """Return the marked price of what comes back of each line of a sale, in fen.

    Args:
        sold: the sale.
        returned: marked price of what has come back of each line before, in fen.
        amount: of all that comes back.
        excluded: how much of it are goods the card did not apply to.
        lines: instead of that, which lines come back.
        has_lines: whether the sale was made with lines.

    Raises:
        TooMuchBackError: more comes back than is left.
        ValueRefusedError: it is not said, or said twice, what comes back.
    """
    if lines:
        if not has_lines:
            raise ValueRefusedError("/lines", "The sale has no lines; send amount_fen.")
        if excluded is not None:
            raise ValueRefusedError("/excluded_fen", "Send lines or an excluded part, not both.")
        return _by_lines(find_amounts_left(sold, returned), amount, lines)
    whole = excluded if amount is None else amount
    if not whole:
        raise ValueRefusedError("/amount_fen", "Say what comes back: lines, or its marked price.")
    if excluded is not None and excluded > whole:
        raise ValueRefusedError("/excluded_fen", "The excluded part is more than what comes back.")
    back = spread_return(sold, returned, whole, excluded)
    if back is None:
        raise TooMuchBackError(TOO_MUCH)
    return back


def _by_lines(left: Sequence[int], amount: Fen | None, lines: Sequence[ReturnedLine]) -> list[int]:
    together = Fen(sum(line.amount for line in lines))
    if amount is not None and amount != together:
        raise ValueRefusedError(
            "/amount_fen",
            f"The lines add up to {format_yuan(together)}, but {format_yuan(amount)} comes back.",
        )
    back = [0] * len(left)
    for place, line in enumerate(lines):
        if line.index >= len(left):
            raise ValueRefusedError(f"/lines/{place}/index", "The sale has no such line.")
        back[line.index] += line.amount
    if any(one > still for one, still in zip(back, left, strict=True)):
        raise TooMuchBackError(TOO_MUCH)
    return back
