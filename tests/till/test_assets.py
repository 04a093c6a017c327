"""The till's files come under an address of their version, and its worker knows all of them."""

import json
import re

import pytest
from flask.testing import FlaskClient

from loyalty.till.assets import asset_names, version


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("shell/main.js", "text/javascript"),
        ("till.css", "text/css"),
        ("vendor/idb/index.js", "text/javascript"),
        ("vendor/noble/index.js", "text/javascript"),
        ("vendor/zxing/reader/index.js", "text/javascript"),
        ("vendor/zxing/zxing_reader.wasm", "application/wasm"),
        ("icon-192.png", "image/png"),
    ],
)
def test_a_file_of_the_till_is_kept_for_good(client: FlaskClient, name: str, kind: str) -> None:
    with client.get(f"/till/assets/{version()}/{name}") as answer:
        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert answer.cache_control.immutable


@pytest.mark.parametrize(
    "path",
    [
        "000000000000/shell/main.js",
        f"{version()}/nothing.js",
        f"{version()}/../page.py",
        f"{version()}/vendor/../../app.py",
        f"{version()}/vendor/.copied",
    ],
)
def test_nothing_else_lies_there(client: FlaskClient, path: str) -> None:
    assert client.get(f"/till/assets/{path}").status_code == 404


def test_the_page_names_files_of_one_version_that_are_all_there(client: FlaskClient) -> None:
    answer = client.get("/till")
    named = re.findall(r'(?:src|href)="(/till/[^"?]+)"', answer.get_data(as_text=True))

    assert answer.headers["Till-Version"] == version()
    assert f"/till/assets/{version()}/shell/main.js" in named
    for path in named:
        with client.get(path) as file:
            assert file.status_code == 200, path


def test_the_worker_keeps_every_file_of_the_page_and_may_open_the_page_itself(
    client: FlaskClient,
) -> None:
    answer = client.get("/till/worker.js")
    told = re.match(r"self\.shell = (\{.*\});\n", answer.get_data(as_text=True))

    assert told is not None
    shell = json.loads(told[1])
    assert answer.headers["Service-Worker-Allowed"] == shell["page"] == "/till"
    assert shell["version"] == version()
    assert len(shell["files"]) + len(shell["heavy"]) == len(asset_names()) + 3
    for path in (*shell["files"], *shell["heavy"]):
        with client.get(path) as file:
            assert file.status_code == 200, path


def test_the_till_is_installed_in_the_readers_language(client: FlaskClient) -> None:
    manifest = client.get("/till/manifest.webmanifest?lang=zh_Hant").json

    assert manifest is not None
    assert (manifest["scope"], manifest["display"]) == ("/till", "standalone")
    assert manifest["lang"] == "zh-Hant"
    for icon in manifest["icons"]:
        with client.get(icon["src"]) as file:
            assert file.mimetype == "image/png"
