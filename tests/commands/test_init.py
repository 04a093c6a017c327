import pytest
from sqlalchemy import select

from loyalty.commands.session import opened
from loyalty.models import Community, DeedKind, Honour, StaffAccount
from loyalty.services.staff.passwords import password_matches
from tests.commands.running import Operator

PASSWORD = "a long enough password"
OPTIONS = (
    "--name",
    "东市",
    "--slug",
    "dongshi",
    "--username",
    "manager",
    "--display-name",
    "李主任",
)


def test_a_founded_community_has_its_policy_honours_and_manager(operator: Operator) -> None:
    result = operator.types("init", *OPTIONS, "--password", PASSWORD)

    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    with opened(operator.database) as session:
        community = session.scalars(select(Community)).one()
        manager = session.scalars(select(StaffAccount)).one()
        honours = session.scalars(select(Honour.code).order_by(Honour.number)).all()
        assert session.scalars(select(DeedKind)).all()
    assert (community.name, community.slug) == ("东市", "dongshi")
    assert not community.demonstration
    assert "tobacco" in community.excluded_categories
    assert manager.roles == ["manager"]
    assert password_matches(PASSWORD, manager.password_hash)
    assert honours == ["civilized_resident", "household_head"]


def test_the_password_can_be_typed_unseen(operator: Operator) -> None:
    result = operator.types("init", *OPTIONS, answers=f"{PASSWORD}\n{PASSWORD}\n")

    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output


def test_a_refused_account_founds_no_community(operator: Operator) -> None:
    result = operator.types("init", *OPTIONS, "--password", "short")

    assert result.exit_code == 1
    assert "at least 12" in result.output
    with opened(operator.database) as session:
        assert session.scalars(select(Community)).all() == []


@pytest.mark.parametrize("taken", ["api", "me", "livez"])
def test_a_short_name_is_none_by_which_addresses_of_the_service_begin(
    operator: Operator, taken: str
) -> None:
    options = [taken if one == "dongshi" else one for one in OPTIONS]

    result = operator.types("init", *options, "--password", PASSWORD)

    assert result.exit_code == 1
    assert f"begin with /{taken}" in result.output
    with opened(operator.database) as session:
        assert session.scalars(select(Community)).all() == []


def test_a_short_name_is_given_once(operator: Operator) -> None:
    operator.types("init", *OPTIONS, "--password", PASSWORD)

    again = operator.types("init", *OPTIONS, "--password", PASSWORD)

    assert again.exit_code == 1
    assert "dongshi already" in again.output


def test_a_short_name_can_stand_in_an_address(operator: Operator) -> None:
    options = ("--name", "东市", "--slug", "东市", *OPTIONS[4:])

    result = operator.types("init", *options, "--password", PASSWORD)

    assert result.exit_code == 1
    assert "lower-case" in result.output


@pytest.mark.parametrize(
    ("zone", "near"),
    [
        ("Asia/Shanghaii", "Asia/Shanghai"),
        ("asia/urumqi", "Asia/Urumqi"),
        ("Asia", "such as"),
        ("UTC+8", "such as"),
        ("北京", "such as"),
        ("", "such as"),
        ("../../etc/passwd", "such as"),
        ("/etc/localtime", "such as"),
        ("Asia/Shang\0hai", "Asia/Shanghai"),
    ],
)
def test_a_zone_nobody_knows_is_refused_in_one_sentence(
    operator: Operator, zone: str, near: str
) -> None:
    result = operator.types("init", *OPTIONS, "--password", PASSWORD, "--timezone", zone)

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: There is no time zone {zone!r}; name one such as")
    assert near in result.output
    assert result.output.count("\n") == 1


def test_a_community_may_keep_another_zone(operator: Operator) -> None:
    result = operator.types("init", *OPTIONS, "--password", PASSWORD, "--timezone", "Asia/Urumqi")

    assert result.exit_code == 0, result.output
    with opened(operator.database) as session:
        assert session.scalars(select(Community.timezone)).one() == "Asia/Urumqi"
