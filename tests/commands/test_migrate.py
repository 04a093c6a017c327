from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from loyalty.commands import main
from loyalty.commands.session import opened
from loyalty.database import is_migrated
from tests.commands.running import Operator
from tests.given import SECRET, given_card, given_community
from tests.kept_database import plain


@pytest.fixture
def of_before(operator: Operator) -> Operator:
    """An operator whose community has a card, and whose tables are of the release before."""
    with opened(operator.database) as session:
        given_card(session, given_community(session))
    assert operator.types("migrate", "--no-copy", "--", "-1").exit_code == 0
    return operator


def migrates(operator: Operator, data_dir: Path, secret: str | None) -> Result:
    """Migrate from another folder, under another secret; None gives none."""
    other = {"LOYALTY_DATA_DIR": str(data_dir), "LOYALTY_SECRET_KEY": secret}
    return CliRunner().invoke(main, ["migrate", "--no-copy"], env={**operator.environ, **other})


def test_the_tables_go_down_and_up_by_command(operator: Operator) -> None:
    assert operator.types("migrate", "base").exit_code == 0
    assert not is_migrated(operator.database)

    assert operator.types("migrate").exit_code == 0
    assert is_migrated(operator.database)


@pytest.mark.parametrize("secret", [None, SECRET[::-1]])
def test_under_another_secret_no_table_is_changed(
    of_before: Operator, tmp_path: Path, secret: str | None
) -> None:
    told = migrates(of_before, tmp_path / "elsewhere", secret)

    assert told.exit_code == 1
    assert "their card keys do not open: set LOYALTY_SECRET_KEY" in told.output
    assert told.output.count("\n") == 1
    assert not is_migrated(of_before.database)
    assert migrates(of_before, tmp_path / "elsewhere", SECRET).exit_code == 0
    assert is_migrated(of_before.database)


def test_where_every_card_key_was_destroyed_any_secret_migrates(
    of_before: Operator, tmp_path: Path
) -> None:
    with psycopg.connect(plain(of_before.database)) as connection:
        connection.execute("UPDATE signing_key SET sealed_private_key = NULL")

    assert migrates(of_before, tmp_path / "elsewhere", SECRET[::-1]).exit_code == 0

    assert is_migrated(of_before.database)
