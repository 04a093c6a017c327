"""Every text of the pages exists in every language, in whole."""

import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parents[2] / "loyalty"
LANGUAGES = ("en", "zh_Hant")
PARTIAL = "ug"
"""It has what everybody reads, and the till."""

OF_EVERYBODY = re.compile(
    r"pages/(?!staff/|notice_poster)[a-z_]+\.py|pages/values\.py|till/.+"
    r"|pages/templates/(?!staff/).+|words/(?:verdicts|browsers|categories|definitions|matters"
    r"|complaints|notices|plaques|pledge|rates|seeds|states|trades)\.py"
)
"""The files whose texts these are."""

ARABIC = re.compile("[\u0600-\u06ff]")
HANS_ALONE = re.compile("[这们个时说请后发对关开无书车长门问间见东两业严与为举义乐习]")


@cache
def catalogue(language: str) -> Catalog:
    path = PACKAGE / "translations" / language / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale=language)


@cache
def texts_of_files() -> frozenset[tuple[str, str]]:
    """Return where which text stands: file, text."""
    with (PACKAGE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    methods = [(pattern.removeprefix("loyalty/"), method) for pattern, method in methods]
    found = extract_from_dir(
        str(PACKAGE),
        methods,
        {pattern.removeprefix("loyalty/"): values for pattern, values in options.items()},
        keywords={"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)},
    )
    return frozenset(
        (file, text if isinstance(text, str) else text[0]) for file, _, text, _, _ in found
    )


def texts_of_the_pages(files: re.Pattern[str] = re.compile(".*")) -> set[str]:
    return {text for file, text in texts_of_files() if files.fullmatch(file)}


def translated(language: str) -> dict[str, list[str]]:
    """Return what has been translated: text → its words, in each of their numbers."""
    told = {}
    for message in catalogue(language):
        words = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if message.id and all(words):
            told[message.id if isinstance(message.id, str) else message.id[0]] = words
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_or_doubtful(language: str) -> None:
    messages = {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in catalogue(language)
        if message.id
    }

    assert texts_of_the_pages() - set(messages) == set()
    assert [text for text, message in messages.items() if message.fuzzy] == []
    for text, message in messages.items():
        words = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert all(words), text


def test_what_everybody_reads_and_the_till_are_in_uyghur_too() -> None:
    wanted = texts_of_the_pages(OF_EVERYBODY)

    assert {"有效", "查一查我的卡", "请扫卡"} <= wanted
    assert "登录工作台" in wanted
    assert "要办的事" not in wanted
    assert wanted - set(translated(PARTIAL)) == set()


def test_uyghur_is_in_its_own_letters() -> None:
    latin = {text for text, words in translated(PARTIAL).items() if not ARABIC.search(words[0])}

    assert latin == {"没上传的用卡.json", "零一二三四五六七八九", "回车"}


@pytest.mark.parametrize("language", [*LANGUAGES, PARTIAL])
def test_no_translation_has_a_per_cent_that_is_taken_for_a_value(language: str) -> None:
    """Templates fill in values even where a text has none."""
    told = translated(language)
    of_templates = texts_of_the_pages(re.compile(r".*\.html")) & set(told)

    torn = [text for text in of_templates if "%" not in text and "%" in "".join(told[text])]

    assert torn == []


@pytest.mark.parametrize("language", [*LANGUAGES, PARTIAL])
def test_every_value_of_a_text_stays_in_its_translation(language: str) -> None:
    for message in catalogue(language):
        assert list(message.check()) == [], message.id


def test_traditional_chinese_is_traditional() -> None:
    simplified = [
        message.string
        for message in catalogue("zh_Hant")
        if message.id and HANS_ALONE.search(str(message.string))
    ]

    assert simplified == []


def test_english_has_no_chinese_left() -> None:
    left = [
        message.string
        for message in catalogue("en")
        if message.id and re.search("[\u4e00-\u9fff]", str(message.string).replace("8.5折", ""))
    ]

    assert left == ["Which plaque it hangs, such as 蒲公英 (Dandelion)."]


def test_english_writes_the_apostrophe_that_is_not_as_wide_as_a_chinese_sign() -> None:
    """Browsers take ’ from the Chinese fonts, and part the word."""
    assert [one for one, texts in translated("en").items() if "’" in "".join(texts)] == []
