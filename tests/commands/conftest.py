from pathlib import Path

import pytest

from tests.commands.running import Operator


@pytest.fixture
def operator(database: str, tmp_path: Path) -> Operator:
    """An operator of an empty, migrated database."""
    return Operator(database, tmp_path)
