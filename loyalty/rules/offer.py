"""What no shop may write into its offer."""

from loyalty.rules.typed_text import make_name_key

_SIMPLIFIED = str.maketrans("釋權終", "释权终")

_CLAIMS = ("解释权", "最终决定权", "finalinterpretation", "jieshiquan")
"""As `make_name_key` writes them: letters alone, so that signs and blanks between hide nothing."""


def claims_last_word(text: str) -> bool:
    """Return whether a text claims the last word on its meaning (最终解释权), however spelled.

    Such a clause is void: what is unclear in an offer is read in the customer's favour (Civil Code
    of the People's Republic of China, article 498).
    """
    key = make_name_key(text).translate(_SIMPLIFIED)
    return any(claim in key for claim in _CLAIMS)
