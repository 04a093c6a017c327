"""What no shop may write into its offer, and when it says that its offer still holds."""

from datetime import date, timedelta

from loyalty.rules.typed_text import make_name_key

_SIMPLIFIED = str.maketrans("釋權終決後", "释权终决后")

_CLAIMS = ("解释权", "最终决定权", "最后决定权", "finalinterpretation", "jieshiquan")
"""As `make_name_key` writes them: letters alone, so that signs and blanks between hide nothing."""

_MONTHS_OF_QUARTER = 3


def claims_last_word(text: str) -> bool:
    """Return whether a text claims the last word on its meaning (最终解释权), however spelled.

    Such a clause is void: what is unclear in an offer is read in the customer's favour (Civil Code
    of the People's Republic of China, article 498).
    """
    key = make_name_key(text).translate(_SIMPLIFIED)
    return any(claim in key for claim in _CLAIMS)


OFFER_REMINDER_AFTER = timedelta(days=14)
"""How long into a quarter owners are asked by themselves; then staff are reminded, too."""


def find_quarter(day: date) -> date:
    """Return the first day of the quarter that a day lies in."""
    return day.replace(month=(day.month - 1) // _MONTHS_OF_QUARTER * _MONTHS_OF_QUARTER + 1, day=1)


def are_staff_reminded(today: date) -> bool:
    """Return whether staff are told of offers that nobody has confirmed in this quarter."""
    return today >= find_quarter(today) + OFFER_REMINDER_AFTER
