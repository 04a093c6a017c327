"""The fields of what a community names itself: honours, series, kinds of contributions."""

from typing import Any

from flask_babel import lazy_gettext

from loyalty.pages.forms import label_field, pick
from loyalty.rules.honours import HonourColour
from loyalty.words.honours import COLOURS


class NamedFields:
    """What something is called; the fields are called as the columns are."""

    name = label_field(lazy_gettext("简体名称"))
    name_zh_hant = label_field(lazy_gettext("繁体名称（可不填）"), needed=False)
    name_en = label_field(lazy_gettext("英文名称（可不填）"), needed=False)


def colour_field(default: HonourColour) -> Any:
    """Return a field for the colour in which something is shown."""
    offered = {one.value: name for one, name in COLOURS.items()}
    return pick(lazy_gettext("颜色"), offered, default=default.value)
