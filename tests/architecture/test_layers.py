"""The contracts of the layers hold, and each is seen to fail on a wrong import."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

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


def lint(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own tool on our own copy
        [LINT_IMPORTS, "--no-cache"], cwd=project, capture_output=True, text=True, check=False
    )


def test_every_contract_holds(copy: Path) -> None:
    answer = lint(copy)

    assert answer.returncode == 0, answer.stdout


def test_every_contract_has_a_wrong_import_here() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))

    named = {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}

    assert named == {contract for contract, _, _ in WRONG}


@pytest.mark.parametrize(("contract", "file", "module"), WRONG)
def test_a_wrong_import_breaks_its_contract(
    copy: Path, contract: str, file: str, module: str
) -> None:
    path = copy / "loyalty" / file
    right = path.read_text("utf-8")
    path.write_text(f"{right}\nimport {module}\n", "utf-8")

    answer = lint(copy)
    path.write_text(right, "utf-8")

    assert answer.returncode != 0
    assert f"{contract} BROKEN" in answer.stdout
