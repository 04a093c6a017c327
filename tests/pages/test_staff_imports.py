"""Tables of residents and shops, uploaded at the console."""

from io import BytesIO

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Resident
from loyalty.services.actors import Role
from tests.given import given_community
from tests.pages.visits import enter, send, text_of


def test_a_file_is_checked_row_by_row_before_anything_is_taken_in(
    client: FlaskClient, session: Session
) -> None:
    enter(client, session, given_community(session), Role.STAFF)
    table = "姓名,住址,户号,成年,同意参加\n张明,1栋,H1,是,是\n,2栋,H2,是,是\n"

    answer = send(client, "/staff/imports/residents", file=(BytesIO(table.encode()), "居民.csv"))
    report = answer.headers["Location"]

    page = text_of(client.get(report))
    assert "第3行" in page
    assert "「姓名」不能空着" in page
    assert session.scalars(select(Resident)).all() == []

    guard = client.get(report).get_data(as_text=True)
    token = guard.partition('id="csrf_token" name="csrf_token" type="hidden" value="')[2]
    client.post(f"{report}/apply", data={"csrf_token": token.partition('"')[0]})
    assert session.scalars(select(Resident)).one().name == "张明"


def test_a_file_that_is_no_table_says_what_to_do(client: FlaskClient, session: Session) -> None:
    enter(client, session, given_community(session), Role.STAFF)

    answer = send(client, "/staff/imports/shops", file=(BytesIO(b"PK\x03\x04"), "shops.xlsx"))

    assert answer.status_code == 200
    assert "请重新保存一份再上传" in text_of(answer)
