import pytest

from loyalty.commands.session import opened
from loyalty.services.actors import Role
from tests.commands.running import Operator
from tests.given import given_account, given_community, given_round

pytestmark = pytest.mark.usefixtures("clock")

MONTH = "2026-12"


@pytest.fixture
def clerk(operator: Operator) -> str:
    """The clerk of a community that has planned December's round."""
    with opened(operator.database) as session:
        community = given_community(session)
        given_round(session, community)
        return given_account(session, community, Role.STAFF).username


def test_a_round_is_listed_shown_and_moved_on(operator: Operator, clerk: str) -> None:
    (listed,) = operator.reads("round", "list", "--as", clerk)
    moved = operator.reads("round", "action", MONTH, "open", "--as", clerk)

    assert (listed["month"], listed["state"]) == (MONTH, "draft")
    assert moved["state"] == "open"
    assert operator.reads("round", "show", MONTH, "--as", clerk) == moved
    assert f"{MONTH}  open" in operator.types("round", "list", "--as", clerk).output
    shown = operator.types("round", "show", MONTH, "--as", clerk).output
    assert f"month: {MONTH}\nstate: open\n" in shown


def test_no_command_skips_a_state(operator: Operator, clerk: str) -> None:
    result = operator.types("round", "action", MONTH, "issue", "--as", clerk)

    assert result.exit_code == 1
    assert "wrong_state" in result.output


def test_another_community_has_no_such_round(operator: Operator, clerk: str) -> None:
    with opened(operator.database) as session:
        outsider = given_account(session, given_community(session), Role.MANAGER).username

    result = operator.types("round", "show", MONTH, "--as", outsider)

    assert clerk != outsider
    assert result.exit_code == 1
    assert "no round" in result.output


@pytest.mark.parametrize("month", ["november", "2026-13", "2026-1", "２０２６-12"])
def test_a_month_is_written_in_one_way(operator: Operator, clerk: str, month: str) -> None:
    assert operator.types("round", "show", month, "--as", clerk).exit_code == 2
