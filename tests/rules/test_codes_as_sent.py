"""Codes as people paste and scan them: with what stands around them, and of other kinds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.card_number import CodeKind, kind_of, normalise

TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 3 + "ABCDEFGHIJKLMNOPQRSTUVWX"
ADDRESS = f"https://cards.example/C/{TOKEN}"


@pytest.mark.parametrize(
    "after",
    [
        "",
        "?from=timeline",
        "#wechat_redirect",
        "/",
        "&from=groupmessage",
        "?a=b&isappinstalled=0",
        "。",
        "，快来看",
        "”",
        " 复制打开",
        "%E2%80%AC",
        ")",
    ],
)
@pytest.mark.parametrize("before", ["", "我的打折卡：", "“", "[链接] ", "<", "\ufeff"])
def test_an_address_reads_as_without_what_messengers_append(before: str, after: str) -> None:
    assert normalise(before + ADDRESS + after) == ADDRESS


@pytest.mark.parametrize("text", [f"“{TOKEN}”", f"{TOKEN}?from=timeline", f"\u202d{TOKEN}\u202c。"])
def test_a_bare_token_reads_as_without_what_stands_around(text: str) -> None:
    assert normalise(text) == TOKEN


@pytest.mark.parametrize(
    "text",
    [
        "\u202d12345678901244\u202c",
        "卡号：1234 5678 9012 44。",
        "1234\u20095678\u20099012\u200944",
        "1234‑5678–9012—44",
        "１２３４－５６７８～９０１２−４４".replace("～", "〜"),
        "1234·5678·9012·44",
        "\x1d12345678901244\r\n",
    ],
)
def test_a_number_reads_as_without_what_stands_around_or_between(text: str) -> None:
    assert normalise(text) == "12345678901244"


unseen = st.text(
    st.characters(categories=["Cf", "Zs"]) | st.sampled_from("\u3164\u2800\ufe0f\u00ad\t\n")
)


@given(
    code=st.sampled_from([TOKEN, ADDRESS, "12345678901244", "134567890123456789"]),
    before=unseen,
    within=unseen,
    after=unseen,
    at=st.integers(0, 14),
)
def test_what_nobody_sees_changes_no_code(
    *, code: str, before: str, within: str, after: str, at: int
) -> None:
    # A blank may stand between digits; an address ends with it.
    split = within if code.isdigit() else "".join(one for one in within if not one.isspace())
    typed = before + code[:at] + split.replace("\u2800", "") + code[at:] + after

    assert normalise(typed) == code


@pytest.mark.parametrize("around", ["", "付款码 ", "\u202d", "¥"])
@pytest.mark.parametrize(
    "code", ["134567890123456789", "2812 3456 7890 1234", "28-1234567890123456"]
)
def test_a_payment_code_is_known_whatever_stands_around(around: str, code: str) -> None:
    assert kind_of(around + code + around) is CodeKind.PAYMENT_CODE


@pytest.mark.parametrize(
    "text",
    [
        "wxp://f2f0a1b2c3",
        "WXP://F2F0A1B2C3",
        "weixin://wxpay/bizpayurl?pr=abc",
        "https://payapp.weixin.qq.com/qr/abc",
        "HTTPS://QR.ALIPAY.COM/FKX0123",
        "https://qr.alipay.com/fkx0123",
        "https://qr.95516.com/00010000/62011234",
        "https://qr.shouqianba.com/abc",
        "00020101021126330015ab.example",
    ],
)
def test_a_collection_code_is_called_by_its_name(text: str) -> None:
    assert kind_of(text) is CodeKind.MERCHANT_QR


@pytest.mark.parametrize(
    "text",
    [
        "https://shop.example/menu",
        "HTTP://SHOP.EXAMPLE",
        "www.shop.example",
        "https://alipay.com.example/c/x",
        "https://notalipay.com/fkx",
        f"https://cards.example/D/{TOKEN}",
    ],
)
def test_any_other_page_is_a_web_address(text: str) -> None:
    assert kind_of(text) is CodeKind.WEB_ADDRESS
