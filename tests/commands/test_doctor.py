import json
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import community_now, utc_now
from loyalty.commands import main
from loyalty.commands.doctor import LARGEST_DRIFT
from loyalty.commands.session import opened
from loyalty.commands.upkeep import report_to_all
from loyalty.database import migrate
from loyalty.roles import let_service_in
from loyalty.rules.calendar import Month
from loyalty.rules.upkeep import UpkeepSubject
from loyalty.services.cards.keys import ensure_signing_key
from tests.commands.running import Operator
from tests.given import given_community


def findings(operator: Operator, **environ: str) -> dict[str, tuple[bool, str]]:
    """What the doctor finds, by subject."""
    result = CliRunner().invoke(main, ["doctor", "--json"], env={**operator.environ, **environ})
    found = {one["subject"]: (one["ok"], one["detail"]) for one in json.loads(result.stdout)}
    assert result.exit_code == (0 if all(ok for ok, _ in found.values()) else 1)
    return found


def test_a_sound_installation_is_found_sound(operator: Operator) -> None:
    found = findings(operator)

    assert [ok for ok, _ in found.values()] == [True] * 9
    assert found["database"][1].startswith("external PostgreSQL")
    assert "ok   tables" in operator.types("doctor").output


def test_old_tables_are_noticed(operator: Operator) -> None:
    migrate(operator.database, revision="base")

    ok, what_to_do = findings(operator)["tables"]

    assert not ok
    assert "loyalty migrate" in what_to_do


def test_a_secret_others_can_read_is_noticed(operator: Operator, tmp_path: Path) -> None:
    (tmp_path / "secret-key").touch(mode=0o644)

    ok, what_to_do = findings(operator)["secret"]

    assert not ok
    assert "chmod 600" in what_to_do


def test_a_database_that_is_away_is_noticed(operator: Operator) -> None:
    found = findings(operator, LOYALTY_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert not found["database"][0]


def test_a_web_server_that_is_not_trusted_to_name_its_clients_is_noticed(
    operator: Operator,
) -> None:
    https = {"LOYALTY_BASE_URL": "https://loyalty.test"}

    ok, what_to_do = findings(operator, **https)["clients"]

    assert not ok
    assert "LOYALTY_TRUSTED_PROXIES=1" in what_to_do
    assert findings(operator, **https, LOYALTY_TRUSTED_PROXIES="1")["clients"][0]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_that_is_wrong_is_noticed(operator: Operator, sign: int) -> None:
    with time_machine.travel(utc_now() + sign * (LARGEST_DRIFT + timedelta(minutes=1))):
        ok, what_to_do = findings(operator)["clock"]

    assert not ok
    assert "set up time synchronization" in what_to_do


def test_whoever_serves_with_a_role_of_its_own_is_told_that_it_cannot_change_the_book(
    operator: Operator,
) -> None:
    owning, serving = (
        findings(operator, LOYALTY_DATABASE_URL=url)["rights"]
        for url in (operator.database, let_service_in(operator.database))
    )

    assert "give it a role of its own" in owning[1]
    assert serving == (True, "the service cannot change what is written once")


def test_a_weak_secret_is_noticed(operator: Operator) -> None:
    found = findings(operator, LOYALTY_SECRET_KEY="weak")

    assert found.keys() == {"settings"}
    assert not found["settings"][0]


def test_keys_sealed_under_another_secret_are_noticed(operator: Operator) -> None:
    now = community_now("Asia/Shanghai")
    sealing_key = sealing_key_from(secrets.token_urlsafe(32))
    with opened(operator.database) as session:
        community = given_community(session)
        month = Month.of(now.date())
        ensure_signing_key(session, community, month, sealing_key=sealing_key, now=now)

    ok, what_to_do = findings(operator)["card keys"]

    assert not ok
    assert "restore the secret" in what_to_do


def test_what_upkeep_found_is_told_with_what_to_do(operator: Operator) -> None:
    with opened(operator.database) as session:
        given_community(session)
    assert findings(operator)["backup"][0]
    assert "loyalty backup FILE" in findings(operator)["backup"][1]

    for subject in UpkeepSubject:
        facts = {"failure": "The restored database differs in redemption."}
        report_to_all(operator.database, subject, ok=False, facts=facts, now=utc_now())
    found = findings(operator)

    assert found["drill"] == (
        False,
        "The restored database differs in redemption. Mend that, then run: loyalty drill",
    )
    assert (found["backup"][0], found["disk"][0]) == (True, False)
    assert "give it a larger one" in found["disk"][1]
