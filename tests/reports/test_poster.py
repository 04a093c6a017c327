"""The poster as a printer and a phone see it: rendered, read back, and its QR decoded."""

import logging
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp

from loyalty.reports.poster import PaperSize, Poster, PosterEntry, PosterList, draw_poster
from loyalty.reports.typesetting import MISSING
from tests.conftest import shared_data
from tests.given import NOON

ADDRESS = "https://loyalty.example/tianyuan/notice/2026-12"
NO_TYPE_HAS_IT = "\U00030000"
POINTS_PER_MILLIMETRE = 72 / 25.4


def poster(*names: str, language: str = "zh-Hans") -> Poster:
    """A poster of one list."""
    return Poster(
        language=language,
        community="田园市场",
        title="2026年12月评选公示",
        period_name="公示期",
        period="2026年12月9日至2026年12月16日",
        sentences=("对名单有意见，公示期内都可以提出。",),
        address=ADDRESS,
        address_name="网上看：",
        lists=[
            PosterList(
                heading="文明居民",
                detail=f"{len(names)}人",
                entries=[
                    PosterEntry(number, name, "得分20.00至24.99")
                    for number, name in enumerate(names, start=1)
                ],
            )
        ],
        proofs=("第1版",),
        demonstration=None,
    )


def drawn(one: Poster, size: PaperSize = PaperSize.A4) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(draw_poster(one, size, drawn_at=NOON))


def texts(document: pypdfium2.PdfDocument) -> list[str]:
    """Return what each page says."""
    return [page.get_textpage().get_text_range() for page in document]


def test_a_poster_says_who_why_when_and_where() -> None:
    (page,) = texts(drawn(poster("张*明", "王*", "阿依古丽·阿不都拉")))

    for said in (
        "田园市场",
        "2026年12月评选公示",
        "2026年12月9日至2026年12月16日",
        "文明居民",
        "张*明",
        "王*",
        "阿依古丽·阿不都拉",
        "得分20.00至24.99",
        ADDRESS,
        "第1版",
    ):
        assert said in page


@pytest.mark.parametrize(
    ("size", "millimetres"), [(PaperSize.A4, (210, 297)), (PaperSize.A3, (297, 420))]
)
def test_a_poster_has_the_size_of_its_paper(size: PaperSize, millimetres: tuple[int, int]) -> None:
    page = drawn(poster("王*"), size)[0]

    assert tuple(round(side / POINTS_PER_MILLIMETRE) for side in page.get_size()) == millimetres


@pytest.mark.parametrize("size", PaperSize)
def test_a_phone_reads_the_address_from_the_printed_page(size: PaperSize) -> None:
    page = drawn(poster("王*"), size)[0]

    (code,) = zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())

    assert code.text == ADDRESS


def test_many_names_flow_over_pages_under_their_heading_and_none_is_lost() -> None:
    pages = texts(drawn(poster(*(f"第{number}*人" for number in range(200)))))

    assert len(pages) > 3
    assert all("文明居民" in page for page in pages)
    assert [f"{number} / {len(pages)}" in page for number, page in enumerate(pages, start=1)] == [
        True
    ] * len(pages)
    assert all(f"第{number}*人" in "".join(pages) for number in range(200))


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_every_character_of_a_name_is_drawn(
    language: str, caplog: pytest.LogCaptureFixture
) -> None:
    rows = shared_data("names/ext_chars_in_8105.csv").read_text("utf-8").splitlines()[1:]
    rare = [row.split(",")[1] for row in rows]

    pages = texts(drawn(poster(*rare, language=language)))

    # The compatibility forms among them are read back as what they are the same as.
    assert sum(character in "".join(pages) for character in rare) >= len(rare) - 5
    assert MISSING not in "".join(pages)
    assert caplog.records == []


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_a_character_that_no_font_holds_leaves_a_mark_and_the_log_tells_no_name(
    language: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        (page,) = texts(drawn(poster(f"王{NO_TYPE_HAS_IT}", language=language)))

    assert f"王{MISSING}" in page
    assert [record.getMessage() for record in caplog.records] == [
        "a printed page lacks 1 characters"
    ]


def test_no_line_begins_with_a_closing_sign() -> None:
    told = "对名单有意见，公示期内都可以提出。" * 12

    (page,) = texts(drawn(replace(poster("王*"), sentences=(told,))))

    lines = page.split("\r\n")
    assert len([line for line in lines if "公示期内" in line]) > 3
    assert [line for line in lines if line.startswith(("，", "。"))] == []


def test_only_the_letters_of_the_poster_are_embedded() -> None:
    few = draw_poster(poster("王*"), PaperSize.A4, drawn_at=NOON)

    assert len(few) < 100_000


def test_the_same_poster_is_the_same_file() -> None:
    one, other = (draw_poster(poster("王*"), PaperSize.A4, drawn_at=NOON) for _ in range(2))

    assert one == other


def test_fiction_is_said_on_every_page() -> None:
    people = [f"第{number}*人" for number in range(60)]

    pages = texts(drawn(replace(poster(*people), demonstration="演示：都是虚构的。")))

    assert len(pages) > 1
    assert all("演示：都是虚构的。" in page for page in pages)


def test_a_list_begins_on_the_next_sheet_where_no_row_of_it_fits_below_the_one_before() -> None:
    (one,) = poster("张小明").lists
    lists = [replace(one, heading=f"第{place}张名单") for place in range(40)]

    file = pypdfium2.PdfDocument(
        draw_poster(replace(poster(), lists=lists), PaperSize.A4, drawn_at=NOON)
    )

    texts = [page.get_textpage().get_text_range() for page in file]
    assert len(texts) > 1
    assert all(sum(f"第{place}张名单" in text for text in texts) == 1 for place in range(40))
    assert all(text.count("张名单") == text.count("张小明") for text in texts)
