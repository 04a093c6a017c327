"""What the market of the source reports of one month, as tables and entries."""

from collections.abc import Sequence
from typing import Any

from flask.testing import FlaskClient

from tests.given_contributions import URL, Headers
from tests.given_tables import act, upload, workbook

MONTH = "2026-11"

HEADINGS = ("日期", "种类", "谁给的", "给谁的", "金额（元）", "数量", "单位", "依据", "凭据")


def _share_out(total: int, parts: int) -> list[int]:
    """Divide an amount in yuan into whole parts that add up to it."""
    each, rest = divmod(total, parts)
    return [each + (place < rest) for place in range(parts)]


def enterprises() -> list[Sequence[Any]]:
    """89 enterprises that spent 3.705 m yuan by arrangement, one of them more than 100,000."""
    shares = [300_000, *_share_out(3_405_000, 88)]
    about = ("家企业", "有凭据")
    return [
        ("2026-11-05", "对口消费", f"第{place}机械厂", "", yuan, 1, *about, f"合同{place}号")
        for place, yuan in enumerate(shares, start=1)
    ]


def loans() -> list[Sequence[Any]]:
    """47 shops that got 2.09 m yuan of subsidised loans."""
    about = ("笔贷款", "有凭据")
    return [
        ("2026-11-06", "贴息贷款", "社区", f"{place}号店", yuan, 1, *about, f"借据{place}")
        for place, yuan in enumerate(_share_out(2_090_000, 47), start=1)
    ]


def reliefs() -> list[Sequence[Any]]:
    """109 shops that were let off 284,000 yuan of rent and heating."""
    about = ("家", "有凭据")
    return [
        ("2026-11-07", "房租暖气减免", "社区", f"{place}号店", yuan, 1, *about, f"减免表{place}行")
        for place, yuan in enumerate(_share_out(284_000, 109), start=1)
    ]


OTHERS: tuple[dict[str, Any], ...] = (
    {"kind": "promotion", "amount_fen": 17_500_000, "quantity_hundredths": 350_000,
     "unit": "visits", "evidence": "节日促销总结"},
    {"kind": "night_market", "amount_fen": 180_000_000, "evidence": "夜市投入清单"},
    {"kind": "night_market", "quantity_hundredths": 150_000, "unit": "visits",
     "label": "estimated", "evidence": "夜市一晚的客流"},
    {"kind": "facility", "amount_fen": 47_000_000, "quantity_hundredths": 100, "unit": "items",
     "evidence": "舞台验收单"},
    {"kind": "station_fund", "amount_fen": 10_000_000, "evidence": "党群服务站拨款单"},
    {"kind": "station_fund", "amount_fen": 10_000_000, "evidence": "工会服务站拨款单"},
    {"kind": "new_jobs", "quantity_hundredths": 1_400, "unit": "jobs", "evidence": "用工登记"},
    {"kind": "free_meal", "quantity_hundredths": 500, "unit": "shops",
     "evidence": "爱心餐厅名单"},
    {"kind": "service_day", "quantity_hundredths": 200, "unit": "days",
     "evidence": "16日和28日签到表"},
)  # fmt: skip
"""What programs send."""

STATED = {
    "对口消费": "企业给店铺370.5万元、89家企业（89笔）",
    "贴息贷款": "社区给店铺209万元、47笔贷款（47笔）",
    "房租暖气减免": "社区给店铺28.4万元、109家店铺（109笔）",
    "促销活动": "社区给店铺17.5万元、3,500人次到店（1笔）",
    "夜市": "社区给店铺180万元（1笔）",
    "设施建设": "社区给店铺47万元、1件（1笔）",
    "站点经费": "企业给社区20万元（2笔）",
    "新增就业": "店铺给居民14个岗位（1笔）",
    "爱心餐": "店铺给居民5家店铺（1笔）",
    "便民服务日": "店铺给居民2天（1笔）",
}
"""What the briefing says of each kind that is attested, in its manner."""


def enter_source_market(client: FlaskClient, clerk: Headers, manager: Headers) -> None:
    """Enter all of it by Excel and API, and let the manager approve what is large."""
    rows = [*enterprises(), *loans(), *reliefs()]
    job = upload(client, clerk, workbook(HEADINGS, *rows), kind="contributions").json
    assert (job["rows"], job["valid"], job["errors"]) == (245, 245, []), job
    assert act(client, clerk, job, "apply").status_code == 200
    for values in OTHERS:
        entry = {"happened_on": "2026-11-08", "label": "attested", **values}
        answer = client.post(URL, headers=clerk, json=entry)
        assert answer.status_code == 201, answer.json
    waiting = client.get(f"{URL}?state=waiting&limit=100", headers=clerk).json["items"]
    for one in waiting:
        answer = client.post(
            f"{URL}/{one['id']}/approval", headers={**manager, "If-Match": f'"{one["version"]}"'}
        )
        assert answer.status_code == 200, answer.json
