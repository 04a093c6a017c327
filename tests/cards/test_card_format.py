"""The published law of the format agrees with its vectors, and both with our reader."""

import json
import re
import runpy
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from loyalty.cards.token import BadTokenError, ForgedTokenError, verify_token

DOCS = Path(__file__).parents[2] / "docs"
PUBLISHED = (DOCS / "card-format-vectors.json").read_text(encoding="utf-8")
VECTORS = json.loads(PUBLISHED)

Reader = Callable[[str, bytes], dict[str, Any]]

each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])


@pytest.fixture(scope="module")
def example_reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Return the verifier printed in the law, as an integrator would copy it."""
    law = (DOCS / "card-format.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", law, flags=re.DOTALL)
    script = tmp_path_factory.mktemp("example") / "verify.py"
    script.write_text(example, encoding="utf-8")
    reader: Reader = runpy.run_path(str(script))["verify"]
    return reader


def test_sixty_vectors_are_published() -> None:
    assert len(VECTORS) == len({vector["name"] for vector in VECTORS}) == 60
    assert Counter(vector["expect"] for vector in VECTORS) == {
        "ok": 15,
        "forged": 20,
        "bad_token": 25,
    }


def test_the_published_vectors_are_those_of_their_maker() -> None:
    maker = runpy.run_path(str(Path(__file__).with_name("make_vectors.py")))

    assert maker["text"]() == PUBLISHED


@each_vector
def test_our_reader_judges_as_published(vector: dict[str, Any]) -> None:
    public = bytes.fromhex(vector["public_key"])

    if vector["expect"] == "ok":
        assert asdict(verify_token(vector["token"], public)) == vector["claims"]
    else:
        refusal = {"bad_token": BadTokenError, "forged": ForgedTokenError}[vector["expect"]]
        with pytest.raises(refusal):
            verify_token(vector["token"], public)


@each_vector
def test_the_example_in_the_law_judges_as_published(
    vector: dict[str, Any], example_reader: Reader
) -> None:
    public = bytes.fromhex(vector["public_key"])

    if vector["expect"] == "ok":
        assert example_reader(vector["token"], public) == vector["claims"]
    else:
        with pytest.raises(ValueError, match=f"^{vector['expect']}$"):
            example_reader(vector["token"], public)
