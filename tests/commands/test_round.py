import pytest

from loyalty.clock import community_now
from loyalty.commands.session import account_of, opened
from loyalty.rules.calendar import Month
from loyalty.services.actors import Role
from loyalty.services.rounds import PlannedList, PlanRound, plan_round
from tests.commands.running import Operator
from tests.given import given_account, given_community


@pytest.fixture
def clerk(operator: Operator) -> str:
    """The clerk of a community with a planned round for this month."""
    now = community_now("Asia/Shanghai")
    planned = PlannedList("civilized_resident", 3, None, None, 1, 0, {})
    with opened(operator.database) as session:
        username = given_account(session, given_community(session), Role.STAFF).username
        actor = account_of(session, username)
        plan_round(session, actor, PlanRound(this_month(), [planned], None), now=now)
    return username


def this_month() -> Month:
    return Month.of(community_now("Asia/Shanghai").date())


def test_a_round_is_listed_shown_and_moved_on(operator: Operator, clerk: str) -> None:
    month = str(this_month())

    (listed,) = operator.reads("round", "list", "--as", clerk)
    moved = operator.reads("round", "action", month, "open", "--as", clerk)

    assert (listed["month"], listed["state"]) == (month, "draft")
    assert moved["state"] == "open"
    assert operator.reads("round", "show", month, "--as", clerk) == moved
    assert f"{month}  open" in operator.types("round", "list", "--as", clerk).output


def test_no_command_skips_a_state(operator: Operator, clerk: str) -> None:
    result = operator.types("round", "action", str(this_month()), "issue", "--as", clerk)

    assert result.exit_code == 1
    assert "wrong_state" in result.output


def test_another_community_has_no_such_round(operator: Operator, clerk: str) -> None:
    with opened(operator.database) as session:
        outsider = given_account(session, given_community(session), Role.MANAGER).username

    result = operator.types("round", "show", str(this_month()), "--as", outsider)

    assert clerk != outsider
    assert result.exit_code == 1
    assert "no round" in result.output


@pytest.mark.parametrize("month", ["november", "2026-13", "2026-1", "２０２６-12"])
def test_a_month_is_written_in_one_way(operator: Operator, clerk: str, month: str) -> None:
    assert operator.types("round", "show", month, "--as", clerk).exit_code == 2
