"""What honours are called in the reader's language: their community's rows say it."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, get_locale, lazy_gettext

from loyalty.models import Honour
from loyalty.rules.honours import HonourColour
from loyalty.services.community.names import names_of
from loyalty.words.states import StateWords

COLOURS: Mapping[HonourColour, LazyString] = MappingProxyType(
    {
        HonourColour.BLUE: lazy_gettext("蓝色"),
        HonourColour.ORANGE: lazy_gettext("橙色"),
        HonourColour.GREEN: lazy_gettext("绿色"),
        HonourColour.PURPLE: lazy_gettext("紫色"),
        HonourColour.GREY: lazy_gettext("灰色"),
    }
)

RETIRED = StateWords(None, lazy_gettext("不再评"))


def honour_name(honour: Honour) -> str:
    """Return the name of an honour in the reader's language."""
    return name_for_reader(names_of(honour))


def name_for_reader(names: Mapping[str, str]) -> str:
    """Return one of the names by language: the reader's; zh-Hans where nobody reads."""
    return names.get(str(get_locale()), names["zh_Hans"])
