"""No text but the one that was signed is taken for a card; `make fuzz` tries 100,000 others."""

import base64
import os
import random
from collections.abc import Callable, Iterator

from loyalty.cards.keys import make_signing_key
from loyalty.cards.revocations import PURPOSE as REVOCATIONS_PURPOSE
from loyalty.cards.signing import TokenSigner
from loyalty.cards.token import (
    BadTokenError,
    CardClaims,
    ForgedTokenError,
    sign_token,
    verify_token,
)

TRIED = 100_000 if "LOYALTY_FUZZ" in os.environ else 1_000

KEY, OTHER_KEY = make_signing_key(), make_signing_key()
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ELSEWHERE = "0189abcxyz=-_ \n\0Ａ２é"
SIGNED = [
    sign_token(CardClaims(KEY.key_id, f"{serial:012}", 850, 2, 1), KEY.private)
    for serial in (0, 123456789012, 999999999999)
]

Mutation = Callable[[random.Random, str], str]


def change_a_bit(chance: random.Random, token: str) -> str:
    content = bytearray(base64.b32decode(token))
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return base64.b32encode(bytes(content)).decode()


def change_a_letter(chance: random.Random, token: str) -> str:
    at = chance.randrange(len(token))
    return token[:at] + chance.choice(LETTERS + ELSEWHERE) + token[at + 1 :]


def change_the_case(chance: random.Random, token: str) -> str:
    at = chance.randrange(len(token))
    return token[:at] + token[at:].lower()


def swap_two_letters(chance: random.Random, token: str) -> str:
    one, two = sorted(chance.sample(range(len(token)), 2))
    return token[:one] + token[two] + token[one + 1 : two] + token[one] + token[two + 1 :]


def add_or_leave_out(chance: random.Random, token: str) -> str:
    at = chance.randrange(len(token))
    return token[:at] + chance.choice(["", chance.choice(LETTERS), "=" * 6]) + token[at + 1 :] * 2


def join_two_cards(chance: random.Random, token: str) -> str:
    at = chance.randrange(1, len(token))
    return token[:at] + chance.choice(SIGNED)[at:]


def sign_with_another_key(chance: random.Random, token: str) -> str:
    del token
    serial = f"{chance.randrange(10**12):012}"
    return sign_token(CardClaims(OTHER_KEY.key_id, serial, 850, 2, 1), OTHER_KEY.private)


def sign_for_something_else(chance: random.Random, token: str) -> str:
    payload = base64.b32decode(token)[:11]
    purpose = chance.choice([REVOCATIONS_PURPOSE, b"", b"loyalty"])
    return TokenSigner(KEY.private, purpose=purpose).sign(payload).decode()


def make_it_up(chance: random.Random, token: str) -> str:
    return "".join(chance.choice(LETTERS) for _ in token)


MUTATIONS: tuple[Mutation, ...] = (
    change_a_bit,
    change_a_letter,
    change_the_case,
    swap_two_letters,
    add_or_leave_out,
    join_two_cards,
    sign_with_another_key,
    sign_for_something_else,
    make_it_up,
)


def mutated() -> Iterator[str]:
    """Yield as many texts as are tried, none of which was signed as a card of the key."""
    chance = random.Random(20261130)  # noqa: S311  # repeatable is meant
    left = TRIED
    while left:
        text = chance.choice(MUTATIONS)(chance, chance.choice(SIGNED))
        if text not in SIGNED:
            left -= 1
            yield text


def is_accepted(text: str) -> bool:
    try:
        verify_token(text, KEY.public)
    except (BadTokenError, ForgedTokenError):
        return False
    return True


def test_no_mutated_token_is_accepted() -> None:
    assert [text for text in mutated() if is_accepted(text)] == []


def test_the_tokens_they_were_made_from_are() -> None:
    assert all(is_accepted(token) for token in SIGNED)
