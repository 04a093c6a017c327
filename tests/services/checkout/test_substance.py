"""What tells one sale from another under the same key, kept for good with each sale."""

import hashlib
import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.discount import Basket, Line
from loyalty.rules.money import Fen
from loyalty.services.checkout.sale import substance_of

amounts = st.integers(0, 10**8).map(Fen)
lines = st.builds(Line, st.none() | st.text(max_size=8), amounts, st.none() | amounts)
baskets = st.builds(Basket, amounts, st.lists(lines, max_size=4).map(tuple), amounts)


@given(basket=st.none() | baskets)
def test_it_has_all_that_a_basket_has_as_it_was_written_from_the_first_sale_on(
    basket: Basket | None,
) -> None:
    text = json.dumps(["000000000012", basket and asdict(basket)], sort_keys=True)

    assert substance_of("000000000012", basket) == hashlib.sha256(text.encode()).digest()


def test_it_is_that_of_a_sale_which_lies_in_the_book() -> None:
    basket = Basket(Fen(1500), (Line("tobacco", Fen(500)), Line(None, Fen(1000), Fen(900))))

    found = substance_of("123456789012", basket).hex()

    assert found == "e0b2f4b0ac2372fcb097974e0aef8c04e73ab02a8dd6ae6492b354edefef91c4"
