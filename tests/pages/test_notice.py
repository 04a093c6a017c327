"""The public notice as a stranger reads it."""

from datetime import date, timedelta

import pypdfium2
import pytest
import time_machine
import zxingcpp
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Round, WorkingDayOverride
from loyalty.rules.selection import RoundAction
from tests.given import NOON, given_community, given_round
from tests.given_notices import decide, given_notice, given_objection, placed
from tests.given_rounds import (
    LAST_DAY,
    act,
    brought_through,
    candidates_on,
    given_candidate,
    given_round_after,
)
from tests.pages.visits import text_of
from tests.present import present

LAST_DAY_SHOWN = LAST_DAY + timedelta(days=30)


@pytest.fixture
def notice(session: Session, community: Community) -> Round:
    """Three who were chosen out of eight, with names, homes and telephones of their own."""
    selection_round = given_round(session, community)
    for place, name in enumerate("赵钱孙李周吴郑王"):
        given_candidate(
            session,
            selection_round,
            name=f"{name}甲乙{name}",
            unit=f"{place}号楼77单元",
            phone=f"+861380000000{place}",
            household_ref=f"老户{place}",
        )
    brought_through(session, selection_round, RoundAction.PUBLISH)
    session.commit()
    return selection_round


@pytest.mark.usefixtures("notice")
def test_a_stranger_reads_who_why_until_when_and_how_to_object(client: FlaskClient) -> None:
    page = text_of(client.get("/notice/2026-12"))

    for said in (
        "2026年12月评选公示",
        "还有7天",
        "2026年12月9日星期三 至 2026年12月16日星期三",
        "文明居民 3人",
        "得分0.00至4.99 · 同分8人抽签，第1位",
        "提异议",
        "第1版 · 首次公示",
    ):
        assert said in page


def test_nothing_is_told_of_those_who_were_not_chosen_nor_where_anyone_lives(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    page = client.get("/notice/2026-12").get_data(as_text=True)

    candidates = candidates_on(session, notice)
    chosen = [one for one in candidates if one.outcome == "selected"]
    others = [one for one in candidates if one.outcome != "selected"]
    assert (len(chosen), len(others)) == (3, 5)
    assert all(one.reference in page for one in chosen)
    for one in others:
        resident = one.resident
        assert one.reference not in page
        assert resident.name[0] + "*" not in page
    for one in candidates:
        resident = one.resident
        for private in (resident.name, resident.unit, resident.phone, resident.household_ref):
            assert present(private) not in page


def test_a_name_is_shown_with_consent_and_masked_as_soon_as_it_is_withdrawn(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    resident = placed(session, notice, 1).resident
    first = resident.name[0]

    shown = []
    for agrees in (False, True, False):
        resident.consent_publicity = agrees
        session.commit()
        page = text_of(client.get("/notice/2026-12"))
        shown.append((resident.name in page, f"{first}*{first}" in page))

    assert shown == [(False, True), (True, False), (False, True)]


@pytest.mark.usefixtures("notice")
def test_what_names_people_is_neither_indexed_nor_kept(client: FlaskClient) -> None:
    for path in ("/notice", "/notice/2026-12", "/notice/2026-12/poster.pdf"):
        answer = client.get(path)

        assert answer.status_code == 200
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.cache_control.no_store


def test_names_are_read_for_thirty_days_after_the_end_and_the_proof_for_ever(
    client: FlaskClient, session: Session, notice: Round, clock: time_machine.Traveller
) -> None:
    line = placed(session, notice, 1).reference
    clock.move_to(LAST_DAY_SHOWN)
    assert line in text_of(client.get("/notice/2026-12"))
    assert "2026年12月" in text_of(client.get("/notice"))

    clock.move_to(LAST_DAY_SHOWN + timedelta(days=1))
    proof = client.get("/notice/2026-12")
    assert (proof.status_code, line in text_of(proof)) == (200, False)
    assert present(notice.frozen_hash) in text_of(proof)
    assert "下载抽签记录" in text_of(proof)
    assert "第1版" in text_of(proof)
    for path in ("/notice/2026-12/poster.pdf", f"/notice/2026-12/objection?line={line}"):
        gone = client.get(path)
        assert (gone.status_code, "公示已经撤下" in text_of(gone)) == (410, True)
    listed = client.get("/notice")
    assert "现在没有公示" in text_of(listed)
    assert 'notice/2026-12"' in listed.get_data(as_text=True)


def test_names_of_a_round_that_was_called_off_are_gone_at_once(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    act(session, notice, RoundAction.CANCEL, now=NOON)
    session.commit()

    page = text_of(client.get("/notice/2026-12"))
    assert "这一期评选已经取消" in page
    assert "提异议" not in page
    assert present(notice.frozen_hash) in page
    assert "现在没有公示" in text_of(client.get("/notice"))


@pytest.mark.parametrize(
    ("days", "said", "objecting"),
    [
        (0, "还有7天", True),
        (6, "还有1天", True),
        (7, "今天是最后一天", True),
        (8, "已经期满", False),
    ],
)
@pytest.mark.usefixtures("notice")
def test_the_page_counts_the_days_and_offers_objections_until_the_last(
    client: FlaskClient, clock: time_machine.Traveller, days: int, said: str, *, objecting: bool
) -> None:
    clock.move_to(NOON + timedelta(days=days))

    answer = client.get("/notice/2026-12")

    assert said in text_of(answer)
    assert ("/objection?line=" in answer.get_data(as_text=True)) is objecting


def test_before_the_draw_there_is_nothing_to_object_to_or_to_redo(
    client: FlaskClient, session: Session, community: Community
) -> None:
    frozen = given_round_after(session, community, RoundAction.FREEZE)
    session.commit()

    page = client.get("/notice/2026-12").get_data(as_text=True)

    assert present(frozen.frozen_hash) in page
    assert "抽签之后才公布结果" in page
    assert "提异议" not in page
    assert "data-verify" not in page
    assert client.get("/notice/2026-12/poster.pdf").status_code == 404


def test_before_the_list_is_frozen_there_is_nothing(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_round_after(session, community, RoundAction.OPEN)
    session.commit()

    assert client.get("/notice/2026-12").status_code == 404


def test_every_version_stays_with_its_hash_and_an_answer_is_told_without_names(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    objector = "某某人"
    objection = given_objection(session, notice, name=objector)
    decide(session, objection, upheld=True, reason="当月已搬走")
    session.commit()

    page = text_of(client.get("/notice/2026-12"))

    assert "第1版 · 首次公示" in page
    assert "第2版 · 补充公示：有候补递补" in page
    assert "候补递补" in page
    assert "成立" in page
    assert "当月已搬走" in page
    assert objector not in page
    assert objection.receipt not in page


@pytest.mark.parametrize("known", [True, False])
def test_a_notice_that_reaches_into_a_year_without_holidays_says_so(
    client: FlaskClient, session: Session, community: Community, *, known: bool
) -> None:
    new_year = WorkingDayOverride(community_id=community.id, day=date(2027, 1, 2), works=False)
    session.add_all(
        WorkingDayOverride(community_id=community.id, day=date(2026, 12, day), works=False)
        for day in range(10, 32)
    )
    session.add(new_year)
    given_notice(session, community)
    if not known:
        # A reserve who moves up may carry a notice into such a year; nothing is to be asked then.
        session.delete(new_year)
    session.commit()

    assert ("按周一至周五推算" in text_of(client.get("/notice/2026-12"))) is not known


def test_several_communities_are_chosen_from(client: FlaskClient, session: Session) -> None:
    first, second = given_community(session, name="东市"), given_community(session, name="西市")
    given_notice(session, second)
    session.commit()

    choice = client.get("/notice/2026-12").get_data(as_text=True)

    assert f'href="/{first.slug}/notice/2026-12"' in choice
    assert f'href="/{second.slug}/notice/2026-12"' in choice
    assert "张*明" not in choice
    assert client.get(f"/{first.slug}/notice/2026-12").status_code == 404
    assert "张*明" in text_of(client.get(f"/{second.slug}/notice/2026-12"))


@pytest.mark.parametrize("month", ["2026-13", "nothing", "2026-1", "%00", "9999-99"])
def test_what_is_no_month_is_not_there(client: FlaskClient, session: Session, month: str) -> None:
    given_community(session)
    session.commit()

    assert client.get(f"/notice/{month}").status_code == 404


@pytest.mark.usefixtures("notice")
def test_without_a_script_the_record_and_the_explanation_are_links(client: FlaskClient) -> None:
    page = client.get("/notice/2026-12").get_data(as_text=True)

    assert 'hidden data-verify="/api/v1/public/' in page
    assert 'href="/lottery"' in page
    record = page.partition('data-verify="')[2].partition('"')[0]
    assert client.get(record).json["seed"] == "3 5 2 6 1"


def test_the_lottery_is_explained_to_lay_people(client: FlaskClient) -> None:
    answer = client.get("/lottery")

    assert answer.status_code == 200
    assert "3 5 2 6 1|2026-12/household_head|R-7QXA4MTE" in text_of(answer)


@pytest.mark.parametrize("size", ["a4", "a3"])
@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant", "en"])
def test_the_poster_says_what_the_page_says_and_leads_to_it(
    client: FlaskClient, session: Session, notice: Round, size: str, language: str
) -> None:
    named = placed(session, notice, 2).resident
    named.consent_publicity = True
    session.commit()

    answer = client.get(f"/notice/2026-12/poster.pdf?size={size}&lang={language}")

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    page = pypdfium2.PdfDocument(answer.data)[0]
    text = page.get_textpage().get_text_range()
    (code,) = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
    assert named.name in text
    assert text.count("*") == 2
    assert code.text.endswith("/notice/2026-12")
    assert client.get(code.text.removeprefix("http://loyalty.test")).status_code == 200


@pytest.mark.usefixtures("notice")
def test_a_poster_has_a_size_that_paper_has(client: FlaskClient) -> None:
    assert client.get("/notice/2026-12/poster.pdf?size=a0").status_code == 404
