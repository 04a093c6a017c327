"""What staff are asked about an uploaded table."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.services.imports.asks import ATTESTED, BY_UNIT, ESTIMATED, NO, YES


@dataclass(frozen=True, slots=True)
class AskWords:
    """One question about the whole table."""

    question: LazyString
    answers: Mapping[str, LazyString]
    """By what is answered; empty for an answer that is typed."""
    unanswered: LazyString
    """What it means to leave it open."""
    proposed: str = ""
    """The answer that is ticked until staff say something."""
    is_day: bool = False
    """Whether the answer is a date."""


ASKS: Mapping[str, AskWords] = MappingProxyType(
    {
        "adult": AskWords(
            lazy_gettext("表上没写「成年」的人，都成年吗？"),
            {YES: lazy_gettext("都成年"), NO: lazy_gettext("都未成年")},
            lazy_gettext("不一定，我在表里补"),
        ),
        "household_ref": AskWords(
            lazy_gettext("表上没写「户号」，怎样算一户？"),
            {BY_UNIT: lazy_gettext("住址相同的算一户")},
            lazy_gettext("不一定，我在表里补"),
            proposed=BY_UNIT,
        ),
        "consent_membership": AskWords(
            lazy_gettext("表上没写「同意参加」，他们同意参加评选吗？"),
            {YES: lazy_gettext("都同意"), NO: lazy_gettext("都不同意")},
            lazy_gettext("还没问过，以后再登记"),
        ),
        "done_on": AskWords(
            lazy_gettext("没写日期的，都是哪一天？"), {}, lazy_gettext("不一定"), is_day=True
        ),
        "happened_on": AskWords(
            lazy_gettext("没写日期的，都是哪一天？"), {}, lazy_gettext("不一定"), is_day=True
        ),
        "label": AskWords(
            lazy_gettext("没写依据的，都有凭据吗？"),
            {ATTESTED: lazy_gettext("都有凭据"), ESTIMATED: lazy_gettext("都是估计")},
            lazy_gettext("不一定，我在表里补"),
        ),
        "evidence": AskWords(lazy_gettext("没写凭据的，凭据是什么？"), {}, lazy_gettext("不一定")),
        "kind": AskWords(
            lazy_gettext("没写种类的，都是哪一种？"), {}, lazy_gettext("不一定，我在表里补")
        ),
        "source": AskWords(lazy_gettext("没写来源的，这张表叫什么？"), {}, lazy_gettext("不一定")),
    }
)
"""By the field that is asked about."""
