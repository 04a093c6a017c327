"""A published head: whoever holds the public key knows that it was signed, and by whom."""

from dataclasses import replace
from typing import Any

import pytest

from loyalty.cards.audit_heads import (
    AuditHead,
    BadHeadError,
    is_signed,
    make_head_document,
    read_head,
    sign_head,
)
from loyalty.cards.keys import make_signing_key

HEAD = AuditHead("tianyuan", 3, "2026-12-09T12:00:00+08:00", "ab" * 32)
KEY, OTHER = make_signing_key(), make_signing_key()
SIGNATURE = sign_head(HEAD, KEY.private)
DOCUMENT = make_head_document(HEAD, KEY.key_id, SIGNATURE)


def test_a_head_is_read_as_it_was_published() -> None:
    assert read_head(DOCUMENT) == (HEAD, KEY.key_id, SIGNATURE)
    assert is_signed(HEAD, KEY.key_id, SIGNATURE, {KEY.key_id: KEY.public})


@pytest.mark.parametrize(
    "changed",
    [
        replace(HEAD, number=4),
        replace(HEAD, community="heping"),
        replace(HEAD, head="ba" * 32),
        replace(HEAD, linked_at="2026-12-09T12:00:01+08:00"),
    ],
)
def test_a_head_of_which_anything_was_changed_is_unsigned(changed: AuditHead) -> None:
    assert not is_signed(changed, KEY.key_id, SIGNATURE, {KEY.key_id: KEY.public})


@pytest.mark.parametrize("keys", [{}, {OTHER.key_id: OTHER.public}, {KEY.key_id: OTHER.public}])
def test_a_key_that_is_unknown_or_bears_anothers_name_has_signed_nothing(
    keys: dict[str, bytes],
) -> None:
    assert not is_signed(HEAD, KEY.key_id, SIGNATURE, keys)


def test_a_key_under_another_name_has_signed_nothing_even_what_it_signed() -> None:
    signature = sign_head(HEAD, OTHER.private)

    assert not is_signed(HEAD, KEY.key_id, signature, {KEY.key_id: OTHER.public})
    assert is_signed(HEAD, OTHER.key_id, signature, {OTHER.key_id: OTHER.public})


@pytest.mark.parametrize(
    "document",
    [
        None,
        [DOCUMENT],
        {**DOCUMENT, "signature": None},
        {**DOCUMENT, "head": {**DOCUMENT["head"], "number": "3"}},
        {name: value for name, value in DOCUMENT.items() if name != "key_id"},
    ],
)
def test_whatever_lacks_a_member_is_no_published_head(document: Any) -> None:
    with pytest.raises(BadHeadError):
        read_head(document)
