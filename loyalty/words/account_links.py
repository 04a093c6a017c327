"""What the links for the owner of an account are called, and what they do."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.services.staff.links import LinkPurpose


@dataclass(frozen=True, slots=True)
class LinkWords:
    """One kind of link, in words."""

    button: LazyString
    title: LazyString
    """Of the page that it opens."""
    consequence: LazyString
    """What its owner does with it, and what else they need."""


LINKS: Mapping[LinkPurpose, LinkWords] = MappingProxyType(
    {
        LinkPurpose.JOIN: LinkWords(
            lazy_gettext("给加入的链接"),
            lazy_gettext("设自己的密码"),
            lazy_gettext(
                "本人打开，自己设密码；在别的社区有账号的，也可以用那个账号加入。"
                "密码是什么，您看不到，也不用知道。"
            ),
        ),
        LinkPurpose.PASSWORD: LinkWords(
            lazy_gettext("忘了密码"),
            lazy_gettext("设新密码"),
            lazy_gettext("本人打开，自己设新密码。设了动态码的，要用手机上的动态码。"),
        ),
        LinkPurpose.SECOND_FACTOR: LinkWords(
            lazy_gettext("手机丢了或换了"),
            lazy_gettext("作废旧的动态码"),
            lazy_gettext("本人打开，填密码，旧的动态码就作废；再登录时用新手机设一次。"),
        ),
    }
)
