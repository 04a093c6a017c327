"""What the owner of an account is told, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.models import AccountAlert
from loyalty.rules.browser import Browser
from loyalty.services.staff.alerts import AlertKind

ALERTS: Mapping[str, LazyString] = MappingProxyType(
    {
        AlertKind.NEW_DEVICE: lazy_gettext("在没用过的地方登录"),
        AlertKind.PASSWORD_CHANGED: lazy_gettext("换了密码"),
        AlertKind.FACTOR_CHANGED: lazy_gettext("换了动态码"),
        AlertKind.ROLES_CHANGED: lazy_gettext("这个账号能做的事改了"),
        AlertKind.LINK_MADE: lazy_gettext("有人给这个账号开了一条链接"),
        AlertKind.LINK_USED: lazy_gettext("用链接改了密码，或作废了动态码"),
        AlertKind.LOCKED: lazy_gettext("密码或动态码连错五次，登录都断开了"),
        AlertKind.COMMUNITIES_CHANGED: lazy_gettext("用这个账号加入或退出了别的社区"),
    }
)

DONE_WHERE_SIGNED_IN = frozenset(
    {AlertKind.NEW_DEVICE, AlertKind.PASSWORD_CHANGED, AlertKind.FACTOR_CHANGED}
)
"""Of these it is told in what kind of browser."""

_DEVICES: Mapping[str | None, LazyString] = MappingProxyType(
    {
        Browser.WECHAT: lazy_gettext("微信里"),
        Browser.ALIPAY: lazy_gettext("支付宝里"),
        Browser.SAFARI: lazy_gettext("苹果手机或平板"),
        Browser.CHROME: lazy_gettext("安卓手机或平板"),
        Browser.HUAWEI: lazy_gettext("华为浏览器"),
        Browser.OTHER: lazy_gettext("手机"),
        Browser.COMPUTER: lazy_gettext("电脑"),
        None: lazy_gettext("程序"),
    }
)


def device_name(kind: str | None) -> LazyString:
    """Return where somebody has signed in, in a word; without a browser it was a program."""
    return _DEVICES[kind]


def alert_in_words(alert: AccountAlert) -> str:
    """Return what has happened, and where: 在没用过的地方登录 · 电脑."""
    told = str(ALERTS[alert.kind])
    return f"{told} · {device_name(alert.device)}" if alert.kind in DONE_WHERE_SIGNED_IN else told
