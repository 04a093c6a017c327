"""Every text the till's modules show: written here, so that they hold none and it is translated."""

from typing import Any

from flask_babel import gettext

from loyalty.rules.card_number import CodeKind
from loyalty.rules.limits import LimitKind
from loyalty.rules.verdict import MEANINGS, Meaning, Tone
from loyalty.till.screen_words import settings_words, shop_words, status_words, today_words
from loyalty.words.categories import CATEGORIES
from loyalty.words.obstacles import join_sentences
from loyalty.words.rates import rate_pattern
from loyalty.words.verdicts import WORDS


def words() -> dict[str, Any]:
    """Return every text the modules show, in the reader's language."""
    return {
        "verdicts": {
            verdict: _verdict(MEANINGS[verdict], str(words.word), str(words.advice))
            for verdict, words in WORDS.items()
        },
        "phases": _phases(),
        "foreign": _foreign(),
        "confirm": _confirm(),
        "unchecked": _unchecked(),
        "spoken": _spoken(),
        "categories": {code: str(word) for code, word in CATEGORIES.items()},
        "rate": rate_pattern(),
        "rate_here": gettext("本店 {rate}"),
        "other_verdict": _verdict(
            Meaning(tone=Tone.UNSURE),
            gettext("看不懂回答"),
            gettext("请重新打开这一页，再扫一次。"),
        ),
        "limits": _limits(),
        **_sentences(),
        **status_words(),
        **today_words(),
        **shop_words(),
        **settings_words(),
    }


def _verdict(meaning: Meaning, word: str, advice: str) -> dict[str, str | bool]:
    """Return how a verdict is told, and what the till makes of it."""
    return {
        "tone": meaning.tone,
        "ask_again": meaning.ask_again,
        "names_card": meaning.names_card,
        "word": word,
        "advice": advice,
    }


def _phases() -> dict[str, dict[str, str]]:
    """Return what is said where no verdict says it."""
    return {
        "ready": {"word": gettext("请扫卡"), "advice": gettext("扫码，或输入14位卡号。")},
        "checking": {"word": gettext("正在查…"), "advice": ""},
        "listed": {"tone": Tone.UNSURE, "word": gettext("没能核验"), "advice": ""},
        "recording": {"word": gettext("正在记账…"), "advice": ""},
        "unrecorded": {
            "tone": Tone.UNSURE,
            "word": gettext("没有记下"),
            "advice": gettext("这台设备没能存下这一笔。请再试，不会重复记账。"),
        },
        "recorded": {"tone": Tone.YES, "word": gettext("已记账"), "advice": ""},
        "noted": {
            "tone": Tone.YES,
            "word": gettext("已记用卡"),
            "advice": gettext("没有记金额。请自己算好折扣。"),
        },
        "kept": {
            "tone": Tone.YES,
            "word": gettext("已记下"),
            "advice": gettext("联网后自动补记，您不用再做什么。"),
        },
    }


def _foreign() -> dict[str, dict[str, str]]:
    """Return what codes are called that are no card, or none any more, by their kinds."""
    names = {
        CodeKind.GOODS_BARCODE: (
            gettext("这是商品条码"),
            gettext("不是打折卡。请扫顾客的打折卡。"),
        ),
        CodeKind.MERCHANT_QR: (gettext("这是收款码"), gettext("不是打折卡。请扫顾客的打折卡。")),
        CodeKind.ROTATING: (
            gettext("码过时了"),
            gettext("是旧图或用过的。请顾客重新打开“出示我的卡”，再扫一次。"),
        ),
        CodeKind.WEB_ADDRESS: (
            gettext("这是别的网页"),
            gettext("不是打折卡的二维码。请扫顾客的打折卡。"),
        ),
    }
    return {
        kind: {"tone": Tone.UNSURE, "word": word, "advice": advice}
        for kind, (word, advice) in names.items()
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
        "kept": following,
    }


def _unchecked() -> dict[str, str]:
    """Return what a device cannot look at by itself."""
    return {
        "signature": gettext("卡的真假"),
        "other_tills": gettext("别处用过几次"),
        "list_age": gettext("最近是否停用"),
        "clock": gettext("日期对不对"),
    }


def _limits() -> dict[str, dict[str, str]]:
    """Return which limit was met, in words: where the card works again, and where it does not."""
    tomorrow, used_up = gettext("明天可再用。"), gettext("次数已满")
    told = {
        LimitKind.USES_PER_SHOP_DAY: (used_up, gettext("这张卡今天在本店的次数用完了。"), tomorrow),
        LimitKind.USES_PER_DAY: (used_up, gettext("这张卡今天的次数用完了。"), tomorrow),
        LimitKind.SAVED_PER_MONTH: (
            gettext("本月优惠已满"),
            gettext("这张卡这个月的优惠额不够这一笔了。"),
            gettext("下月1日起可再用。"),
        ),
    }
    full_price = gettext("这次按原价收款。")
    return {
        kind: {
            "word": word,
            "again": join_sentences([met, again, full_price]),
            "over": join_sentences([met, full_price]),
        }
        for kind, (word, met, again) in told.items()
    }


def _spoken() -> dict[str, str]:
    """Return what the voice says: short, and numbers as people say them."""
    return {
        "both": gettext("{word}，{more}"),
        "digits": gettext("零一二三四五六七八九"),
        "rate": gettext("{digits}折"),
        "payable": gettext("应收{amount}元"),
        "day": gettext("今天{count}笔，实收{payable}元，让利{saved}元"),
    }


def _sentences() -> dict[str, str]:
    return {
        "valid_until": gettext("有效到 {date}"),
        "receipt": gettext("小票号 {receipt}"),
        "not_checked": gettext("没查：{what}"),
        "list_comma": gettext("、"),
        "yuan": gettext("{amount} 元"),
        "excluded_part": gettext("其中不打折 {amount} 元"),
        "excluded_over": gettext("不打折部分比原价多，请改小。"),
        "note": gettext("记用卡"),
        "pairing_refused": gettext("这个绑定码不对、用过了或过期了，请要一个新的。"),
        "pairing_silent": gettext("没有连上网络，请再试一次。"),
        "no_memory": gettext("这个浏览器存不下收银数据。请换用普通窗口或别的浏览器。"),
        "sure": gettext("确定？"),
        "none": gettext("无"),
    }
