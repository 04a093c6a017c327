"""Writes the type `Words` for the checker of the till's modules: what the page gives them to say.

make check does so each time: a text that a module asks for, and the page has not, is found there.
"""

import sys
from collections.abc import Mapping

from flask import Flask
from flask_babel import Babel

from loyalty.rules.verdict import Tone
from loyalty.till.words import words

NEWER = frozenset({"verdicts", "foreign", "unchecked", "categories", "limits"})
"""Tables in which the service may look up a code that this page does not know yet."""


def type_of(value: object) -> str:
    """Return the type of a text, or of a table of texts, as TypeScript writes it."""
    if isinstance(value, Mapping):
        members = "; ".join(f'"{name}": {_type_of(name, member)}' for name, member in value.items())
        return f"{{ {members} }}"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Tone):
        return " | ".join(f'"{tone}"' for tone in Tone)
    if isinstance(value, str):
        return "string"
    message = f"No module can say {value!r}."
    raise TypeError(message)


def _type_of(name: str, value: object) -> str:
    if name not in NEWER or not isinstance(value, Mapping):
        return type_of(value)
    kinds = sorted(set(map(type_of, value.values())))
    return f"{{ [code: string]: {' | '.join(kinds)} | undefined }}"


def main() -> None:
    """Write the type out."""
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        sys.stdout.write(f"interface Words {type_of(words())}\n")


if __name__ == "__main__":
    main()
