"""What the rights are called."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.services.rights import Right

RIGHTS: Mapping[Right, LazyString] = MappingProxyType(
    {
        Right.OWN_ACCOUNT: lazy_gettext("登录，管自己的账号"),
        Right.RESIDENTS: lazy_gettext("登记居民，改，导出，删除"),
        Right.ROUNDS: lazy_gettext("办评选：名单、推荐、初审、抽签、公示、答复异议"),
        Right.CONFIRM: lazy_gettext("评选里负责人才能走的步骤"),
        Right.SCORE: lazy_gettext("打分、报回避（评委只打自己的）"),
        Right.CARDS: lazy_gettext("打印、交付、挂失、补卡"),
        Right.SALES: lazy_gettext("看用卡记录，撤销，处理用卡问题"),
        Right.SHOPS: lazy_gettext("管店铺：登记、检查、走访、收银台、纸质登记"),
        Right.CERTIFY: lazy_gettext("挂牌里负责人才能走的步骤"),
        Right.SHOP_TILLS: lazy_gettext("用程序管收银台、对账单和退货（店主只管自己的店）"),
        Right.OWN_SHOP: lazy_gettext("我的店：今天的用卡、收银台、优惠"),
        Right.DEEDS: lazy_gettext("记好事和积分"),
        Right.CONTRIBUTIONS: lazy_gettext("记各方贡献"),
        Right.MATTERS: lazy_gettext("三张清单、议事会（议事会只改派给自己的）"),
        Right.FIGURES: lazy_gettext("看数字，下载简报和台账"),
        Right.LISTS: lazy_gettext("把名单导出成Excel（只有自己看得到的）"),
        Right.DAILY: lazy_gettext("其他日常工作：导入、照片、看工作日表、没送到的消息"),
        Right.CLOSE_MONTHS: lazy_gettext("结账，给街道办开链接"),
        Right.POLICY: lazy_gettext("设置：规则、荣誉、系列、种类、评分表、工作日表、消息提醒"),
        Right.ACCOUNTS: lazy_gettext("开账号，给链接，看操作记录和这张表"),
        Right.STREET: lazy_gettext("看各社区结了账的数字"),
    }
)
