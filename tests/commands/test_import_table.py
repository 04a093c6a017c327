from pathlib import Path

import pytest
from sqlalchemy import select

from loyalty.commands.session import opened
from loyalty.models import Resident
from loyalty.services.actors import Role
from tests.commands.running import Operator
from tests.given import given_account, given_community
from tests.given_lists import REGISTER

HEADINGS = "姓名,住址,成年,户号\n"
RIGHT = "张三,1栋1号,是,H1\n"
WRONG = ",1栋1号,是,H1\n"


@pytest.fixture
def clerk(operator: Operator) -> str:
    with opened(operator.database) as session:
        return given_account(session, given_community(session), Role.STAFF).username


def table(folder: Path, *rows: str) -> str:
    path = folder / "residents.csv"
    path.write_text(HEADINGS + "".join(rows), "utf-8")
    return str(path)


def names(operator: Operator) -> list[str]:
    with opened(operator.database) as session:
        return list(session.scalars(select(Resident.name)))


def test_a_table_is_only_read_until_it_is_applied(
    operator: Operator, clerk: str, tmp_path: Path
) -> None:
    answer = operator.reads("import", "residents", table(tmp_path, RIGHT), "--as", clerk)

    assert (answer["rows"], answer["valid"], answer["applied"]) == (1, 1, False)
    assert names(operator) == []


def test_a_table_without_a_wrong_row_is_taken_in(
    operator: Operator, clerk: str, tmp_path: Path
) -> None:
    path = table(tmp_path, RIGHT)

    assert operator.reads("import", "residents", path, "--as", clerk, "--apply")["applied"]
    assert names(operator) == ["张三"]


def test_a_wrong_row_is_named_and_nothing_is_taken_in(
    operator: Operator, clerk: str, tmp_path: Path
) -> None:
    path = table(tmp_path, RIGHT, WRONG)

    result = operator.types("import", "residents", path, "--as", clerk, "--apply")

    assert result.exit_code == 1
    assert "第3行 「姓名」" in result.output
    assert names(operator) == []


def test_the_right_rows_alone_can_be_taken_in(
    operator: Operator, clerk: str, tmp_path: Path
) -> None:
    path = table(tmp_path, RIGHT, WRONG)

    operator.types("import", "residents", path, "--as", clerk, "--apply", "--only-valid")

    assert names(operator) == ["张三"]


def test_what_the_console_would_ask_may_be_said_at_once(
    operator: Operator, clerk: str, tmp_path: Path
) -> None:
    path = tmp_path / "register.xlsx"
    path.write_bytes(REGISTER)
    said = ("--column", "住在哪=unit", "--everywhere", "adult=是")
    by_address = ("--everywhere", "household_ref=by_unit")

    operator.reads("import", "residents", str(path), "--as", clerk, *said, *by_address, "--apply")

    assert len(names(operator)) == 5


def test_an_answer_names_what_it_is_about(operator: Operator, clerk: str, tmp_path: Path) -> None:
    words = ("import", "residents", table(tmp_path, RIGHT), "--as", clerk, "--everywhere", "是")

    assert "NAME=VALUE" in operator.types(*words).output
    assert names(operator) == []


def test_nobody_imports_without_an_account(operator: Operator, tmp_path: Path) -> None:
    result = operator.types("import", "residents", table(tmp_path, RIGHT), "--as", "nobody")

    assert result.exit_code == 1
    assert "no open account" in result.output
