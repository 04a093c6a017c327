"""Every text the till's modules show: written here, so that they hold none and it is translated."""

from typing import Any

from flask_babel import gettext

from loyalty.words.honours import HONOURS
from loyalty.words.rates import rate_pattern
from loyalty.words.verdicts import WORDS, Tone


def words() -> dict[str, Any]:
    """Return every text the modules show, in the reader's language."""
    return {
        "verdicts": {
            verdict: {"tone": words.tone, "word": str(words.word), "advice": str(words.advice)}
            for verdict, words in WORDS.items()
        },
        "phases": _phases(),
        "confirm": _confirm(),
        "honours": {code: str(word) for code, word in HONOURS.items()},
        "rate": rate_pattern(),
        **_sentences(),
    }


def _phases() -> dict[str, dict[str, str]]:
    """Return what is said where no verdict says it."""
    return {
        "ready": {"word": gettext("请扫卡"), "advice": gettext("扫码，或输入14位卡号。")},
        "checking": {"word": gettext("正在查…"), "advice": ""},
        "recording": {"word": gettext("正在记账…"), "advice": ""},
        "unrecorded": {
            "tone": Tone.UNSURE,
            "word": gettext("没有回音"),
            "advice": gettext("不知道记上没有。请再试，不会重复记账。"),
        },
        "recorded": {"tone": Tone.YES, "word": gettext("已记账"), "advice": ""},
        "noted": {
            "tone": Tone.YES,
            "word": gettext("已记用卡"),
            "advice": gettext("没有记金额。请自己算好折扣。"),
        },
    }


def _confirm() -> dict[str, str]:
    """Return what the large key does in each phase."""
    again = gettext("再试")
    following = gettext("下一位")
    return {
        "ready": gettext("查卡"),
        "checking": gettext("查卡"),
        "accepted": gettext("记账"),
        "recording": gettext("记账"),
        "unchecked": again,
        "unrecorded": again,
        "refused": following,
        "recorded": following,
    }


def _sentences() -> dict[str, str]:
    return {
        "valid_until": gettext("有效到 {date}"),
        "receipt": gettext("小票号 {receipt}"),
        "online": gettext("在线"),
        "offline": gettext("没连上"),
        "pairing_refused": gettext("这个绑定码不对、用过了或过期了，请要一个新的。"),
        "pairing_silent": gettext("没有连上网络，请再试一次。"),
        "void": gettext("撤销"),
        "void_sure": gettext("确定？"),
        "void_reason": gettext("收银台撤销"),
        "voided": gettext("已撤销"),
        "void_refused": gettext("这一笔不能在收银台撤销了，请联系社区。"),
        "void_silent": gettext("没有回音，请再试一次。"),
        "no_amount": gettext("只记用卡"),
        "saved": gettext("让利 {amount}"),
        "nothing_today": gettext("今天还没有用卡。"),
        "no_plaque": gettext("尚未挂牌"),
        "none": gettext("无"),
        "unpair_sure": gettext("确定解除绑定？"),
    }
