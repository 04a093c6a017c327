import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.offline import PURPOSE, encode_for_signing

texts = st.text(st.characters(codec="utf-8"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
items = st.dictionaries(texts, values, max_size=5)
devices = st.dictionaries(texts, values, max_size=3)


@given(item=items, device=devices, signature=values)
def test_all_but_the_signature_is_signed(
    item: dict[str, Any], device: dict[str, Any], signature: object
) -> None:
    device.pop("signature", None)

    signed = encode_for_signing({**item, "device": {**device, "signature": signature}})

    assert signed.startswith(PURPOSE)
    assert json.loads(signed.removeprefix(PURPOSE)) == {**item, "device": device}


@given(item=items, device=devices)
def test_what_is_signed_has_one_spelling(item: dict[str, Any], device: dict[str, Any]) -> None:
    whole = {**item, "device": device}

    backwards = {**dict(reversed(whole.items())), "device": dict(reversed(device.items()))}

    assert encode_for_signing(backwards) == encode_for_signing(whole)


@given(item=items)
def test_what_is_signed_is_ascii_without_blanks_between(item: dict[str, Any]) -> None:
    signed = encode_for_signing({**item, "device": {}}).removeprefix(PURPOSE).decode("ascii")

    assert signed == json.dumps(json.loads(signed), separators=(",", ":"), sort_keys=True)
    assert signed.isprintable()
