"""A community's number in what it gives out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.community_number import (
    CODE_ALPHABET,
    NOBODYS,
    format_code,
    make_numbered_token,
    read_number_in_token,
    split_code,
)
from loyalty.rules.typed_text import clean_code_letters

numbers = st.integers(1, 2**31 - 1)
secrets = st.text("abcXYZ019_-", min_size=43, max_size=43)
code_secrets = st.text(CODE_ALPHABET, min_size=8, max_size=8)


@given(number=numbers, secret=secrets)
def test_a_token_names_its_community(number: int, secret: str) -> None:
    assert read_number_in_token(make_numbered_token("till_", number, secret)) == number


@given(secret=secrets)
def test_a_token_of_before_there_were_numbers_names_none(secret: str) -> None:
    assert read_number_in_token(f"till_{secret}") is None
    assert read_number_in_token(f"staff_{'12_' + secret[3:]}") is None


@pytest.mark.parametrize("number", ["0", "07", "-1", "", "１", "99999999999"])
def test_what_is_no_number_names_nobody(number: str) -> None:
    assert read_number_in_token(f"till_{number}_{'a' * 43}") is None


@given(number=numbers, secret=code_secrets)
def test_a_code_is_read_as_it_is_shown(number: int, secret: str) -> None:
    assert split_code(clean_code_letters(format_code(secret, number))) == (secret, number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1, "ABCD-2345-3"), (30, "ABCD-2345-Z"), (31, "ABCD-2345-32"), (10_000, "ABCD-2345-CEM")],
)
def test_a_code_is_shown_in_groups(number: int, shown: str) -> None:
    assert format_code("ABCD2345", number) == shown


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("ABCD2345", None),
        ("ABCD", None),
        ("", None),
        ("ABCD23450", NOBODYS),
        ("ABCD2345I", NOBODYS),
    ],
)
def test_a_code_that_names_no_community_says_so(code: str, number: int | None) -> None:
    assert split_code(code) == (code[:8], number)
