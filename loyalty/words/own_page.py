"""What a resident is told at their own page."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from flask_babel import LazyString, format_timedelta, gettext, lazy_gettext

from loyalty.rules.errors import LoyaltyError
from loyalty.rules.messages import ReferenceFault
from loyalty.rules.own_page import PinFault
from loyalty.services import errors
from loyalty.words.refusals import refusal_in_words
from loyalty.words.verdicts import WORDS

PIN_FAULTS: Mapping[PinFault, LazyString] = MappingProxyType(
    {
        PinFault.NOT_SIX_DIGITS: lazy_gettext("请填6位数字。"),
        PinFault.OBVIOUS: lazy_gettext("这个密码太好猜，像123456、000000这样的请不要用。"),
        PinFault.OF_THE_NUMBER: lazy_gettext("这几位印在卡上，谁都看得见。请换一个。"),
    }
)


REFERENCE_FAULTS: Mapping[ReferenceFault, LazyString] = MappingProxyType(
    {
        ReferenceFault.NOT_ONE: lazy_gettext(
            "这不像订阅号。请在社区的公众号里点“绑定打折卡”，或把那里给的订阅号原样粘贴过来。"
        ),
        ReferenceFault.TELEPHONE: lazy_gettext("请不要填电话号码，填公众号里给的订阅号。"),
    }
)


def refusal_to_resident(refusal: LoyaltyError) -> str:
    """Return why a resident was refused, and what to do, in one sentence or two."""
    match refusal:
        case errors.OwnPageLockedError():
            return str(
                gettext(
                    "密码错得太多次，请过%(wait)s再试。急用的，到社区要一个新的激活码。",
                    wait=_in_words(refusal.wait),
                )
            )
        case errors.ActivationUsedError():
            return str(
                gettext("这个激活码用过了。请用6位密码登录；忘了密码，到社区要一个新的激活码。")
            )
        case errors.CardNotUsableError():
            return str(
                gettext(
                    "这张卡%(state)s，请用新卡的卡号，或到社区问一问。",
                    state=WORDS[refusal.verdict].word,
                )
            )
        case errors.SignInError():
            return str(gettext("卡号和密码（或激活码）对不上，请看清楚再填一次。"))
        case errors.PinRefusedError():
            return str(PIN_FAULTS[refusal.fault])
        case _:
            return refusal_in_words(refusal)


def _in_words(wait: timedelta) -> str:
    """Return how long to wait, rounded up to whole minutes, so that nobody comes too early."""
    minutes = -(-int(wait.total_seconds()) // 60)
    return str(format_timedelta(timedelta(minutes=minutes), granularity="minute", threshold=1.5))
