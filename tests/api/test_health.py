from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from loyalty.database import migrate


def test_a_migrated_service_is_ready(client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 200


def test_a_service_without_its_tables_is_not_ready(client: FlaskClient, database: str) -> None:
    migrate(database, revision="base")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert "loyalty migrate" in answer.json["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/livez").status_code == 200

    migrate(database)
    assert client.get("/readyz").status_code == 200


def test_one_revision_less_is_not_ready(client: FlaskClient, database: str) -> None:
    migrate(database, revision="-1")

    assert client.get("/readyz").status_code == 503


def test_the_tables_of_another_release_are_not_ready(client: FlaskClient, session: Session) -> None:
    session.execute(text("UPDATE alembic_version SET version_num = 'of_next_year'"))
    session.commit()

    assert client.get("/readyz").status_code == 503
