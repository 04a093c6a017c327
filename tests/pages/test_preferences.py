import re

import pytest
from flask.testing import FlaskClient

from tests.pages.visits import text_of


def language_of(client: FlaskClient, path: str = "/", accepted: str = "") -> str:
    page = client.get(path, headers={"Accept-Language": accepted}).get_data(as_text=True)
    return page.partition('<html lang="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK,en;q=0.5", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("en-GB,zh;q=0.5", "en"),
        ("en;q=0.5,zh-TW", "zh-Hant"),
        ("fr,de;q=0.5", "zh-Hans"),
        ("fr,en;q=0.5", "en"),
        ("ug", "ug"),
        ("ug-Arab-CN,zh;q=0.5", "ug"),
        ("*", "zh-Hans"),
        ("xx-nonsense-!!", "zh-Hans"),
    ],
)
def test_a_language_is_chosen_by_its_script(
    client: FlaskClient, accepted: str, language: str
) -> None:
    assert language_of(client, accepted=accepted) == language


def test_uyghur_is_read_from_right_to_left(client: FlaskClient) -> None:
    assert '<html lang="ug" dir="rtl"' in client.get("/?lang=ug").text
    assert '<html lang="ug" dir="rtl"' in client.get("/till").text
    assert '<html lang="en" dir="ltr"' in client.get("/?lang=en").text


@pytest.mark.parametrize("path", ["/staff/sign-in", "/card/sample.svg"])
def test_a_language_of_the_public_is_not_offered_where_it_has_no_words_or_no_letters(
    client: FlaskClient, path: str
) -> None:
    client.get("/?lang=ug")

    answer = client.get(path, headers={"Accept-Language": "ug"})

    assert 'lang="zh-Hans"' in answer.text
    assert "lang=ug" not in answer.text
    assert not re.search("[\u0600-\u06ff]", answer.text)


def test_a_switched_language_is_remembered(client: FlaskClient) -> None:
    assert language_of(client, "/?lang=en", accepted="zh-TW") == "en"
    assert language_of(client, "/", accepted="zh-TW") == "en"
    assert language_of(client, "/?lang=zh_Hant") == "zh-Hant"
    assert language_of(client, "/card") == "zh-Hant"


def test_large_text_and_dark_are_remembered(client: FlaskClient) -> None:
    client.get("/?text=large")
    client.get("/?theme=dark")

    page = client.get("/shops").get_data(as_text=True)

    assert 'data-theme="dark" data-text="large"' in page


@pytest.mark.parametrize(
    "query", ["lang=xx", "text=huge", "theme=%00", "lang=", "_external=1", "endpoint=x"]
)
def test_what_cannot_be_chosen_changes_nothing(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/?{query}")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "我是居民" in text_of(answer)


def test_a_switch_leads_back_to_the_same_page(client: FlaskClient) -> None:
    page = client.get("/staff/sign-in?next=/staff/cards").get_data(as_text=True)

    assert 'href="/staff/sign-in?next=/staff/cards&amp;lang=en"' in page
