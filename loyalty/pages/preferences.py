"""How a reader wants the pages: language, size of the text, light or dark.

Each is switched by a link to the same page (``?lang=en``, ``?text=large``, ``?theme=dark``) and
remembered in a cookie, so that it works without JavaScript and before anybody signs in.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from flask import Response, current_app, request
from flask_babel import get_locale

SOURCE = "zh_Hans"
"""The language in which the texts are written."""

REMEMBERED_SECONDS = 365 * 24 * 3600


class Language(NamedTuple):
    """A language of the pages, as it is switched to."""

    tag: str
    """As HTML writes it: ``zh-Hans``."""
    name: str
    """In the language itself: whoever looks for it can read nothing else."""
    short: str
    direction: str = "ltr"
    is_partial: bool = False
    """Whether only what everybody reads is translated: not the console, and nothing on paper."""


LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        SOURCE: Language("zh-Hans", "简体中文", "简"),
        "zh_Hant": Language("zh-Hant", "繁體中文", "繁"),
        "en": Language("en", "English", "EN"),
        "ug": Language("ug", "ئۇيغۇرچە", "ئۇ", direction="rtl", is_partial=True),
    }
)

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"lang": tuple(LANGUAGES), "text": ("normal", "large"), "theme": ("auto", "light", "dark")}
)
"""What can be switched; the first of each is what a new reader meets, but for the language."""


NOT_FOR_EVERYBODY = ("/staff", "/api/", "/report/")
DRAWN = (".pdf", ".svg")
"""How the addresses end of what is set in the letters that we have for paper."""


def reader_locale() -> str:
    """Return the reader's language: as switched, else as the browser asks, else the source."""
    wanted = _chosen("lang") or _accepted(request.accept_languages.values())
    return wanted if wanted in languages_here() else SOURCE


def languages_here() -> Mapping[str, Language]:
    """Return the languages of the page that is asked for."""
    if not request.path.startswith(NOT_FOR_EVERYBODY) and not request.path.endswith(DRAWN):
        return LANGUAGES
    return {code: one for code, one in LANGUAGES.items() if not one.is_partial}


def preference(name: str) -> str:
    """Return what the reader has chosen, or the usual value."""
    return _chosen(name) or CHOICES[name][0]


def language() -> Language:
    """Return the language of this page."""
    return LANGUAGES.get(str(get_locale()), LANGUAGES[SOURCE])


def remember(response: Response) -> Response:
    """Keep what the reader has just switched."""
    for name, values in CHOICES.items():
        value = request.args.get(name)
        if value in values:
            response.set_cookie(
                name,
                value,
                max_age=REMEMBERED_SECONDS,
                samesite="Lax",
                httponly=True,
                secure=current_app.config["SESSION_COOKIE_SECURE"],
            )
    return response


def _chosen(name: str) -> str | None:
    for value in (request.args.get(name), request.cookies.get(name)):
        if value in CHOICES[name]:
            return value
    return None


def _accepted(tags: Iterable[str]) -> str:
    """Return the first language we have, by its script: zh-TW and zh-HK are Traditional."""
    for tag in tags:
        try:
            locale = Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        if locale.language == "zh":
            return "zh_Hant" if locale.script == "Hant" else SOURCE
        if locale.language in LANGUAGES:
            return str(locale.language)
    return SOURCE
