"""What messages and events are called, and why one did not arrive."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask_babel import LazyString, gettext, lazy_gettext

from loyalty.rules.messages import AddressFault, MessageKind, MessageState
from loyalty.rules.verdict import Tone
from loyalty.words.states import StateWords

MESSAGES: Mapping[MessageKind, LazyString] = MappingProxyType(
    {
        MessageKind.CARD_USED: lazy_gettext("卡用过了"),
        MessageKind.CARD_WAITING: lazy_gettext("新卡等着领"),
        MessageKind.TEST: lazy_gettext("试发"),
        MessageKind.CARD_ISSUED_EVENT: lazy_gettext("发了新卡"),
        MessageKind.CARD_USED_EVENT: lazy_gettext("卡用过了"),
        MessageKind.CARD_LOST_EVENT: lazy_gettext("卡挂失了"),
        MessageKind.ROUND_PUBLISHED_EVENT: lazy_gettext("评选公示了"),
        MessageKind.MONTH_CLOSED_EVENT: lazy_gettext("月账结了"),
    }
)


class PushedWords(NamedTuple):
    """What a browser shows of a message; the worker puts in what stands in braces."""

    title: LazyString
    text: LazyString

    def in_words(self) -> dict[str, str]:
        """Return it in the language of the reader, for the worker of the own page."""
        return {"title": str(self.title), "text": str(self.text)}


PUSHED: Mapping[MessageKind, PushedWords] = MappingProxyType(
    {
        MessageKind.CARD_USED: PushedWords(
            MESSAGES[MessageKind.CARD_USED],
            lazy_gettext("{shop}，{time}。不是您用的，马上点这里挂失。"),
        ),
        MessageKind.CARD_WAITING: PushedWords(
            MESSAGES[MessageKind.CARD_WAITING],
            lazy_gettext("您的新卡做好了，请到社区来领。"),
        ),
    }
)

OTHER_PUSHED = PushedWords(lazy_gettext("社区有消息"), lazy_gettext("点这里，到我的页面看。"))
"""What is shown of a message that the worker does not know, or cannot read."""

STATES: Mapping[MessageState, StateWords] = MappingProxyType(
    {
        MessageState.WAITING: StateWords(Tone.UNSURE, lazy_gettext("在路上")),
        MessageState.SENT: StateWords(Tone.YES, lazy_gettext("送到了")),
        MessageState.UNDELIVERED: StateWords(Tone.NO, lazy_gettext("没送到")),
        MessageState.SEEN: StateWords(Tone.UNSURE, lazy_gettext("没送到，已看过")),
    }
)

FAILURES: Mapping[str, LazyString] = MappingProxyType(
    {
        "private_address": lazy_gettext("这个网址在内网里，系统不往内网发。"),
        "unknown_host": lazy_gettext("找不到这个网址。"),
        "no_trust": lazy_gettext("对方的证书不可信，或已过期。"),
        "too_slow": lazy_gettext("对方10秒里没有回话。"),
        "refused": lazy_gettext("对方没有开机，或不接受连接。"),
        "cut_off": lazy_gettext("说到一半断了。"),
        "secret_lost": lazy_gettext("系统换过主密钥，请点“换一个密钥”。"),
        "http_410": lazy_gettext("对方说这个人已经退订。"),
    }
)
"""By the codes of `services.messages`; an answer that refuses is told by its number."""

ADDRESS_FAULTS: Mapping[AddressFault, LazyString] = MappingProxyType(
    {
        AddressFault.NOT_ONE: lazy_gettext("这不像网址。请照对方给的原样粘贴。"),
        AddressFault.NOT_HTTPS: lazy_gettext("网址要以https://开头，别的路上会被人看见。"),
        AddressFault.HAS_MORE: lazy_gettext("网址里不能带账号、密码和#。"),
        AddressFault.OTHER_HOST: lazy_gettext(
            "这是另一家的网址，居民同意的不是它。请先点“不再发消息”，再开通新的，请居民重新同意。"
        ),
    }
)


def failure_in_words(code: str | None) -> str:
    """Return why a message did not arrive; empty where nothing is known."""
    if code is None:
        return ""
    answered = re.fullmatch(r"http_(\d+)", code)
    if code not in FAILURES and answered:
        return str(gettext("对方回答%(status)s，没有收下。", status=answered[1]))
    return str(FAILURES.get(code, code))
