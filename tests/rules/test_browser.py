"""A page knows the browser it is read in by the name that browser gives itself."""

import pytest

from loyalty.rules.browser import MESSENGERS, Browser, browser_of

ANDROID = "Mozilla/5.0 (Linux; Android 12; M2101) AppleWebKit/537.36 (KHTML, like Gecko) "
APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 "


@pytest.mark.parametrize(
    ("user_agent", "browser"),
    [
        (
            f"{ANDROID}Version/4.0 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0.40",
            Browser.WECHAT,
        ),
        (f"{APPLE}Mobile/15E148 MicroMessenger/8.0.42(0x18002a2a)", Browser.WECHAT),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/107.0 MicroMessenger/7.0.20", Browser.WECHAT),
        (f"{ANDROID}UCBrowser/13 Mobile AlipayClient/10.5.20", Browser.ALIPAY),
        (f"{APPLE}Mobile/15E148 NebulaSDK/1.8 AlipayClient/10.5.20", Browser.ALIPAY),
        (f"{APPLE}Version/17.0 Mobile/15E148 Safari/604.1", Browser.SAFARI),
        (f"{APPLE}CriOS/120.0 Mobile/15E148 Safari/604.1", Browser.OTHER),
        (f"{APPLE}MQQBrowser/14.1 Mobile/15E148 Safari/604.1", Browser.OTHER),
        (f"{ANDROID}Chrome/120.0 Mobile Safari/537.36", Browser.CHROME),
        (f"{ANDROID}Version/4.0 Chrome/100.0 MiuiBrowser/17 Mobile", Browser.OTHER),
        (f"{ANDROID}Chrome/99.0 HuaweiBrowser/13.0 Mobile Safari/537.36", Browser.HUAWEI),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/120.0 Safari/537.36", Browser.COMPUTER),
        ("", Browser.COMPUTER),
    ],
)
def test_a_browser_is_known_by_its_name(user_agent: str, browser: Browser) -> None:
    assert browser_of(user_agent) is browser


def test_two_of_them_are_messengers() -> None:
    assert {Browser.WECHAT, Browser.ALIPAY} == MESSENGERS
