"""Cards to be drawn: fictional, and each different from the next."""

import hashlib
from base64 import b32encode
from random import Random
from typing import Any

from loyalty.reports.card_face import HONOURS, CardFace
from loyalty.reports.card_sheet import CardSheet
from loyalty.reports.month_pattern import pattern_of
from loyalty.rules.card_number import group_digits, number_of
from loyalty.rules.honours import HonourColour


def public_key(month: int) -> bytes:
    """Thirty-two bytes of a month, as good as a key where nothing is verified."""
    return hashlib.sha256(b"month %d" % month).digest()


def face(place: int = 0, *, key_month: int = 1, **values: Any) -> CardFace:
    """The card with a place in a row of cards; its number and token belong to nobody."""
    random = Random(place)  # noqa: S311  # the same card each time
    number = number_of(f"{random.randrange(10**12):012}")
    token = b32encode(random.randbytes(75)).decode()
    return CardFace(
        **{
            "language": "zh-Hans",
            "community": "田园市场",
            "title": "打折卡",
            "honour": "文明居民",
            "colour": HONOURS[HonourColour.BLUE],
            "rate": "8.5折",
            "share": "付85%",
            "rate_note": "",
            "until_name": "有效至",
            "until": "2027年1月31日",
            "holder_name": "持卡人",
            "holder": "",
            "month": f"{key_month}月",
            "pattern": pattern_of(public_key(key_month), key_month),
            "number": number,
            "printed_number": group_digits(number),
            "address": f"https://ka.tianyuan.example/C/{token}",
            "qr_name": "扫码查卡",
            "rules": (
                "在挂牌的爱心店铺用，结账前出示。",
                "折数以店内公示为准。",
                "扫左边的码，看卡能不能用、哪里能用。",
                "丢了请马上到社区挂失、补卡。",
                "店铺不给打折，请告诉社区。",
            ),
            "telephone": "社区电话 0991-1234567",
            "promise": "不得转借 · 无储值 · 免费发放",
            "batch": "20261209-1200",
            "demonstration": "",
            **values,
        }
    )


def sheet(*faces: CardFace, language: str = "zh-Hans") -> CardSheet:
    """Sheets of some cards."""
    return CardSheet(
        language, "打折卡", faces or (face(),), "田园市场 · 批次20261209-1200", "正面", "背面"
    )
