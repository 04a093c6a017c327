"""The code of half a minute, as published for every program that makes or reads one."""

import json
from uuid import uuid4

import pytest

from loyalty.cards.keys import SealError
from loyalty.cards.rotating import (
    find_step,
    handle_in,
    make_rotating_code,
    make_secret,
    seal_secret,
    step_at,
    unseal_secret,
)
from loyalty.rules.card_number import CodeKind, kind_of
from tests.cards.make_rotating_vectors import FILE, vectors
from tests.given import NOON, SEALING_KEY

SECRET = bytes(range(32))


def test_the_published_vectors_are_what_we_make() -> None:
    assert json.loads(FILE.read_text("utf-8")) == vectors()


def test_a_code_is_told_from_all_else_that_a_till_reads() -> None:
    for step in range(2000):
        code = make_rotating_code(make_secret(), f"{step:08}", step)
        assert (len(code), code[:2], kind_of(code)) == (22, "99", CodeKind.ROTATING)


@pytest.mark.parametrize(
    "text", ["1" * 22, "99" + "0" * 20, "9" * 14, "99" * 10, "28" + "0" * 20, "99" + "1" * 18]
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert kind_of(text) is not CodeKind.ROTATING


def test_its_half_minute_is_found_and_no_other() -> None:
    code = make_rotating_code(SECRET, "12345678", 1000)

    assert find_step(SECRET, code, range(999, 1002)) == 1000
    assert find_step(SECRET, code, range(1001, 1100)) is None
    assert find_step(bytes(32), code, range(999, 1002)) is None
    assert handle_in(code) == "12345678"


def test_a_half_minute_begins_with_its_first_instant() -> None:
    assert step_at(NOON) * 30 == NOON.timestamp()
    assert step_at(NOON.replace(second=29)) == step_at(NOON)
    assert step_at(NOON.replace(second=30)) == step_at(NOON) + 1


def test_a_sealed_secret_opens_in_its_own_row_alone() -> None:
    owner = uuid4()
    sealed = seal_secret(SECRET, owner, sealing_key=SEALING_KEY)

    assert unseal_secret(sealed, owner, sealing_key=SEALING_KEY) == SECRET
    assert SECRET not in sealed
    for other, key in ((uuid4(), SEALING_KEY), (owner, bytes(32))):
        with pytest.raises(SealError):
            unseal_secret(sealed, other, sealing_key=key)
