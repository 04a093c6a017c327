from loyalty.database import is_migrated
from tests.commands.running import Operator


def test_the_tables_go_down_and_up_by_command(operator: Operator) -> None:
    assert operator.types("migrate", "base").exit_code == 0
    assert not is_migrated(operator.database)

    assert operator.types("migrate").exit_code == 0
    assert is_migrated(operator.database)
