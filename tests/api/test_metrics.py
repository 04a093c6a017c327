"""What a Prometheus reads, and who may."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.request_counts import SIZE, Counted, RequestCounts, area_of, forget_counts
from tests.given import given_card, given_shop, paired_till

TOKEN = "t" * 32


def test_this_machine_reads_how_many_requests_there_were(client: FlaskClient) -> None:
    client.get("/livez")

    told = client.get("/metrics")

    assert told.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = told.text.splitlines()
    counted = next(line for line in lines if 'area="other",status="2xx"' in line)
    assert int(counted.split()[1]) >= 1
    assert any(line.startswith('loyalty_rows_added_total{table="redemption"}') for line in lines)


def test_what_is_answered_before_flask_is_counted_alike(
    app: Flask, client: FlaskClient, session: Session, community: Community
) -> None:
    till = paired_till(session, given_shop(session, community))
    shown = {"code": given_card(session, community).token}
    session.commit()
    counts = app.extensions["loyalty.request_counts"]
    before = counts.read()["checkout"]

    client.post("/api/v1/validations", headers=till, json=shown)
    # Not spelled plainly, and so read by Flask.
    client.post("/api/v1/validations?x", headers=till, json=shown)

    after = counts.read()["checkout"]
    assert sum(after[:4]) - sum(before[:4]) == 2


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.168.1.5", {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 401),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.7"}, 401),
    ],
)
def test_others_do_not_even_where_a_web_server_stands_in_front(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    asked = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})

    assert asked.status_code == status


@pytest.mark.parametrize(("shown", "status"), [(TOKEN, 200), ("t" * 31, 401), ("", 401)])
def test_the_operators_token_reads_them_from_anywhere(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, shown: str, status: int
) -> None:
    settings = replace(app.extensions["loyalty.settings"], metrics_token=TOKEN)
    monkeypatch.setitem(app.extensions, "loyalty.settings", settings)

    asked = client.get(
        "/metrics",
        headers={"Authorization": f"Bearer {shown}"},
        environ_base={"REMOTE_ADDR": "192.168.1.5"},
    )

    assert asked.status_code == status


def test_no_token_is_right_where_the_operator_has_set_none(client: FlaskClient) -> None:
    asked = client.get(
        "/metrics",
        headers={"Authorization": "Bearer "},
        environ_base={"REMOTE_ADDR": "192.168.1.5"},
    )

    assert asked.status_code == 401


def test_what_two_workers_count_is_added_up(tmp_path: Path) -> None:
    counts = RequestCounts(tmp_path)
    child = os.fork()
    if child == 0:
        counts.count("checkout", 201, 0.004)
        os._exit(0)
    os.waitpid(child, 0)
    counts.count("checkout", 409, 0.3)

    cells = counts.read()["checkout"]

    assert cells[:4] == [1, 0, 1, 0]
    assert sum(cells[4:-1]) == 2
    assert cells[-1] == 304_000


def test_where_nothing_can_be_written_all_is_answered_and_that_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "request-counts").touch()
    counts = RequestCounts(tmp_path / "request-counts")

    def answer(_: object, start_response: Any) -> list[bytes]:
        start_response("201 CREATED", [])
        return [b"sold"]

    service = Counted(answer, counts)
    path = {"PATH_INFO": "/api/v1/redemptions"}

    answers = [service(path, lambda *_: None) for _ in range(2)]

    assert answers == [[b"sold"], [b"sold"]]
    assert caplog.text.count("requests are not counted") == 1
    assert sum(counts.read()["checkout"]) == 0


def test_a_file_that_a_full_disk_has_cut_short_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / f"{os.getpid()}.counts"
    file.write_bytes(bytes([1]) * (SIZE - 1))
    counts = RequestCounts(tmp_path)

    counts.count("api", 200, 0.1)

    assert file.stat().st_size == SIZE
    assert counts.read()["api"][:4] == [1, 0, 0, 0]


def test_a_start_begins_anew(tmp_path: Path) -> None:
    counts = RequestCounts(tmp_path / "request-counts")
    counts.count("api", 200, 0.1)

    forget_counts(tmp_path)

    assert sum(counts.read()["api"]) == 0


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("/api/v1/redemptions/sync", "checkout"),
        ("/api/v1/residents", "api"),
        ("/till/static/main.js", "till"),
        ("/static/ground.css", "other"),
        ("/metrics", "other"),
        ("/tianyuan/staff/cards/0192", "pages"),
    ],
)
def test_a_path_counts_to_its_part_and_leaves_no_trace(path: str, area: str) -> None:
    assert area_of(path) == area


@pytest.mark.parametrize("size", [0, SIZE - 1])
def test_a_file_of_a_worker_that_is_not_whole_counts_nothing(tmp_path: Path, size: int) -> None:
    counts = RequestCounts(tmp_path)
    counts.count("other", 200, 0.001)
    before = counts.read()

    (tmp_path / "0-half.counts").write_bytes(b"\xff" * size)

    assert counts.read() == before
