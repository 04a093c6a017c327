"""What the columns of tables are called: by our own forms, and in the registers offices keep.

The reader of uploaded files runs in a process of its own and imports this; so it imports nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType


def _split(*lines: str) -> tuple[str, ...]:
    return tuple("|".join(lines).split("|"))


RESIDENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": _split(
            "姓名|居民姓名|住户姓名|成员姓名|人员姓名|名字|户主姓名|业主姓名|户主|住户|业主|志愿者姓名",
            "被推荐人|被推荐人姓名|推荐对象|志愿者|签到人|参加人|参加人姓名|name|full name",
        ),
        "unit": _split(
            "住址|楼栋房号|住址/楼栋房号|地址|家庭住址|现住址|居住地址|居住地|详细地址|家庭地址|住房地址",
            "房屋地址|通讯地址|门牌号|门牌|房号|房间号|门牌号码|室号|unit|address",
        ),
        "unit.compound": _split("小区|小区名称|小区名|院落"),
        "unit.building": _split("楼栋|楼栋号|栋|栋号|楼号|楼|幢|幢号|楼幢|号楼|楼座|座|building"),
        "unit.entrance": _split("单元|单元号|门洞|entrance"),
        "unit.room": _split("房号|门牌号|门牌|房间号|室|室号|户室|房间|房屋号|门牌号码|room|flat"),
        "phone": _split(
            "电话|手机|手机号|手机号码|联系电话|电话号码|联系方式|联系手机|移动电话|本人电话|固定电话|座机",
            "phone|mobile|telephone",
        ),
        "adult": _split(
            "成年|是否成年|成年人|是否成年人|已成年|是否满18岁|满18岁|是否满18周岁|满18周岁|adult"
        ),
        "household_ref": _split("户号|户编号|家庭编号|家庭号|户序号|household|household ref"),
        "area_id": _split("责任区|片区|area"),
        "household_group_id": _split("联户单元|联户|household group"),
        "consent_membership": _split("同意参加|是否同意参加|consent membership"),
        "consent_publicity": _split("同意公示姓名|同意公示|是否同意公示|consent publicity"),
        "consent_contact": _split("同意联系|同意联络|是否同意联系|consent contact"),
    }
)
"""By field; the first is what our own form says, and whichever stands first is preferred."""

SHOPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": _split(
            "店名|商户名称|店铺名称|商铺名称|商家名称|门店名称|店铺|商户|商家|商铺|门店|字号|招牌|name|shop"
        ),
        "series": _split("系列|挂牌系列|series"),
        "category": _split(
            "类别|业态|经营类别|经营项目|经营范围|经营品类|主营|行业|category|trade"
        ),
        "stall": _split("摊位|摊位号|铺位|铺位号|门面号|商铺号|档口|档口号|摊号|stall"),
        "contact": _split("联系人|负责人|经营者|店主|老板|contact"),
        "hours": _split("营业时间|hours"),
        "offer": _split("优惠说明|优惠内容|offer"),
        "area_id": RESIDENTS["area_id"],
        "is_model": _split("诚信经营示范户|示范户|model shop"),
        "opted_in_categories": _split("另外打折的类别|also discounted"),
        "liaison_id": _split("社区联系人|联系干部|包联干部|liaison"),
        "pledged_on": _split("承诺书签于|承诺书签订日期|签承诺书日期|pledged on"),
        "discountable_per_sale_fen": _split("每笔最多打折金额|most discounted a sale"),
        "uses_per_shop_day": _split("一卡一天最多几次|most uses a day"),
    }
)
"""By field, but for the rates, whose headings are named after the community's honours."""

DEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": RESIDENTS["name"],
        "household_ref": RESIDENTS["household_ref"],
        "unit": RESIDENTS["unit"],
        "resident_id": _split("居民编号|resident id"),
        "kind": _split(
            "种类|好事种类|服务类型|服务类别|服务项目|服务内容|活动类型|类型|类别|项目|kind"
        ),
        "points_hundredths": _split(
            "积分|分数|分值|得分|points|时长|服务时长|志愿时长|志愿服务时长|活动时长|服务时数|时数|工时",
            "小时|小时数|时长小时|服务时长小时|服务小时数|hours",
            "分钟|分钟数|时长分钟|服务时长分钟|服务分钟数|minutes",
        ),
        "done_on": _split("日期|活动日期|服务日期|签到日期|参加日期|做好事日期|发生日期|date"),
        "source": _split("来源|出处|活动名称|活动|依据|source"),
    }
)

CONTRIBUTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "happened_on": _split(
            "日期|哪一天|发生日期|时间|活动日期|捐助日期|采购日期|发放日期|拨款日期|date|day"
        ),
        "kind": _split("种类|贡献种类|贡献类型|类型|类别|项目|事项|kind"),
        "giver_name": _split(
            "谁给的|单位名称|企业名称|企业|公司名称|公司|捐助单位|捐赠单位|出资单位|采购单位|帮扶单位|giver|from"
        ),
        "receiver_name": _split(
            "给谁的|受益方|受益单位|受益人|受益店铺|店铺|店铺名称|商户|商户名称|接收单位|receiver|to"
        ),
        "amount_fen": _split(
            "金额|金额元|采购金额|消费金额|贷款金额|减免金额|捐助金额|投入金额|合计金额|金额万元|amount"
        ),
        "quantity_hundredths": _split("数量|人次|数目|quantity"),
        "counted_in": _split("单位|计量单位|数量单位|unit"),
        "label": _split("依据|凭据与否|是否有凭据|label"),
        "evidence": _split(
            "凭据|凭证|凭据编号|凭证号|合同编号|合同号|文件编号|单据号|证明材料|出处|evidence"
        ),
        "evidence_again": _split("同一凭据另一笔|evidence again"),
    }
)

STALLS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": _split("摊位号|摊位|铺位|铺位号|门面号|商铺号|档口|档口号|摊号|stall"),
        "tenant": _split("租给谁|租户|承租人|承租户|店名|商户|商户名称|店铺|店铺名称|tenant"),
        "since": _split("从哪天起|起租日期|起租日|租期起|入驻日期|租赁日期|since"),
        "built_on": _split("从哪天起算|启用日期|建成日期|built on"),
        "area_id": RESIDENTS["area_id"],
    }
)

VISITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "visited_on": _split("哪天|走访日期|走访时间|日期|时间|date|day"),
        "name": SHOPS["name"],
        "stall": SHOPS["stall"],
        "visit_kind": _split("为什么去|走访类型|走访类别|走访原因|类型|类别|reason|kind"),
        "account_id": _split("谁去的|走访人|走访人员|工作人员|社区联系人|who"),
        "note": _split("说了什么|走访内容|走访记录|走访情况|反映的问题|内容|情况|note"),
    }
)

APPLICATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{
            field: SHOPS[field]
            for field in ("name", "series", "category", "stall", "contact", "hours", "offer")
        },
        "opted_in_categories": SHOPS["opted_in_categories"],
    }
)

LISTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "id": _split("编号|系统编号|id"),
        "version": _split("第几版|版本|version"),
    }
)
"""By which our own lists say which record a row is, and as which version it was read."""

AREAS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"name": _split("责任区|责任区名称|片区|片区名称|area|name"), **LISTED}
)

HOUSEHOLD_GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": _split("联户单元|联户单元名称|联户|household group|name"),
        "area_id": RESIDENTS["area_id"],
        **LISTED,
    }
)

SERIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": _split("系列|系列名称|挂牌系列|series|name"),
        "name_zh_hant": _split("繁体名称|繁体名|name zh hant"),
        "name_en": _split("英文名称|英文名|english name"),
        "code": _split("代码|code"),
        "prefix": _split("牌号开头|牌号开头的字母|prefix"),
        "colour": _split("颜色|colour|color"),
        "active": _split("还可以申请|可以申请|open to applications"),
        **LISTED,
    }
)

LETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {field: STALLS[field] for field in ("name", "since", "tenant")}
)

IGNORED = _split(
    "状态|居民人数|序号|序|编号|行号|号|no|no.|#|备注|备考|说明|其他|remarks|性别|年龄|出生日期|出生年月|生日",
    "身份证|身份证号|身份证号码|公民身份号码|证件号码|证件号|证件类型|籍贯|户籍|户籍地|户籍地址",
    "文化程度|学历|职业|工作单位|单位名称|与户主关系|户主关系|关系|婚姻状况|人口数|家庭人口",
    "签名|签字|签到|本人签字|本人签名|领取签字|index|note|notes",
)
"""Columns of usual registers that are never taken in, and not asked about either."""

_PARENTHESES = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")
_ORNAMENTS = re.compile(r"[\s*:_/、.。#-]")
_SIMPLIFIED = str.maketrans(
    "戶樓棟號電話責區聯單參繫絡類數攤長種積來內時間門牌註備審覈簽證別齡業態稱鋪機編項動計總頁"
    "與關係職學歷齊鐘鍾歲滿選舉薦對僅為參為傳資訊寫",
    "户楼栋号电话责区联单参系络类数摊长种积来内时间门牌注备审核签证别龄业态称铺机编项动计总页"
    "与关系职学历齐钟钟岁满选举荐对仅为参为传资讯写",
)


def strip_heading(heading: str) -> str:
    """Return a heading without what people add to it: blanks, asterisks, remarks in brackets."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    bare = _ORNAMENTS.sub("", _PARENTHESES.sub("", text))
    return "".join(letter for letter in bare if unicodedata.category(letter) != "Cf").translate(
        _SIMPLIFIED
    )


def list_known_headings(kinds: Iterable[Mapping[str, tuple[str, ...]]]) -> frozenset[str]:
    """Return what columns may be called, as `strip_heading` leaves it."""
    return frozenset(
        strip_heading(name) for kind in kinds for names in kind.values() for name in names
    )


IGNORED_HEADINGS = frozenset(strip_heading(name) or name for name in IGNORED)
