"""What the manuals of the house name is there: each file, and each word they find in a file."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
MANUALS = (
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/decisions/0014-what-we-write-ourselves.md",
    "docs/glossary.md",
    "docs/how-to.md",
    "docs/style.md",
)
TOPS = ("loyalty", "tests", "docs", "migrations", "benchmarks")

EXAMPLE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MARKED = re.compile(r"`([^`\n]+)`")
WORD_IN_FILE = re.compile(r"`(\w+)`\s+(?:in|of)\s+`([\w./]+\.(?:py|js))`")
ROW_OF_WORDS = re.compile(
    r"^\| [^|]+ \| [^|]+ \| (`[^|]+`) \| [^|]+ \| `([^`]+)` \|$", re.MULTILINE
)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def text_of(manual: str) -> str:
    """A manual without its examples of code."""
    return EXAMPLE.sub("", (PROJECT / manual).read_text("utf-8"))


def files_in(text: str) -> list[str]:
    """The files of the tree that a text names."""
    return [
        name for name in MARKED.findall(text)
        if name.startswith(tuple(f"{top}/" for top in TOPS)) and "<" not in name
    ]  # fmt: skip


def words_in(text: str) -> Iterator[tuple[str, str]]:
    """Each word with the file it is said to stand in, in sentences and in rows of the glossary."""
    yield from WORD_IN_FILE.findall(text)
    for words, file in ROW_OF_WORDS.findall(text):
        yield from ((word, file) for word in MARKED.findall(words))


@pytest.mark.parametrize("manual", MANUALS)
def test_every_file_a_manual_names_is_there(manual: str) -> None:
    files = files_in(text_of(manual))

    assert len(files) > 5
    assert [file for file in files if not any(PROJECT.glob(file))] == []


@pytest.mark.parametrize("manual", MANUALS)
def test_every_link_of_a_manual_leads_somewhere(manual: str) -> None:
    folder = (PROJECT / manual).parent

    assert [link for link in LINK.findall(text_of(manual)) if not (folder / link).exists()] == []


@pytest.mark.parametrize("manual", ["docs/architecture.md", "docs/glossary.md"])
def test_every_word_a_manual_finds_in_a_file_stands_there(manual: str) -> None:
    words = list(words_in(text_of(manual)))

    assert len(words) > 10
    assert [
        (word, file) for word, file in words
        if not re.search(rf"\b{word}\b", (PROJECT / file).read_text("utf-8"))
    ] == []  # fmt: skip


def test_every_word_of_a_checklist_stands_in_a_file_it_names() -> None:
    checked = 0
    for item in re.findall(r"^\d+\. .*(?:\n   .*)*", text_of("docs/how-to.md"), re.MULTILINE):
        files = [path for name in files_in(item) for path in PROJECT.glob(name) if path.is_file()]
        there = "\n".join(path.read_text("utf-8") for path in files)
        words = [word for word in MARKED.findall(item) if files and word.isidentifier()]

        assert [word for word in words if not re.search(rf"\b{word}\b", there)] == [], item
        checked += len(words)
    assert checked > 40


def test_a_file_or_a_word_that_is_not_there_would_be_noticed() -> None:
    text = "`gone` in `loyalty/clock.py`, and `loyalty/gone.py`"

    assert files_in(text) == ["loyalty/clock.py", "loyalty/gone.py"]
    assert list(words_in(text)) == [("gone", "loyalty/clock.py")]
