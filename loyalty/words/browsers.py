"""How a page is put on the home screen of a telephone, which each browser does in its own way."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.rules.browser import Browser

HOME_SCREEN: Mapping[Browser, LazyString] = MappingProxyType(
    {
        Browser.WECHAT: lazy_gettext("微信里放不到桌面。请点右上角，用浏览器打开，再看这里。"),
        Browser.ALIPAY: lazy_gettext("支付宝里放不到桌面。请点右上角，用浏览器打开，再看这里。"),
        Browser.SAFARI: lazy_gettext("点屏幕下面的分享按钮，再点“添加到主屏幕”。"),
        Browser.CHROME: lazy_gettext("点右上角的“⋮”，再点“添加到主屏幕”。"),
        Browser.HUAWEI: lazy_gettext("点下面的菜单，再点“添加至”“桌面”。"),
        Browser.OTHER: lazy_gettext("打开浏览器的菜单，找“添加到桌面”或“添加到主屏幕”。"),
    }
)
"""A computer has none: there is nothing to say."""
