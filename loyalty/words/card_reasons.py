"""Why a card is stopped or replaced, as it is told."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.card_reason import CardReason

CARD_REASONS: Mapping[CardReason, LazyString] = MappingProxyType(
    {
        CardReason.LOST: lazy_gettext("丢了"),
        CardReason.STOLEN: lazy_gettext("被偷了"),
        CardReason.DAMAGED: lazy_gettext("坏了，扫不出"),
        CardReason.MISPRINTED: lazy_gettext("印错了"),
        CardReason.MOVED_AWAY: lazy_gettext("搬走了"),
        CardReason.DIED: lazy_gettext("去世了"),
        CardReason.KEY_REPLACED: lazy_gettext("换了防伪密钥"),
        CardReason.OTHER: lazy_gettext("其他"),
    }
)
