"""What parties give is entered at the console, approved by another, and seen in the figures."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Contribution, LedgerParty
from loyalty.services.actors import Role
from tests.given import given_community
from tests.given_contributions import given_contribution, given_party
from tests.pages.visits import enter, send, text_of

PAGE = "/staff/figures/contributions"
FIGURES = "/staff/figures?month=2026-12"
PROMOTION = {
    "kind": "promotion",
    "happened_on": "2026-12-01",
    "giver_name": "",
    "receiver_name": "",
    "amount_fen": "90000",
    "quantity_hundredths": "3500",
    "unit": "visits",
    "label": "attested",
    "evidence": "活动总结第3页",
}


@pytest.fixture(autouse=True)
def _clerk(client: FlaskClient, session: Session, community: Community) -> None:
    """Somebody of the staff sits at the console."""
    enter(client, session, community)


def entries(session: Session) -> list[Contribution]:
    session.rollback()
    return [*session.scalars(select(Contribution).order_by(Contribution.id))]


def new(client: FlaskClient, **values: Any) -> Any:
    """Send the form of the promotion, some of it filled in otherwise."""
    return send(client, f"{PAGE}/new", **{**PROMOTION, **values})


def test_an_entry_is_listed_and_counts_in_the_figures_which_lead_to_it(
    client: FlaskClient, session: Session
) -> None:
    assert new(client).headers["Location"] == PAGE

    (entry,) = entries(session)
    assert (entry.amount_fen, entry.quantity_hundredths, entry.unit) == (
        9_000_000,
        350_000,
        "visits",
    )
    listed = text_of(client.get(PAGE))
    assert "促销活动" in listed
    assert "3,500人次到店" in listed
    figures = client.get(FIGURES)
    assert "90,000.00" in text_of(figures)
    assert "有凭据" in text_of(figures)
    link = re.search(rf'href="({PAGE}\?[^"]+)"', figures.get_data(as_text=True))
    assert link is not None
    behind = client.get(link[1].replace("&amp;", "&"))
    assert f"{PAGE}/{entry.id}" in behind.get_data(as_text=True)


def test_a_party_that_is_named_two_ways_is_entered_once(
    client: FlaskClient, session: Session
) -> None:
    for name in ("天山面粉厂", "天山 面粉厂"):
        new(client, kind="directed_purchase", giver_name=name, unit="", quantity_hundredths="",
            evidence_again="y")  # fmt: skip

    (party,) = session.scalars(select(LedgerParty))
    assert (party.name, party.kind) == ("天山面粉厂", "enterprise")
    assert {entry.giver_id for entry in entries(session)} == {party.id}
    assert "天山面粉厂" in text_of(client.get(PAGE))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"happened_on": "2026-12-10"}, "那一天还没到。"),
        ({"amount_fen": "", "quantity_hundredths": "", "unit": ""}, "金额和数量，至少填一样。"),
        ({"amount_fen": "-5"}, "请填大于0的数字"),
        ({"amount_fen": "0"}, "请填大于0的数字"),
        ({"amount_fen": "九万"}, "请填大于0的数字"),
        ({"amount_fen": "10000000000.01"}, "最多10,000,000,000。"),
        ({"quantity_hundredths": "10000000.01"}, "最多10,000,000。"),
        ({"quantity_hundredths": ""}, "请把数量也填上"),
        ({"unit": "hours"}, "不按这个单位数"),
        ({"evidence": ""}, "请写明凭据是什么"),
    ],
)
def test_what_makes_no_sense_is_told_beside_its_field_and_nothing_is_lost(
    client: FlaskClient, session: Session, values: dict[str, str], told: str
) -> None:
    answer = new(client, giver_name="=1+1厂", **values)

    assert answer.status_code == 200
    assert told in text_of(answer)
    assert 'value="=1+1厂"' in answer.get_data(as_text=True)
    assert (entries(session), [*session.scalars(select(LedgerParty))]) == ([], [])


def test_the_same_evidence_is_asked_about_and_taken_with_a_tick(
    client: FlaskClient, session: Session
) -> None:
    new(client)

    asked = new(client)
    meant = new(client, evidence_again="y")

    assert "这份凭据已经记过一笔" in text_of(asked)
    assert (meant.status_code, len(entries(session))) == (302, 2)


def test_a_large_amount_waits_until_somebody_else_approves_it(
    client: FlaskClient, session: Session, community: Community
) -> None:
    new(client, amount_fen="175000")
    (entry,) = entries(session)
    page = f"{PAGE}/{entry.id}"
    assert "请另一个人来核准" in text_of(client.get(page))
    send_to(client, page, "approve", entry)
    assert "175,000.00" not in text_of(client.get(FIGURES))

    enter(client, session, community)
    send_to(client, page, "approve", entry)

    assert "已核准，计入数字。" in text_of(client.get(page))
    assert "175,000.00" in text_of(client.get(FIGURES))


def test_an_entry_is_withdrawn_with_its_reason(
    client: FlaskClient, session: Session, community: Community
) -> None:
    entry = given_contribution(session, community, amount_fen=12_300)
    session.commit()
    page = f"{PAGE}/{entry.id}"

    without = send_to(client, page, "withdraw", entry)
    send_to(client, page, "withdraw", entry, reason="记重了")

    assert "请填写这一项。" in text_of(without)
    shown = text_of(client.get(page))
    assert "已作废" in shown
    assert "记重了" in shown
    assert "123.00" not in text_of(client.get(FIGURES))
    assert "123.00" in text_of(client.get(f"{PAGE}?state=withdrawn"))


def test_the_reason_stays_where_a_withdrawal_is_refused(
    client: FlaskClient, session: Session, community: Community
) -> None:
    entry = given_contribution(session, community)
    session.commit()
    page = f"{PAGE}/{entry.id}"

    refused = send_to(client, page, "withdraw", entry, version="7", reason="记重了")

    assert refused.status_code == 200
    assert "别人刚刚改过" in text_of(refused)
    assert 'value="记重了"' in refused.get_data(as_text=True)
    assert [one.state for one in entries(session)] == ["counted"]


def test_the_council_sees_the_matrix_and_not_the_entries(
    client: FlaskClient, session: Session, community: Community
) -> None:
    party = given_party(session, community)
    given_contribution(session, community, giver_id=party.id, amount_fen=12_300)
    session.commit()
    enter(client, session, community, Role.COUNCIL)

    figures = client.get(FIGURES)

    assert "123.00" in text_of(figures)
    assert PAGE not in figures.get_data(as_text=True)
    assert client.get(PAGE).status_code == 403


def test_another_communitys_entry_is_not_there(client: FlaskClient, session: Session) -> None:
    entry = given_contribution(session, given_community(session), amount_fen=12_300)
    session.commit()

    assert client.get(f"{PAGE}/{entry.id}").status_code == 404
    assert "123.00" not in text_of(client.get(PAGE))
    assert "123.00" not in text_of(client.get(FIGURES))


def send_to(client: FlaskClient, page: str, deed: str, entry: Contribution, **values: Any) -> Any:
    """Send what a button of an entry's page sends, as the entry was read."""
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).get_data(as_text=True)
    )
    assert token is not None
    form = {"csrf_token": token[1], "version": str(entry.version), **values}
    return client.post(f"{page}/{deed}", data=form)
