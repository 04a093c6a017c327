"""The till asks for a card with a picture of one, which belongs to nobody and promises nothing."""

import re
from html import unescape
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("zh_Hans", "打折卡"),
        ("zh_Hant", "打折卡"),
        ("en", "Discount card"),
        ("ug", "ئېتىبار كارتىسى"),
    ],
)
def test_the_picture_comes_with_the_page_and_says_whose_kind_it_is_alone(
    client: FlaskClient, language: str, title: str
) -> None:
    page = client.get(f"/till?lang={language}").text
    found = re.search(r'class="held-card" src="data:image/svg\+xml,([^"]+)"', page)

    assert found is not None
    picture = unquote(unescape(found[1]))
    said = [text for text in re.findall(r">([^<]*)</text>", picture) if text]
    assert said == [title, "0000 0000 0000 98"]
