import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.lottery import compute_lot, encode_list, hash_list
from loyalty.rules.ranking import Candidate

FIRST = Candidate("R-0001", "east", "H-7", 8050, 1, "")
SECOND = Candidate("R-0002", None, "H-8", 8050, 0, "")

texts = st.text(max_size=12)
references = texts.filter(lambda text: "|" not in text)


def test_a_lot_can_be_redone_on_any_calculator() -> None:
    assert (
        compute_lot("3 5 2 6 1", "2026-12", "R-0042")
        == sha256(b"3 5 2 6 1|2026-12|R-0042").hexdigest()
    )


def test_a_lot_never_changes_between_releases() -> None:
    assert compute_lot("骰子 3 5 2", "2026-12", "R-0042") == (
        "ba8916bc3f8d1a1c242eeeb00e8dd290eae547e801587068471235fd4e4e8122"
    )


@given(one=st.tuples(texts, references, references), other=st.tuples(texts, references, references))
def test_two_draws_share_a_lot_only_if_they_are_one(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (compute_lot(*one) == compute_lot(*other)) == (one == other)


def test_a_bar_in_the_seed_does_not_turn_one_draw_into_another() -> None:
    assert compute_lot("3|5", "2026-12", "R-0042") != compute_lot("3", "2026-12", "R-0042")
    for shifted in (("3", "5|2026-12", "R-0042"), ("3", "5", "2026-12|R-0042")):
        with pytest.raises(ValueError, match="no vertical bar"):
            compute_lot(*shifted)


def test_the_frozen_list_is_written_in_one_way_only() -> None:
    written = encode_list(
        "2026-12", [SECOND, FIRST], quota=30, area_minimums={"west": 1, "east": 2}
    )

    assert written.decode() == (
        '{"area_minimums":{"east":2,"west":1},"quota":30,"round":"2026-12"}\n'
        '{"area":"east","awards":1,"household":"H-7","reference":"R-0001","score":8050}\n'
        '{"area":null,"awards":0,"household":"H-8","reference":"R-0002","score":8050}\n'
    )
    assert written == encode_list(
        "2026-12", [FIRST, SECOND], quota=30, area_minimums={"east": 2, "west": 1}
    )


def test_chinese_references_are_written_as_they_are_read() -> None:
    written = encode_list("十二月", [], quota=1, area_minimums={"东区": 1})

    assert "东区" in written.decode()
    assert json.loads(written)["round"] == "十二月"


def test_the_hash_of_a_list_is_that_of_its_bytes() -> None:
    assert hash_list(b"abc") == ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
