"""A sound body of each call that takes JSON."""

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "post /areas": {"name": "东区"},
    "post /card-checks": {"code": "12345678901234"},
    "post /card-sheets": {
        "card_ids": ["{card_id}"],
        "duplex": "short",
        "start": 2,
        "offset_x_mm": 1.5,
        "scale": 1.01,
        "names": True,
    },
    "post /cards/hand-over": {"card_ids": ["{card_id}"]},
    "post /cards/{card_id}/{action}": {"reason": "丢失"},
    "post /cases/{case_id}/decision": {"decision": "accept", "reason": "已经核实"},
    "patch /community": {
        "name": "田园",
        "timezone": "Asia/Shanghai",
        "excluded_categories": ["fruit"],
    },
    "post /deeds": {
        "resident_id": "{resident_id}",
        "kind": "hygiene",
        "points": "1.50",
        "date": "2026-12-01",
        "source": "签到表",
    },
    "post /deeds/sheet": {
        "date": "2026-12-01",
        "kind": "hygiene",
        "source": "签到表",
        "entries": [{"resident_id": "{resident_id}", "points": "1.50"}],
    },
    "post /parties": {"name": "天山面粉厂", "kind": "enterprise"},
    "post /parties/{party_id}/merge": {"into_id": "{other_party_id}"},
    "post /contribution-kinds": {
        "code": "bus_line",
        "names": {"zh_Hans": "便民班车", "zh_Hant": "便民班車", "en": "Shuttle bus"},
        "giver": "enterprises",
        "receiver": "residents",
        "units": ["visits"],
    },
    "post /contributions": {
        "kind": "promotion",
        "happened_on": "2026-12-01",
        "label": "attested",
        "amount_fen": 17500000,
        "quantity_hundredths": 350000,
        "unit": "visits",
        "giver_id": None,
        "receiver_id": "{party_id}",
        "evidence": "活动总结第3页",
        "evidence_again": True,
    },
    "patch /contributions/{contribution_id}": {
        "kind": "promotion",
        "happened_on": "2026-12-02",
        "label": "estimated",
        "quantity_hundredths": 100,
        "unit": "visits",
        "giver_id": "{party_id}",
        "receiver_id": None,
        "evidence": "照片",
        "evidence_again": True,
    },
    "post /contributions/{contribution_id}/withdrawal": {"reason": "记重了"},
    "post /honours": {
        "code": "good_neighbour",
        "names": {"zh_Hans": "好邻居", "zh_Hant": "好鄰居", "en": "Good neighbour"},
        "pay_permille": 850,
        "quota": 10,
        "colour": "green",
        "active": True,
    },
    "patch /honours/{honour_id}": {
        "names": {"zh_Hans": "好邻里", "zh_Hant": None, "en": "Good neighbour"},
        "pay_permille": None,
        "quota": None,
        "colour": "green",
        "active": False,
    },
    "post /household-groups": {"name": "第一联户"},
    "post /deed-kinds": {"code": "choir", "name": "合唱", "points": "1.00"},
    "patch /deed-kinds/{kind_id}": {"name": "大合唱", "points": "2.00", "monthly_cap": None},
    "post /matters": {
        "kind": "problem",
        "text": "路灯不亮",
        "raised_by": "resident",
        "contact": "3-501",
        "owner_id": "{account_id}",
        "due_on": "2026-12-20",
    },
    "patch /matters/{matter_id}": {
        "owner_id": "{account_id}",
        "due_on": "2026-12-20",
        "answer": "换了",
        "state": "closed",
    },
    "post /objections/{objection_id}/decision": {"upheld": True, "reason": "已经核实"},
    "post /public/{slug}/rounds/{month}/objections": {
        "reference": "R-1",
        "text": "不是这样",
        "name": "赵大力",
        "contact": "3-501",
    },
    "put /working-days": {
        "items": [{"day": "2027-02-08", "works": False, "note": "春节"}],
    },
    "post /nominations/{nomination_id}/match": {"resident_id": "{resident_id}"},
    "post /nominations/{nomination_id}/reject": {"reason": "查无此人"},
    "post /public/{slug}/rounds/{month}/nominations": {
        "honour": "civilized_resident",
        "name": "张小明",
        "unit": "3-501",
        "source": "neighbour",
    },
    "post /redemptions/sync": {
        "items": [
            {
                "idempotency_key": "0b0f6d0e-8a4e-4f3c-9d57-0a8f6f2f7f11",
                "happened_at": "2026-12-09T10:21:00+08:00",
                "code": "12345678901244",
                "device": {"number": 1, "previous": "00", "signature": "AA"},
            }
        ]
    },
    "post /till/pairing": {
        "pairing_code": "ABCD-EFGH",
        "device_public_key": "BC31t4CjEYxUNuVnfr-_9x_WLTI8I_HiM7-kBFvRMgb3"
        "l8WwCnVwVgTI4OrSxLcLcYFmji_nEwF9BhNeDWsZVkE",
    },
    "post /redemptions": {
        "code": "12345678901234",
        "lines": [{"category": "eggs", "amount_fen": 1}],
    },
    "post /validations": {
        "code": "12345678901234",
        "lines": [{"category": "eggs", "amount_fen": 1}],
    },
    "post /redemptions/{sale_id}/void": {"reason": "打错"},
    "post /redemptions/{sale_id}/returns": {"reason": "坏了", "amount_fen": 1},
    "post /residents": {
        "name": "张小明",
        "unit": "3-501",
        "phone": "13800138000",
        "adult": True,
        "household_ref": "3-501",
        "consents": {"membership": True, "publicity": False, "contact": False},
    },
    "patch /residents/{resident_id}": {"name": "张", "name_pinyin": "zhang", "phone": None},
    "post /rounds": {
        "month": "2027-01",
        "lists": [{"honour": "civilized_resident", "quota": 3, "area_minimums": {}}],
    },
    "post /rounds/{round_id}/nominations": {
        "honour": "civilized_resident",
        "resident_id": "{resident_id}",
        "source": "staff",
    },
    "post /rounds/{round_id}/panel": {"account_ids": ["{account_id}"], "reason": "住院"},
    "post /rounds/{round_id}/ballots": {
        "account_id": "{account_id}",
        "ballots": [{"candidate_id": "{candidate_id}", "score": 80}],
    },
    "post /rounds/{round_id}/conflicts": {
        "account_id": "{account_id}",
        "candidate_id": "{candidate_id}",
        "kind": "relative",
    },
    "post /rounds/{round_id}/actions": {
        "action": "draw",
        "seed": "1 2 3",
        "witnesses": ["甲", "乙"],
        "reason": "因",
    },
    "post /shops": {
        "name": "便民",
        "series": "蒲公英",
        "stall": "A1",
        "contact": "王",
        "category": "超市",
        "terms": [{"honour": "civilized_resident", "pay_permille": 850}],
        "opted_in_categories": ["alcohol"],
    },
    "patch /shops/{shop_id}": {"name": "便民", "name_pinyin": "bian min", "category": "超市"},
    "post /shops/{shop_id}/certification": {"action": "warn", "reason": "秤"},
    "post /public/{slug}/shop-notice/{shop_id}/objections": {
        "text": "秤不准",
        "name": "赵大力",
        "contact": "3-501",
    },
    "post /shop-objections/{shop_objection_id}/decision": {"upheld": False, "reason": "已核实"},
    "post /shops/{shop_id}/visits": {"day": "2026-12-01", "kind": "holiday", "note": "粽子"},
    "post /shops/{shop_id}/tills": {"name": "前台"},
    "post /shops/{shop_id}/tally": {
        "day": "2026-12-08",
        "lines": [
            {
                "idempotency_key": "0b0f6d0e-8a4e-4f3c-9d57-0a8f6f2f7f11",
                "time": "10:21",
                "code": "12345678901234",
                "total_fen": 1290,
            }
        ],
    },
    "post /staff-accounts": {
        "username": "someone",
        "display_name": "李",
        "password": "correct horse battery",
        "roles": ["staff"],
    },
    "patch /staff-accounts/{account_id}": {"display_name": "李"},
    "post /imports/{import_id}/apply": {"only_valid": True},
    "post /tokens": {"username": "nobody", "password": "nothing", "totp": "123456"},
}
"""A sound body of each call that takes JSON; a new call fails until it stands here."""
