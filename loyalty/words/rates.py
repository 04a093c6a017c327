"""How a rate is said. The 折 trap: 8.5折 means that 85 % is paid, so both are always said."""

from flask_babel import gettext

from loyalty.models import Shop
from loyalty.rules.money import WHOLE, Permille
from loyalty.rules.money import pay_in_words as fold_of
from loyalty.words.honours import honour_name

RATE_STEP = 10
"""Rates are offered by a tenth of a 折."""


def pay_in_words(pay: Permille) -> str:
    """Return a rate as people of any language read it rightly: "8.5折 · 付85%"."""
    return rate_pattern().format(
        fold=fold_of(pay), percent=_percent(pay), off=_percent(Permille(WHOLE - pay))
    )


def span_in_words(lowest: Permille, highest: Permille) -> str:
    """Return the rates of a card that not all shops give alike: "8–8.5折 · 付80–85%"."""
    if lowest == highest:
        return pay_in_words(lowest)
    pattern = str(gettext("{lowest}–{fold} · 付{least}–{percent}%"))
    return pattern.format(
        lowest=fold_of(lowest).removesuffix("折"),
        fold=fold_of(highest),
        least=_percent(lowest),
        percent=_percent(highest),
        off=_percent(Permille(WHOLE - highest)),
        most_off=_percent(Permille(WHOLE - lowest)),
    )


def span_in_two_parts(lowest: Permille, highest: Permille) -> tuple[str, str]:
    """Return what `span_in_words` says, large and small: ("8–8.5折", "付80–85%")."""
    if lowest == highest:
        large, small = gettext("{fold}"), gettext("付{percent}%")
    else:
        large, small = gettext("{lowest}–{fold}"), gettext("付{least}–{percent}%")
    said = {
        "lowest": fold_of(lowest).removesuffix("折"),
        "fold": fold_of(highest),
        "least": _percent(lowest),
        "percent": _percent(highest),
        "off": _percent(Permille(WHOLE - highest)),
        "most_off": _percent(Permille(WHOLE - lowest)),
    }
    return str(large).format(**said), str(small).format(**said)


def list_shop_rates(shop: Shop) -> list[str]:
    """Return what a shop agreed to: one rate where all honours pay alike, else one for each."""
    rates = {term.pay_permille for term in shop.terms}
    if len(rates) == 1:
        return [pay_in_words(Permille(rates.pop()))]
    return [
        f"{honour_name(term.honour)} {pay_in_words(Permille(term.pay_permille))}"
        for term in shop.terms
    ]


def list_rates_offered(
    low: Permille, high: Permille, *, besides: Permille | None = None
) -> dict[str, str]:
    """Return the rates of a band to choose from, the highest first: code → in words.

    Args:
        besides: one more, between the steps or out of the band.
    """
    rates = sorted({*range(low, high + 1, RATE_STEP), high, besides or high}, reverse=True)
    return {str(rate): pay_in_words(Permille(rate)) for rate in rates}


def rate_pattern() -> str:
    """Return the words with ``{fold}``, ``{percent}`` and ``{off}`` left to be filled in."""
    return str(gettext("{fold} · 付{percent}%"))


def _percent(permille: Permille) -> str:
    whole, tenth = divmod(permille, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)
