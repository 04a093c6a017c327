"""Pictures by the API: added and read by staff, refused clearly."""

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.models import Community
from loyalty.services.pictures.pictures import PicturePurpose
from tests.given import signed_in
from tests.given_pictures import given_picture, photo, taken_here

Headers = dict[str, str]


@pytest.fixture
def staff(session: Session, community: Community) -> Headers:
    return signed_in(session, community)


def add(client: FlaskClient, headers: Headers, content: bytes) -> TestResponse:
    sent: Any = {"file": (io.BytesIO(content), "photo.jpg")}
    return client.post("/api/v1/pictures?purpose=inspection", data=sent, headers=headers)


def test_a_picture_is_added_and_read_without_its_place(client: FlaskClient, staff: Headers) -> None:
    added = add(client, staff, taken_here())

    assert added.status_code == 201
    assert (added.json["width"], added.json["height"]) == (30, 40)
    seen = client.get(f"/api/v1/pictures/{added.json['id']}", headers=staff)
    assert seen.content_type == "image/jpeg"
    assert b"Camera" not in seen.data


def test_a_pdf_called_jpg_is_refused_by_its_name(client: FlaskClient, staff: Headers) -> None:
    refused = add(client, staff, b"%PDF-1.7")

    assert refused.status_code == 422
    assert refused.json["type"] == "/problems/picture-refused"
    assert "PDF" in refused.json["detail"]


@pytest.mark.parametrize("megabytes", [9, 40])
def test_a_large_file_is_refused_as_too_large(
    client: FlaskClient, staff: Headers, megabytes: int
) -> None:
    refused = client.post(
        "/api/v1/pictures?purpose=inspection",
        data=bytes(megabytes * 1024 * 1024),
        content_type="multipart/form-data; boundary=part",
        headers=staff,
    )

    assert refused.status_code == 413
    assert refused.content_type == "application/problem+json"


def test_what_the_public_sees_can_do_nothing_but_be_seen(
    client: FlaskClient, session: Session, community: Community
) -> None:
    plan = given_picture(session, community, PicturePurpose.FLOOR_PLAN)
    inside = given_picture(session, community)
    session.commit()

    seen = client.get(f"/{community.slug}/pictures/{plan.id}")

    assert seen.data == photo()
    assert seen.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/{community.slug}/pictures/{inside.id}").status_code == 404
