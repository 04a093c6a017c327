"""In which browser a page is read, as far as it decides what can be done there."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Browser(StrEnum):
    """A kind of browser that has ways of its own."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    SAFARI = "safari"
    """On a telephone or tablet of Apple."""
    CHROME = "chrome"
    """On a telephone or tablet with Android."""
    HUAWEI = "huawei"
    OTHER = "other"
    """Any other one on a telephone."""
    COMPUTER = "computer"


MESSENGERS = frozenset({Browser.WECHAT, Browser.ALIPAY})
"""Programs that show pages beside what they are for: what a page keeps there is soon lost."""

_NAMED: Mapping[str, Browser] = MappingProxyType(
    {
        "MicroMessenger": Browser.WECHAT,
        "AlipayClient": Browser.ALIPAY,
        "HuaweiBrowser": Browser.HUAWEI,
    }
)
"""What stands in the name of a browser, the most particular first."""

_MADE_OF_CHROME = (
    *("MQQBrowser", "UCBrowser", "MiuiBrowser", "VivoBrowser", "HeyTapBrowser", "SamsungBrowser"),
    *("Quark", "baidu", "EdgA", "OPR", "Firefox"),
)
_ON_APPLE = (*_MADE_OF_CHROME, "CriOS", "FxiOS", "EdgiOS")


def browser_of(user_agent: str) -> Browser:
    """Return the kind of browser that calls itself so; whatever is unknown is another one."""
    for name, browser in _NAMED.items():
        if name in user_agent:
            return browser
    if "iPhone" in user_agent or "iPad" in user_agent:
        is_own = "Safari/" in user_agent and not any(one in user_agent for one in _ON_APPLE)
        return Browser.SAFARI if is_own else Browser.OTHER
    if "Android" in user_agent or "Mobile" in user_agent or "HarmonyOS" in user_agent:
        is_own = "Chrome/" in user_agent and not any(one in user_agent for one in _MADE_OF_CHROME)
        return Browser.CHROME if is_own else Browser.OTHER
    return Browser.COMPUTER
