"""The forms for tables of residents, shops, deeds …: their columns."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, gettext, lazy_gettext

from loyalty.services.imports.jobs import ImportKind
from loyalty.services.imports.layout import Column

KINDS: Mapping[str, LazyString] = MappingProxyType(
    {
        ImportKind.RESIDENTS: lazy_gettext("居民"),
        ImportKind.SHOPS: lazy_gettext("店铺"),
        ImportKind.DEEDS: lazy_gettext("好事"),
        ImportKind.NOMINEES: lazy_gettext("推荐名单"),
        ImportKind.CONTRIBUTIONS: lazy_gettext("贡献"),
        ImportKind.STALLS: lazy_gettext("摊位"),
        ImportKind.VISITS: lazy_gettext("走访"),
        ImportKind.APPLICATIONS: lazy_gettext("挂牌申请"),
        ImportKind.AREAS: lazy_gettext("责任区"),
        ImportKind.HOUSEHOLD_GROUPS: lazy_gettext("联户单元"),
        ImportKind.SERIES: lazy_gettext("挂牌的系列"),
        ImportKind.LETS: lazy_gettext("摊位的租用经过"),
    }
)

FIELDS: Mapping[str, LazyString] = MappingProxyType(
    {
        "unit": lazy_gettext("住址"),
        "unit.compound": lazy_gettext("小区"),
        "unit.building": lazy_gettext("楼栋"),
        "unit.entrance": lazy_gettext("单元"),
        "unit.room": lazy_gettext("房号"),
        "phone": lazy_gettext("电话"),
        "adult": lazy_gettext("成年"),
        "household_ref": lazy_gettext("户号"),
        "area_id": lazy_gettext("责任区"),
        "household_group_id": lazy_gettext("联户单元"),
        "consent_membership": lazy_gettext("同意参加"),
        "consent_publicity": lazy_gettext("同意公示姓名"),
        "consent_contact": lazy_gettext("同意联系"),
        "resident_id": lazy_gettext("居民编号"),
        "kind": lazy_gettext("种类"),
        "points_hundredths": lazy_gettext("积分"),
        "done_on": lazy_gettext("日期"),
        "source": lazy_gettext("来源"),
        "series": lazy_gettext("系列"),
        "category": lazy_gettext("类别"),
        "stall": lazy_gettext("摊位"),
        "contact": lazy_gettext("联系人"),
        "hours": lazy_gettext("营业时间"),
        "offer": lazy_gettext("优惠说明"),
        "is_model": lazy_gettext("诚信经营示范户"),
        "liaison_id": lazy_gettext("社区联系人"),
        "pledged_on": lazy_gettext("承诺书签于"),
        "discountable_per_sale_fen": lazy_gettext("每笔最多打折的金额（元）"),
        "uses_per_shop_day": lazy_gettext("一张卡一天在本店最多用几次"),
        "happened_on": lazy_gettext("日期"),
        "giver_name": lazy_gettext("谁给的"),
        "receiver_name": lazy_gettext("给谁的"),
        "amount_fen": lazy_gettext("金额"),
        "quantity_hundredths": lazy_gettext("数量"),
        "counted_in": lazy_gettext("单位"),
        "label": lazy_gettext("依据"),
        "evidence": lazy_gettext("凭据"),
        "evidence_again": lazy_gettext("同一凭据另一笔"),
        "tenant": lazy_gettext("租给谁"),
        "since": lazy_gettext("从哪天起"),
        "built_on": lazy_gettext("从哪天起算"),
        "visited_on": lazy_gettext("哪天"),
        "visit_kind": lazy_gettext("为什么去"),
        "account_id": lazy_gettext("谁去的"),
        "note": lazy_gettext("说了什么"),
        "opted_in_categories": lazy_gettext("另外打折的类别"),
        "name_zh_hant": lazy_gettext("繁体名称"),
        "name_en": lazy_gettext("英文名称"),
        "code": lazy_gettext("代码"),
        "prefix": lazy_gettext("牌号开头"),
        "colour": lazy_gettext("颜色"),
        "active": lazy_gettext("还可以申请"),
        "id": lazy_gettext("编号"),
        "version": lazy_gettext("第几版"),
    }
)
"""What a column is called on our pages; a name is called as its own table calls it."""

NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "姓名": lazy_gettext("姓名"),
        "店名": lazy_gettext("店名"),
        "摊位号": lazy_gettext("摊位号"),
        "责任区": lazy_gettext("责任区"),
        "联户单元": lazy_gettext("联户单元"),
        "系列": lazy_gettext("系列"),
    }
)

YES_OR_NO = frozenset(
    {
        "adult",
        "consent_membership",
        "consent_publicity",
        "consent_contact",
        "is_model",
        "evidence_again",
        "active",
    }
)
"""Fields that are answered with 是 or 否."""

_EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "name": "张三",
        "unit": "1栋1单元101",
        "phone": "13800138000",
        "household_ref": "H-1-101",
        "series": "红格系列",
        "category": "餐饮",
        "stall": "A-12",
        "contact": "李四",
        "hours": "每天7:00–20:00",
        "offer": "买菜送葱",
        "pledged_on": "2026-11-16",
        "discountable_per_sale_fen": "200.00",
        "uses_per_shop_day": "5",
        "kind": "志愿服务",
        "points_hundredths": "2",
        "done_on": "2026-11-16",
        "source": "16号志愿日签到表",
        "happened_on": "2026-11-16",
        "giver_name": "天山面粉厂",
        "receiver_name": "示例小吃店",
        "amount_fen": "12000.00",
        "quantity_hundredths": "3",
        "counted_in": "小时",
        "label": "有凭据",
        "evidence": "合同2026-17号",
        "tenant": "示例小吃店",
        "since": "2026-11-16",
        "built_on": "2020-01-01",
        "visited_on": "2026-11-16",
        "visit_kind": "平常走访",
        "note": "生意还好，想换个大点的招牌",
        "name_zh_hant": "紅格系列",
        "name_en": "Red Check",
        "code": "red_check",
        "prefix": "HG",
        "colour": "橙色",
    }
)
_RATE = "8.5折"
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        ImportKind.SHOPS: "示例小吃店",
        ImportKind.VISITS: "示例小吃店",
        ImportKind.APPLICATIONS: "示例小吃店",
        ImportKind.STALLS: "A-12",
        ImportKind.LETS: "A-12",
        ImportKind.AREAS: "第1责任区",
        ImportKind.HOUSEHOLD_GROUPS: "3号楼联户",
        ImportKind.SERIES: "红格系列",
    }
)
"""What a name is in tables that are not of people."""

_HINTS: Mapping[str, LazyString] = MappingProxyType(
    {
        "name": lazy_gettext("写全名。"),
        "unit": lazy_gettext("楼栋和房号。推荐和好事里，名字不重的可以不填。"),
        "phone": lazy_gettext("手机或座机，只写号码。"),
        "household_ref": lazy_gettext("同一户的人写同样的户号，每期一户只选一人。"),
        "area_id": lazy_gettext("和「责任区」里的名称一致。"),
        "household_group_id": lazy_gettext("和「联户单元」里的名称一致。"),
        "consent_membership": lazy_gettext("本人同意参加评选才会入选。"),
        "consent_publicity": lazy_gettext("不同意的，公示时只显示姓。"),
        "kind": lazy_gettext("从列表里选。整张表一样的可以不填，导入时选一次。"),
        "points_hundredths": lazy_gettext("每小时1分，最多两位小数；不填按种类的分数算。"),
        "done_on": lazy_gettext("写成 2026-11-16。整张表一样的可以不填，导入时填一次。"),
        "source": lazy_gettext("哪张签到表。整张表一样的可以不填，导入时填一次。"),
        "happened_on": lazy_gettext("写成 2026-11-16。整张表一样的可以不填，导入时填一次。"),
        "giver_name": lazy_gettext("企业、部门、店铺或队伍的名字；空着就算这一种的各方。"),
        "receiver_name": lazy_gettext("企业、部门、店铺或队伍的名字；空着就算这一种的各方。"),
        "amount_fen": lazy_gettext("按元写；按万元写的，请写出“万元”。和数量至少填一样。"),
        "quantity_hundredths": lazy_gettext("只写数字。"),
        "counted_in": lazy_gettext("数量的单位，这一种能用的才行。"),
        "label": lazy_gettext("有凭据的要写凭据。整张表一样的可以不填，导入时选一次。"),
        "evidence": lazy_gettext("哪份合同、收据或记录。"),
        "evidence_again": lazy_gettext("凭据以前记过、这是另一笔的，填“是”；一般不填。"),
        "tenant": lazy_gettext("写店名。空着的摊位不填；退租的，清掉店名，写退租那天。"),
        "since": lazy_gettext("从哪天起租给这家，写成 2026-11-16；没有租出去的不填。"),
        "built_on": lazy_gettext("摊位从哪天起算，不填就从今天起。"),
        "visited_on": lazy_gettext("写成 2026-11-16。"),
        "visit_kind": lazy_gettext("从列表里选。"),
        "account_id": lazy_gettext("写账号里的姓名；不填就算您自己去的。"),
        "opted_in_categories": lazy_gettext("只能填“酒”；一般不填。"),
        "liaison_id": lazy_gettext("写工作人员账号里的姓名。"),
        "pledged_on": lazy_gettext("店家在纸上签字的那天，写成 2026-11-16。"),
        "discountable_per_sale_fen": lazy_gettext("按元写，比社区定的宽才起作用；一般不填。"),
        "uses_per_shop_day": lazy_gettext("比社区定的宽才起作用；一般不填。"),
        "name_zh_hant": lazy_gettext("和简体一样的不填。"),
        "name_en": lazy_gettext("没有的不填。"),
        "code": lazy_gettext("小写字母、数字和下划线，以后不能改。"),
        "prefix": lazy_gettext("1到4个字母；不填就用拼音的首字母。"),
        "colour": lazy_gettext("蓝色、橙色、绿色、紫色或灰色。"),
        "id": lazy_gettext("新添的不填；导出的表里有，请不要改。"),
        "version": lazy_gettext("新添的不填；导出的表里有，请不要改。"),
        "resident_id": lazy_gettext("一般不填；同名分不清时，填系统里的编号。"),
    }
)


def field_in_words(field: str, heading: str) -> str:
    """Return what a column is called in the reader's language.

    Args:
        heading: as in the form, for a column that the community has named itself.
    """
    return str(FIELDS.get(field) or NAMES.get(heading, heading))


def example_of(column: Column, kind: str) -> str:
    """Return what the example row of a form says in a column."""
    if column.field == "evidence_again":
        return ""
    if column.field in YES_OR_NO:
        return "是"
    if column.field == "name" and kind in _NAMES:
        return _NAMES[kind]
    rated = _RATE if column.field.startswith("term:") else ""
    return _EXAMPLES.get(column.field, rated)


def hint_of(column: Column) -> str:
    """Return what a column of a form is for, and whether it must be filled in."""
    rated = lazy_gettext("持卡人付几折，比如 8.5折。") if column.field.startswith("term:") else ""
    yes_or_no = lazy_gettext("填“是”或“否”。") if column.field in YES_OR_NO else ""
    hint = " ".join(str(part) for part in (yes_or_no, _HINTS.get(column.field, rated)) if part)
    needed = gettext("必填") if column.required else gettext("可以不填")
    told: str = gettext(
        "%(column)s（%(needed)s）：%(hint)s", column=column.heading, needed=needed, hint=hint
    )
    return told
