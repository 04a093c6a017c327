import stat
from pathlib import Path

import pytest

from loyalty.settings import Settings, SettingsError

STRONG = "a-strong-secret-0123456789-ABCDEFGHIJK"


def settings(data_dir: Path, **environ: str) -> Settings:
    return Settings.from_env({"LOYALTY_DATA_DIR": str(data_dir), **environ})


def test_without_settings_the_service_runs_in_its_own_folder(tmp_path: Path) -> None:
    found = settings(tmp_path)

    assert found.database_url is None
    assert found.base_url == "http://127.0.0.1:8000"
    assert found.threads == 8
    assert found.limit_rates
    assert not found.pooled
    assert found.trusted_proxies == 0


@pytest.mark.parametrize(
    ("said", "receivers", "pushes"),
    [("", False, False), ("allow", True, False), ("all", True, True)],
)
def test_who_may_be_told_in_a_network_of_ones_own(
    tmp_path: Path, said: str, *, receivers: bool, pushes: bool
) -> None:
    found = settings(tmp_path, LOYALTY_PRIVATE_RECEIVERS=said)

    assert (found.private_receivers, found.private_pushes) == (receivers, pushes)


def test_another_word_for_that_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LOYALTY_PRIVATE_RECEIVERS must be allow or all"):
        settings(tmp_path, LOYALTY_PRIVATE_RECEIVERS="yes")


@pytest.mark.parametrize("token", ["x" * 31, "x" * 31 + "ä"])
def test_a_token_of_the_figures_that_could_be_guessed_or_not_be_sent_stops_the_start(
    tmp_path: Path, token: str
) -> None:
    assert settings(tmp_path, LOYALTY_METRICS_TOKEN="x" * 32).metrics_token == "x" * 32
    assert settings(tmp_path, LOYALTY_METRICS_TOKEN="").metrics_token is None

    with pytest.raises(SettingsError, match="LOYALTY_METRICS_TOKEN must be at least 32"):
        settings(tmp_path, LOYALTY_METRICS_TOKEN=token)


def test_the_first_start_makes_a_secret_only_its_owner_reads(tmp_path: Path) -> None:
    found = settings(tmp_path / "new")

    kept = tmp_path / "new" / "secret-key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_text("ascii") == found.secret_key
    assert len(found.secret_key) >= 32


def test_a_later_start_finds_the_same_secret(tmp_path: Path) -> None:
    assert settings(tmp_path).secret_key == settings(tmp_path).secret_key


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    assert settings(tmp_path / "one").secret_key != settings(tmp_path / "two").secret_key


def test_a_damaged_secret_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("short", "ascii")

    with pytest.raises(SettingsError, match="backup"):
        settings(tmp_path)


def test_a_secret_that_cannot_be_read_is_told_with_what_to_do(tmp_path: Path) -> None:
    """A folder can be read by nobody, root included, as the file of another user by no service."""
    (tmp_path / "secret-key").mkdir()

    with pytest.raises(SettingsError, match="secret-key cannot be read; run the command as"):
        settings(tmp_path)


@pytest.mark.parametrize("weak", ["", "short", STRONG[:31], "a" * 64, "changeme" * 8])
def test_a_weak_secret_stops_the_start(tmp_path: Path, weak: str) -> None:
    with pytest.raises(SettingsError, match="LOYALTY_SECRET_KEY"):
        settings(tmp_path, LOYALTY_SECRET_KEY=weak)


def test_a_given_secret_is_used_and_not_written_down(tmp_path: Path) -> None:
    assert settings(tmp_path, LOYALTY_SECRET_KEY=STRONG[:32]).secret_key == STRONG[:32]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_own_server_is_named_by_its_address(tmp_path: Path, scheme: str) -> None:
    found = settings(tmp_path, LOYALTY_DATABASE_URL=f"{scheme}://user@host/name")

    assert found.database_url == "postgresql+psycopg://user@host/name"
    assert found.reports_database_url is None


def test_reports_may_be_read_from_a_server_of_their_own(tmp_path: Path) -> None:
    found = settings(tmp_path, LOYALTY_REPORTS_DATABASE_URL="postgresql://user@copy/name")

    assert found.reports_database_url == "postgresql+psycopg://user@copy/name"
    assert found.database_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOYALTY_DATABASE_URL", "sqlite:///loyalty.db"),
        ("LOYALTY_DATABASE_URL", "host"),
        ("LOYALTY_REPORTS_DATABASE_URL", "sqlite:///copy.db"),
        ("LOYALTY_REPORTS_DATABASE_URL", "copy"),
        ("LOYALTY_BASE_URL", "loyalty.example"),
        ("LOYALTY_BASE_URL", "https://loyalty.example/?a=1"),
        ("LOYALTY_BASE_URL", "ftp://loyalty.example"),
        ("PORT", "0"),
        ("PORT", "http"),
        ("LOYALTY_THREADS", "-1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings(tmp_path, **{name: value})


def test_the_port_is_part_of_the_printed_address(tmp_path: Path) -> None:
    assert settings(tmp_path, PORT="8123").base_url == "http://127.0.0.1:8123"


def test_a_base_url_is_kept_without_its_last_slash(tmp_path: Path) -> None:
    found = settings(tmp_path, LOYALTY_BASE_URL="https://card.example/", PORT="8123")

    assert found.base_url == "https://card.example"


def test_a_pooler_is_named_by_how_it_hands_connections_on(tmp_path: Path) -> None:
    assert settings(tmp_path, LOYALTY_DATABASE_POOLER="transaction").pooled
    assert not settings(tmp_path, LOYALTY_DATABASE_POOLER="").pooled


@pytest.mark.parametrize("other", ["session", "statement", "on", "Transaction"])
def test_another_pooler_stops_the_start(tmp_path: Path, other: str) -> None:
    with pytest.raises(SettingsError, match="LOYALTY_DATABASE_POOLER"):
        settings(tmp_path, LOYALTY_DATABASE_POOLER=other)


def test_a_file_may_hold_the_secret(tmp_path: Path) -> None:
    file = tmp_path / "credential"
    file.write_text(f"{STRONG}\n", encoding="ascii")

    assert settings(tmp_path, LOYALTY_SECRET_KEY_FILE=str(file)).secret_key == STRONG
    assert not (tmp_path / "secret-key").exists()


@pytest.mark.parametrize("kept", ["secret-key", "credential"])
def test_of_a_file_nothing_but_its_last_newline_is_left_out(tmp_path: Path, kept: str) -> None:
    secret = f" {STRONG}，东市 "
    file = tmp_path / kept
    file.write_text(f"{secret}\n", encoding="utf-8")
    named = {} if kept == "secret-key" else {"LOYALTY_SECRET_KEY_FILE": str(file)}

    assert settings(tmp_path, **named).secret_key == secret


def test_a_secret_is_given_once_and_by_a_file_that_is_there(tmp_path: Path) -> None:
    file = str(tmp_path / "nowhere")

    with pytest.raises(SettingsError, match="LOYALTY_SECRET_KEY_FILE cannot be read"):
        settings(tmp_path, LOYALTY_SECRET_KEY_FILE=file)
    with pytest.raises(SettingsError, match="not both"):
        settings(tmp_path, LOYALTY_SECRET_KEY_FILE=file, LOYALTY_SECRET_KEY=STRONG)
