"""Lists as offices keep them: a title above, who made it, sums below, headings of their own."""

from typing import Any

from tests.given_tables import text, workbook


def register(where: str) -> bytes:
    """Return a list of five people; where they live stands under the heading that is given."""
    return workbook(
        ("田园社区居民花名册（2026年11月）",),
        ("制表人：王芳", "", "", "制表日期：2026.11.3"),
        ("序号", where, "姓名", "联系电话", "备注"),
        (1, "3栋1单元101", "赵建国", "１３８０１２３４５６７", ""),
        (2, "3栋1单元102", "钱桂芳", 13912345678, "志愿者"),
        (),
        (3, "4栋2单元203", "孙 丽", "", "2026.11.3迁入"),
        (4, "4栋2单元204", "李秀英(女)", "13700001111", ""),
        (5, "4栋2单元205", "买买提·吐尔逊", "0991-2345678", "11月3日登记"),
        ("合计", "", "5人"),
    )


REGISTER = register("住在哪")
"""Nobody knows its heading."""

HOUSE_FLAT_ROOM = text(
    ("序号", "户主姓名", "性别", "身份证号", "小区", "楼栋", "单元", "房号", "联系电话", "备注"),
    ("1", "张伟", "男", "000000000000000000", "田园小区", "3", "2", "501", "13800138000"),
)

SAME_PERSON = workbook(
    ("姓名", "住址", "成年", "户号", "同意参加"),
    ("王 芳", "2号楼201", "是", "H-2-201", "是"),
    ("王芳", "2号楼201", "是", "H-2-201", "是"),
    ("王\u200b芳", "2号楼201", "是", "H-2-201", "是"),
)
"""One person, typed in three ways."""

NOMINATIONS = workbook(
    ("12月推荐名单",),
    ("序号", "姓名", "住址", "备注"),
    (1, "马平华", "1栋1单元04号", "热心"),
    (2, "杨晓华", "1-1-07", "热心"),
    (3, "赵勇志", "", "热心"),
    (4, "不存在的人", "9栋", "热心"),
    (5, "孙 燕莲", "1栋2单元08号", "热心"),
    ("合计", "5人"),
)
NOMINATED = (
    ("马平华", "1栋1单元04号"),
    ("杨晓华", "1栋1单元07号"),
    ("赵勇志", "2栋1单元01号"),
    ("孙燕莲", "1栋2单元08号"),
)
"""Those of them whom the community knows, as it knows them."""

SIGN_IN_SHEET = workbook(
    ("2026年11月16日志愿服务签到表",),
    ("序号", "姓名", "时长"),
    (1, "马平华", 2),
    (2, "赵勇志", 1.5),
    ("负责人签字：", "", ""),
)
"""Day, kind and source stand in the title alone."""

ONE_DEED = workbook(
    ("11月16日志愿服务日签到表",),
    ("姓名", "户号", "种类", "日期", "来源", "积分"),
    *(
        ("陈荣", "", "志愿服务", day, "16号签到表", 2)
        for day in ("2026.11.3", "11月3日", "2026/11/3", "2026年11月3日", "20261103", "11月3号")
    ),
)
"""One deed on one day, which is written in many ways."""

HOUSEHOLDS: tuple[tuple[Any, ...], ...] = (
    ("姓名", "住址", "成年", "户号"),
    ("赵一测", "1号楼101", "是", "1号楼101"),
    ("赵二测", "1号楼101", "是", "1-101"),
    ("赵三测", "1号楼101", "是", "１号楼 0101"),
)
"""One household, perhaps, in two spellings."""
