"""The contracts of the layers hold, and each is seen to fail on a wrong import."""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

ONE_WAY = "Data flows one way"
STANDARD_LIBRARY = "Rules import the standard library alone"
NO_HTTP = "Services know neither HTTP nor schemas"
DRAWING_ONLY = "Reports draw, and look nothing up"
DOWNWARD = "Services call what stands below them"
ON_ITS_OWN = "Records are verified without the service's code"

WRONG = [
    (ONE_WAY, "rules/money.py", "loyalty.models"),
    (ONE_WAY, "settings.py", "loyalty.cards.token"),
    (ONE_WAY, "models/card.py", "loyalty.cards.token"),
    (ONE_WAY, "cards/token.py", "loyalty.models"),
    (ONE_WAY, "cards/token.py", "loyalty.services.errors"),
    (ONE_WAY, "services/errors.py", "loyalty.words"),
    (ONE_WAY, "api/blueprint.py", "loyalty.pages"),
    (ONE_WAY, "commands/session.py", "loyalty.api.blueprint"),
    (ONE_WAY, "api/blueprint.py", "loyalty.app"),
    (STANDARD_LIBRARY, "rules/money.py", "sqlalchemy"),
    (NO_HTTP, "services/errors.py", "flask"),
    (NO_HTTP, "models/card.py", "marshmallow"),
    (ONE_WAY, "words/rates.py", "loyalty.reports.poster"),
    (ONE_WAY, "reports/poster.py", "loyalty.printing.card_sheet"),
    (ONE_WAY, "printing/card_sheet.py", "loyalty.pages"),
    (DOWNWARD, "services/people/residents.py", "loyalty.services.checkout.sale"),
    (DOWNWARD, "services/checkout/sale.py", "loyalty.services.late_sales.upload"),
    (DOWNWARD, "services/errors.py", "loyalty.services.actors"),
    (DRAWING_ONLY, "reports/poster.py", "loyalty.services.notice.publishing"),
    (DRAWING_ONLY, "reports/poster.py", "flask_babel"),
    (ON_ITS_OWN, "commands/verify_record.py", "loyalty.services.notice.public_record"),
    (ON_ITS_OWN, "commands/verify_record.py", "loyalty.models"),
    (ON_ITS_OWN, "commands/verify_record.py", "loyalty.rules.lottery"),
    (ON_ITS_OWN, "commands/verify_record.py", "loyalty.commands.session"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package that a test may spoil."""
    project = tmp_path_factory.mktemp("project")
    shutil.copy(PROJECT / "pyproject.toml", project)
    shutil.copytree(
        PROJECT / "loyalty",
        project / "loyalty",
        ignore=lambda _, names: [name for name in names if Path(name).suffix not in {"", ".py"}],
    )
    return project


LINT_IMPORTS = """
import io, json, pathlib, sys
from contextlib import redirect_stdout
from importlinter.cli import lint_imports

def lint():
    with redirect_stdout(io.StringIO()) as told:
        status = lint_imports(no_cache=True)
    return status, told.getvalue()

answers = [lint()]
for file, module in json.load(sys.stdin):
    path = pathlib.Path("loyalty", file)
    right = path.read_text("utf-8")
    path.write_text(f"{right}\\nimport {module}\\n", "utf-8")
    answers.append(lint())
    path.write_text(right, "utf-8")
json.dump(answers, sys.stdout)
"""
"""What the command `lint-imports` does in a copy: as it is, then with each wrong import alone.

One process for all, since beginning one takes longer than what it does.
"""


AS_IT_IS = ("", "")

Answers = Mapping[tuple[str, str], tuple[int, str]]
"""Status and words of the linter by the file that was spoilt and what it imported."""


@pytest.fixture(scope="module")
def answers(copy: Path) -> Answers:
    wrong = [(file, module) for _, file, module in WRONG]
    done = subprocess.run(  # noqa: S603  # our own tool on our own copy
        [sys.executable, "-c", LINT_IMPORTS],
        input=json.dumps(wrong),
        cwd=copy,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip([AS_IT_IS, *wrong], json.loads(done.stdout), strict=True))


def test_every_contract_holds(answers: Answers) -> None:
    status, told = answers[AS_IT_IS]

    assert status == 0, told


def test_every_contract_has_a_wrong_import_here() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))

    named = {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}

    assert named == {contract for contract, _, _ in WRONG}


@pytest.mark.parametrize(("contract", "file", "module"), WRONG)
def test_a_wrong_import_breaks_its_contract(
    answers: Answers, contract: str, file: str, module: str
) -> None:
    status, told = answers[file, module]

    assert status != 0
    assert f"{contract} BROKEN" in told
