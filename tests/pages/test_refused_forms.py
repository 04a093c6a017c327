"""Forms whose deed is refused once it has begun: told with the record and what was typed."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from loyalty.models import Community, DeedKind, Honour
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from tests.given import given_account, given_resident, given_round
from tests.given_notices import given_matter, given_notice, given_objection, placed
from tests.given_rounds import given_round_after, given_seat
from tests.pages.visits import change, enter, fields_of, text_of

SOMEBODY_WAS_FIRST = """
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER first BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION nothing()
"""
"""Lets no change of a table find its row, as if its version had just moved on."""


class Form(NamedTuple):
    """A form that changes a record with a version."""

    table: str
    page: Callable[[Session, Community], str]
    typed: dict[str, str]
    shown: str
    """What the page says of the record."""


def resident_page(session: Session, community: Community) -> str:
    return f"/staff/residents/{given_resident(session, community).id}"


def account_page(session: Session, community: Community) -> str:
    return f"/staff/policy/accounts/{given_account(session, community, display_name='王会计').id}"


def kind_page(session: Session, community: Community) -> str:
    ensure_default_kinds(session, community)
    kind = session.scalars(select(DeedKind).where(DeedKind.code == "hygiene")).one()
    return f"/staff/deeds/kinds/{kind.id}"


def matter_page(session: Session, community: Community) -> str:
    return f"/staff/matters/{given_matter(session, community).id}"


FORMS = {
    "resident": Form("resident", resident_page, {"unit": "9号楼101"}, "张小明"),
    "account": Form("staff_account", account_page, {"roles": "council"}, "王会计"),
    "deed kind": Form("deed_kind", kind_page, {"name": "扫楼道"}, "环境卫生"),
    "matter": Form("matter", matter_page, {"answer": "下周修好。"}, "三张清单"),
    "policy": Form("community", lambda *_: "/staff/policy", {"sure": "1", "card_months": "3"}, ""),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_change_that_came_second_is_told_beside_the_record_and_what_was_typed(
    client: FlaskClient, session: Session, community: Community, form: Form
) -> None:
    page = form.page(session, community)
    enter(client, session, community, Role.MANAGER)
    session.execute(text(SOMEBODY_WAS_FIRST.format(table=form.table)))
    session.commit()

    answer = change(client, page, **form.typed)

    assert (answer.status_code, "别人刚刚改过" in text_of(answer)) == (200, True)
    assert form.shown in text_of(answer)
    for typed in set(form.typed.values()) - {"1"}:
        assert typed in answer.get_data(as_text=True)


def test_an_answer_that_names_somebody_is_told_beside_the_objection(
    client: FlaskClient, session: Session, community: Community
) -> None:
    published = given_notice(session, community)
    objection = given_objection(session, published)
    enter(client, session, community, Role.STAFF)
    name = placed(session, published, 1).resident.name
    page = f"/staff/rounds/{published.id}/objections/{objection.id}"

    answer = change(client, page, upheld="yes", reason=f"{name}没有参加")

    assert (answer.status_code, "里面不要写人的名字" in text_of(answer)) == (200, True)
    assert f"{name}没有参加" in text_of(answer)
    assert objection.text in text_of(answer)


def test_a_nomination_before_the_round_is_open_is_told_beside_the_resident(
    client: FlaskClient, session: Session, community: Community
) -> None:
    resident = given_resident(session, community)
    given_round(session, community)
    enter(client, session, community, Role.STAFF)

    answer = change(
        client,
        f"/staff/residents/{resident.id}/nomination",
        honour="civilized_resident",
        source="staff",
    )

    assert (answer.status_code, resident.name in text_of(answer)) == (200, True)
    assert "现在还不到这一步" in text_of(answer)


def test_scores_for_a_list_that_has_been_frozen_are_told_and_stay(
    client: FlaskClient, session: Session, community: Community
) -> None:
    round_in_review = given_round_after(session, community, RoundAction.START_REVIEW)
    account = enter(client, session, community, Role.PANEL)
    given_seat(session, round_in_review, account.id)
    session.commit()
    page = f"/staff/rounds/{round_in_review.id}/ballots"
    standing = fields_of(client.get(page))
    scores = {name: "77" for name in standing if name.startswith("score-")}
    session.execute(text("UPDATE selection_round SET frozen_at = now()"))
    session.commit()

    answer = client.post(page, data={**standing, **scores})

    assert scores
    assert (answer.status_code, community.name in text_of(answer)) == (200, True)
    assert answer.get_data(as_text=True).count('value="77"') == len(scores)


def test_a_month_that_has_a_round_is_told_and_what_was_typed_stays(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    page = "/staff/rounds/new"
    given_round(session, community)
    session.commit()

    answer = change(client, page, month="2026-12", **{"civilized_resident-quota": "17"})

    assert answer.status_code == 200
    assert 'value="17"' in answer.get_data(as_text=True)
    assert session.scalars(select(Honour.name).limit(1)).one() in text_of(answer)
