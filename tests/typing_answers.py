"""A plugin of mypy: the JSON of an answer in a test may be read without asking whether it is there.

Flask types it as `Any | None`, as an answer need not be JSON. A test that reads a member of it
fails where there is none, which is what it is for: it needs no assertion before each.
"""

from collections.abc import Callable

from mypy.plugin import AttributeContext, Plugin
from mypy.types import AnyType, Instance, Type, TypeOfAny

JSON = "werkzeug.wrappers.response.Response.json"
ANSWER = "werkzeug.test.TestResponse"


class TypingAnswers(Plugin):
    """Leaves `None` out of the JSON of what a test client is answered, and of nothing else."""

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        return json_of_an_answer if fullname == JSON else None


def json_of_an_answer(context: AttributeContext) -> Type:
    if isinstance(context.type, Instance) and context.type.type.has_base(ANSWER):
        return AnyType(TypeOfAny.special_form)
    return context.default_attr_type


def plugin(_version: str) -> type[Plugin]:
    return TypingAnswers
