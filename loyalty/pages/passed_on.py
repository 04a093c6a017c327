"""Addresses as messengers pass them on, which hang something onto them."""

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

MACHINES = "/api/"
"""Programs send the addresses they mean."""


def tidy_addresses(application: Application) -> Application:
    """Return the application with addresses that are read as they were before they were passed on.

    A slash at the end is taken off, and what follows an ampersand in the path: some messengers add
    ``&nsukey=…`` where there is no query. What is added to the query is not read by any page.
    A form is sent to the address of its page, so what is sent arrives in the same way.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(MACHINES):
            environ = {**environ, "PATH_INFO": path.partition("&")[0].rstrip("/") or "/"}
        return application(environ, start_response)

    return answer
