"""The pledge on its pages: written by a manager, read by everybody, signed in versions."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.services.actors import Role
from loyalty.services.shops.pledges import FIRST_CLAUSES
from tests.given import NOON, given_community, given_shop, signed_in
from tests.pages.visits import change, enter, send, text_of

PAGE = "/staff/policy/pledge"
CLAUSES = "照价打折\n秤准量足\n店里干净"


def clauses_on(client: FlaskClient, page: str) -> list[str]:
    return re.findall(r"<li>([^<]+)</li>", client.get(page).text)


def test_a_manager_adds_and_orders_clauses_and_everybody_reads_them(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)
    assert FIRST_CLAUSES[0] in client.get(PAGE).text

    send(client, PAGE, zh_Hans=CLAUSES, en="Discount\nFair scales\nClean")

    public = f"/{community.slug}/pledge"
    assert clauses_on(client, public) == ["照价打折", "秤准量足", "店里干净"]
    assert clauses_on(client, f"{public}?lang=en") == ["Discount", "Fair scales", "Clean"]
    assert clauses_on(client, f"{public}?lang=zh_Hans&version=1") == [*FIRST_CLAUSES]
    assert "Fair scales\nClean</textarea>" in client.get(PAGE).text
    assert "这是以前的第1版" in client.get(f"{public}?version=1").text
    assert client.get(f"{public}?version=3").status_code == 404
    assert client.get(f"{public}?version=x").status_code == 404
    assert client.get(f"/{community.slug}/pledge.pdf?version=1").data.startswith(b"%PDF")


def test_what_does_not_fit_is_told_beside_its_field_and_nothing_is_lost(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)

    last_word = send(client, PAGE, zh_Hans=f"{CLAUSES}\n最终解释权归本店").text
    uneven = send(client, PAGE, zh_Hans=CLAUSES, en="Discount\nClean").text
    other = send(client, PAGE, zh_Hans=CLAUSES, en="a\nThe shop's final interpretation\nb").text

    assert "第4条不能写“最终解释权归本店”" in last_word
    assert "店里干净\n最终解释权归本店</textarea>" in last_word
    assert "这里2行，上面的条款3行" in uneven
    assert "第2条不能写" in other
    assert clauses_on(client, f"/{community.slug}/pledge") == [*FIRST_CLAUSES]


def test_a_version_that_somebody_else_made_meanwhile_is_not_passed_over(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(PAGE).text)
    assert token is not None
    form = {"csrf_token": token[1], "number": "1"}

    client.post(PAGE, data={**form, "zh_Hans": CLAUSES})
    late = client.post(PAGE, data={**form, "zh_Hans": "别的一条"}).text

    assert "别人刚刚改过" in late
    assert ">\r\n别的一条</textarea>" in late or ">\n别的一条</textarea>" in late
    assert clauses_on(client, f"/{community.slug}/pledge")[0] == "照价打折"


def test_staff_say_which_version_a_shop_has_signed_and_its_plaque_leads_there(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)
    shop = given_shop(session, community, name="和平馕店")
    session.commit()
    send(client, PAGE, zh_Hans=CLAUSES)
    page = f"/staff/shops/{shop.id}/change"

    change(client, page, pledged_on="2026-12-09", pledge_number="1", reason="补登记")

    assert "第1版" in text_of(client.get(f"/staff/shops/{shop.id}"))
    plaque = client.get(f"/{community.slug}/p/{shop.plaque_number}")
    assert "2026年12月9日签的第1版" in text_of(plaque)
    assert f'href="/{community.slug}/pledge?version=1"' in plaque.text
    history = text_of(client.get(f"/staff/shops/{shop.id}/history"))
    assert "承诺书的版本" in history
    assert "补登记" in history


def test_a_version_without_a_day_is_told_beside_its_field(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community)
    shop = given_shop(session, community)
    session.commit()

    answer = change(client, f"/staff/shops/{shop.id}/change", pledge_number="1")

    assert "签的是哪一天也要填" in answer.text


def test_programs_read_and_write_the_pledge(
    client: FlaskClient, session: Session, community: Community
) -> None:
    manager = signed_in(session, community, Role.MANAGER)
    shop = given_shop(session, community)
    session.commit()
    wanted = {"number": 1, "clauses": [{"zh_Hans": "照价打折", "en": "Discount"}]}

    made = client.post("/api/v1/pledges", headers=manager, json=wanted)
    late = client.post("/api/v1/pledges", headers=manager, json=wanted)
    claim = {"number": 2, "clauses": [{"zh_Hans": "最终解释权归本店"}]}
    refused = client.post("/api/v1/pledges", headers=manager, json=claim)

    assert (made.status_code, made.json["number"]) == (201, 2)
    assert late.status_code == 412
    assert refused.json["errors"][0]["pointer"] == "/clauses/0"
    versions = client.get("/api/v1/pledges", headers=manager).json["items"]
    assert [one["number"] for one in versions] == [2, 1]
    public = client.get(f"/api/v1/public/{community.slug}/pledge").json
    assert public["clauses"] == wanted["clauses"]
    assert "account_id" not in public
    older = client.get(f"/api/v1/public/{community.slug}/pledge?number=1").json
    assert len(older["clauses"]) == len(FIRST_CLAUSES)
    signed = client.patch(
        f"/api/v1/shops/{shop.id}",
        headers=manager | {"If-Match": '"1"'},
        json={"pledged_on": NOON.date().isoformat(), "pledge_number": 1},
    )
    assert signed.json["pledge_number"] == 1


def test_staff_read_the_pledge_and_managers_of_the_community_alone_write_it(
    client: FlaskClient, session: Session, community: Community
) -> None:
    staff = signed_in(session, community, Role.STAFF)
    elsewhere = signed_in(session, given_community(session), Role.MANAGER)
    wanted = {"number": 1, "clauses": [{"zh_Hans": "照价打折"}]}

    assert client.post("/api/v1/pledges", headers=staff, json=wanted).status_code == 403
    assert client.post("/api/v1/pledges", headers=elsewhere, json=wanted).status_code == 201
    assert clauses_on(client, f"/{community.slug}/pledge") == [*FIRST_CLAUSES]
    enter(client, session, community, Role.STAFF)
    assert client.get(PAGE).status_code == 403
