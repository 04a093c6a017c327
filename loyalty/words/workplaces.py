"""Joining another community with one's account, and leaving it, in words."""

from flask_babel import lazy_gettext

from loyalty.words.steps import StepWords

JOIN = StepWords(
    lazy_gettext("用我的账号加入"),
    lazy_gettext(
        "以后用您现在的账号登录，两边都能去。密码和动态码还是原来的，那边的负责人看不到，也改不了。"
    ),
)
LEAVE = StepWords(
    lazy_gettext("退出这个社区"),
    lazy_gettext(
        "您的账号不再打开那边的工作台，别的社区照旧。想再回去，请那边的负责人再给一条链接。"
    ),
    grave=True,
)
