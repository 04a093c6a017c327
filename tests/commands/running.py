"""Runs the `loyalty` command as an operator does, on a database of the tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from loyalty.commands import main
from tests.given import SECRET


@dataclass(frozen=True)
class Operator:
    """Somebody at the server's keyboard."""

    database: str
    data_dir: Path

    @property
    def environ(self) -> Mapping[str, str]:
        return {
            "LOYALTY_DATABASE_URL": self.database,
            "LOYALTY_DATA_DIR": str(self.data_dir),
            "LOYALTY_SECRET_KEY": SECRET,
            "LOYALTY_BASE_URL": "http://loyalty.test",
        }

    def types(self, *words: str, answers: str | None = None) -> Result:
        """Run the command; what it refuses comes back as the result."""
        return CliRunner().invoke(main, words, env=self.environ, input=answers)

    def reads(self, *words: str) -> Any:
        """Run a command that answers in JSON, and must succeed."""
        result = self.types(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)
