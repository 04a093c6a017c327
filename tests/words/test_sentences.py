"""What is told of a state, a number or a day, on both sides of each edge."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask

from loyalty.models import ShopInspection, Till
from loyalty.rules.basis import Basis
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.seed_source import NamedSource, SeedSource
from loyalty.services import errors
from loyalty.services.late_sales.numbering import Gap, Numbering
from loyalty.services.notice.public_notice import NoticeLine
from loyalty.words.messages import failure_in_words
from loyalty.words.notices import basis_in_words
from loyalty.words.numbering import numbering_in_words
from loyalty.words.plaques import last_use_in_words
from loyalty.words.refusals import IN_USE, refusal_in_words
from loyalty.words.seeds import source_in_words
from loyalty.words.states import inspection_state_words, till_state_words
from tests.given import NOON

TODAY = NOON.date()
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _reader(app: Flask) -> Iterator[None]:
    """Somebody who reads Chinese."""
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        yield


@pytest.mark.parametrize(
    ("till", "told"),
    [
        (Till(revoked_at=NOON, paired_at=NOON), "已停用"),
        (Till(paired_at=NOON, pairing_expires_at=NOON - SECOND), "已绑定"),
        (Till(pairing_expires_at=NOON + SECOND), "等待绑定"),
        (Till(pairing_expires_at=NOON), "绑定码已过期"),
        (Till(), "绑定码已过期"),
    ],
    ids=["stopped", "paired", "waits", "too late", "never invited"],
)
def test_a_device_is_invited_paired_or_stopped(till: Till, told: str) -> None:
    assert str(till_state_words(till, now=NOON)) == told


@pytest.mark.parametrize(("passed", "told"), [(True, "合格"), (False, "不合格")])
def test_an_inspection_is_passed_or_not(*, passed: bool, told: str) -> None:
    assert str(inspection_state_words(ShopInspection(passed=passed))) == told


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (None, ""),
        (TODAY + timedelta(days=1), "今天有人用过卡"),
        (TODAY, "今天有人用过卡"),
        (TODAY - timedelta(days=1), "昨天有人用过卡"),
        (TODAY - timedelta(days=2), "2天前有人用过卡"),
        (TODAY - timedelta(days=30), "30天前有人用过卡"),
        (TODAY - timedelta(days=31), "一个多月没有人用过卡"),
    ],
)
def test_when_a_card_was_last_used_is_told_to_the_day(last: date | None, told: str) -> None:
    assert last_use_in_words(last, TODAY) == told


def test_numbers_that_are_missing_doubled_or_do_not_join_are_told_one_by_one() -> None:
    gaps = [Gap(3, 3), Gap(5, 7)]

    told = [*numbering_in_words(Numbering(Till(), 4, 8, gaps, clones=[2], broken=[8]))]

    assert [sentence.partition("：")[0] for sentence in told] == [
        "第3号没有收到",
        "第5号到第7号（共3笔）没有收到",
        "第2号收到两笔不一样的",
        "第8号接不上前一号",
    ]
    assert not [*numbering_in_words(Numbering(Till(), 8, 8, [], clones=[], broken=[]))]


@pytest.mark.parametrize(
    ("basis", "told"),
    [
        (Basis.SCORE, "得分60.00至65.00"),
        (Basis.LOTTERY, "得分60.00至65.00 · 同分5人抽签，第2位"),
        (Basis.AREA_MINIMUM, "得分60.00至65.00 · 东区的保底名额"),
        (Basis.MOVED_UP, "得分60.00至65.00 · 候补递补"),
    ],
)
def test_a_notice_says_why_somebody_stands_on_its_list(basis: Basis, told: str) -> None:
    line = NoticeLine(
        line=1,
        reference="R1",
        name="张*明",
        basis=basis,
        score_from=6000,
        score_to=6500,
        lottery_place=2,
        lottery_of=5,
        area="东区",
        disputable=True,
    )

    assert basis_in_words(line) == told


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (None, ""),
        ("too_slow", "对方10秒里没有回话。"),
        ("http_410", "对方说这个人已经退订。"),
        ("http_503", "对方回答503，没有收下。"),
        ("of_later", "of_later"),
    ],
)
def test_why_a_message_did_not_arrive_is_told_as_far_as_it_is_known(
    code: str | None, told: str
) -> None:
    assert failure_in_words(code) == told


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (errors.ImportStateError("No.", ["redemption"]), str(IN_USE)),
        (errors.ErasureRefusedError("No.", ["open_objection"]), "异议"),
        (LoyaltyError("No."), "这样不行，什么也没有改变。"),
        (errors.ValueRefusedError("/minutes", "No."), "会还没开"),
        (errors.ValueRefusedError("/of-later", "No."), "有一项不合适"),
    ],
)
def test_why_something_was_not_done_is_told_in_the_readers_language(
    refusal: LoyaltyError, told: str
) -> None:
    assert told in refusal_in_words(refusal)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (NamedSource(SeedSource.DICE, TODAY), "当众掷骰子，一颗掷五次"),
        (NamedSource(SeedSource.DRAND, TODAY, (), 4242), "第4242轮"),
        (NamedSource(SeedSource.DOUBLE_COLOUR_BALL, TODAY), "起的头一期"),
    ],
)
def test_a_list_says_what_will_give_its_seed_and_when(source: NamedSource, told: str) -> None:
    assert told in source_in_words(source)
