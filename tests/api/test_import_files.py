import json
from time import process_time

import pytest
from flask.testing import FlaskClient

from loyalty.services import apart
from tests.conftest import shared_data
from tests.given_tables import (
    HEADINGS,
    IMPORTS,
    ZHANG,
    act,
    faults,
    names,
    text,
    upload,
    workbook,
    workbook_of_texts,
)


@pytest.mark.parametrize(
    "content",
    [
        text(HEADINGS, ZHANG),
        b"\xef\xbb\xbf" + text(HEADINGS, ZHANG),
        text(HEADINGS, ZHANG).decode().encode("gb18030"),
        text(HEADINGS, ZHANG).decode().encode("utf-16"),
        text(HEADINGS, ZHANG, delimiter=";"),
        text(HEADINGS, ZHANG, delimiter="\t"),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "semicolon", "tab"],
)
def test_text_files_are_read_however_excel_saves_them(
    client: FlaskClient, staff: dict[str, str], content: bytes
) -> None:
    upload(client, staff, content, dry_run=False)

    assert names(client, staff) == ["张小明"]


def test_every_nasty_file_is_refused_or_read_in_two_seconds_of_work(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    files = [
        path
        for folder in ("files", "vectors/csv-spectrum/csvs")
        for path in sorted(shared_data(folder).iterdir())
    ]
    files += [shared_data("vectors/csv_injection_payloads.txt"), shared_data("vectors/blns.txt")]
    assert len(files) > 30

    for path in files:
        start = process_time()
        answer = upload(client, staff, path.read_bytes())
        seconds = process_time() - start

        assert answer.status_code in {201, 422}, path.name
        assert answer.json.get("valid", 0) == 0, path.name
        assert answer.json.get("errors") or answer.json["detail"], path.name
        assert seconds < 2, path.name


def test_every_naughty_string_is_a_name_or_a_row_error(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    strings = json.loads(shared_data("vectors/blns.json").read_text(encoding="utf-8"))
    rows = [(name, "3号楼", "是", f"H-{place}") for place, name in enumerate(strings)]

    for file in (text(HEADINGS, *rows), workbook_of_texts([HEADINGS, *rows])):
        answer = upload(client, staff, file)

        assert answer.status_code == 201, answer.json
        wrong = {fault["row"] for fault in answer.json["errors"]}
        assert answer.json["rows"] == len(rows)
        assert answer.json["valid"] == len(rows) - len(wrong)
        assert answer.json["valid"] > 300
    applied = act(client, staff, answer.json, "apply", only_valid=True)
    assert applied.status_code == 200
    assert len(names(client, staff)) == 50


def test_formulas_of_an_attacker_are_refused(client: FlaskClient, staff: dict[str, str]) -> None:
    lines = shared_data("vectors/csv_injection_payloads.txt").read_text(encoding="utf-8")
    payloads = [line for line in lines.splitlines() if line.startswith(("=", "@"))]
    rows = [(payload, "3号楼", "是", f"H-{place}") for place, payload in enumerate(payloads)]

    answer = upload(client, staff, text(HEADINGS, *rows))

    assert len(rows) >= 5
    assert {code for _, _, code in faults(answer)} == {"formula"}
    assert answer.json["valid"] == 0


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "This is a picture"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "without a password"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (workbook(*[[number] for number in range(5_002)]), "5,000 rows"),
        (workbook(list(range(51))), "at most 50"),
    ],
    ids=["empty", "photo", "old", "damaged", "rows", "columns"],
)
def test_what_is_no_table_is_refused_with_advice(
    client: FlaskClient, staff: dict[str, str], content: bytes, advice: str
) -> None:
    answer = upload(client, staff, content)

    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/unreadable-file"
    assert advice in answer.json["detail"]


def test_a_request_without_a_file_is_refused(client: FlaskClient, staff: dict[str, str]) -> None:
    answer = client.post(f"{IMPORTS}/residents", headers=staff, data={"other": "x"})

    assert answer.status_code == 422
    assert "file" in answer.json["errors"][0]["pointer"]


def test_five_hundred_rows_are_judged_and_applied_in_five_seconds_of_work(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    rows = [(f"张{number}", "3号楼", "是", f"H-{number}") for number in range(500)]
    start = process_time()

    answer = upload(client, staff, workbook(HEADINGS, *rows), dry_run=False)

    assert process_time() - start < 5
    assert answer.json["valid"] == 500
    assert answer.json["applied_at"] is not None


def test_a_busy_machine_asks_for_the_same_file_again(
    client: FlaskClient, staff: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as moment:
        moment.setattr(apart, "SECONDS", 0.001)
        busy = upload(client, staff, text(HEADINGS, ZHANG))
    again = upload(client, staff, text(HEADINGS, ZHANG))

    assert (busy.status_code, busy.json["type"]) == (503, "/problems/busy")
    assert "too large" not in busy.json["detail"]
    assert again.status_code == 201


def test_what_was_passed_over_and_completed_is_told_as_notes(
    client: FlaskClient, staff: dict[str, str]
) -> None:
    rows = [("序号", *HEADINGS), ("1", "张小明(男)", *ZHANG[1:]), ("合计", "1人")]

    answer = upload(client, staff, workbook(*rows), dry_run=False)

    assert faults(answer) == []
    assert [note["message"] for note in answer.json["notes"]] == [
        "「序号」这一列不导入。",
        "「姓名」第2行按“张小明”这样读，原文是“张小明(男)”。",
        "第3行是合计、签名、空行或重复的标题，没有导入。",
    ]
    assert names(client, staff) == ["张小明"]
