"""What browsers are told to refuse: everything we do not use ourselves."""

import re
from collections.abc import Callable, Mapping

from flask import Request, Response, request
from secure import Secure
from secure.headers import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

_YEAR_SECONDS = 365 * 24 * 3600

_OF_SOMEBODY = re.compile(r"/(?:staff|me)(?:/|\Z)")
"""Where pages are that somebody has signed in to see."""

TILL = "/till"
"""The page of the till and its files lie here. It works without network and reads pictures."""


def headers_everywhere(*, https: bool) -> Mapping[str, str]:
    """Return the headers of each response but those of the till.

    Args:
        https: as `security_headers` has it.
    """
    return _headers(_content(), https=https)


def security_headers(*, https: bool) -> Callable[[Response], Response]:
    """Return what adds the headers to each response that has not set its own.

    Args:
        https: whether the service is reached by HTTPS. Only then browsers are told never to come
            without it: in a market's own network there may be no certificate.
    """
    everywhere = headers_everywhere(https=https)
    at_the_till = _headers(_content_of_till(), https=https)

    def add(response: Response) -> Response:
        headers = at_the_till if request.path.startswith(TILL) else everywhere
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if not response.headers.get("Cache-Control") and _may_tell_of_people(request):
            response.headers["Cache-Control"] = "no-store"
        return response

    return add


def _may_tell_of_people(asked: Request) -> bool:
    """Return whether an answer is for somebody who is signed in, and so no cache may keep it."""
    return "Authorization" in asked.headers or _OF_SOMEBODY.match(asked.path) is not None


def _headers(content: ContentSecurityPolicy, *, https: bool) -> Mapping[str, str]:
    return Secure(
        csp=content,
        permissions=_devices(),
        referrer=ReferrerPolicy().same_origin(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
        hsts=StrictTransportSecurity().max_age(_YEAR_SECONDS) if https else None,
    ).headers


def _content() -> ContentSecurityPolicy:
    """Return the policy of content: our own files only, nothing written into a page."""
    return (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src("'self'")
        .style_src("'self'")
        # Swagger UI's style sheet draws its arrows from data: addresses.
        .img_src("'self'", "data:")
        .connect_src("'self'")
        .manifest_src("'self'")
        .form_action("'self'")
        .base_uri("'none'")
        .frame_ancestors("'none'")
    )


def _content_of_till() -> ContentSecurityPolicy:
    """Return the policy of the till: workers, the camera's pictures, and its reader of codes."""
    return (
        _content()
        .script_src("'self'", "'wasm-unsafe-eval'")
        .img_src("'self'", "data:", "blob:")
        .worker_src("'self'")
        .media_src("'self'", "blob:")
    )


def _devices() -> PermissionsPolicy:
    """Return which devices pages may ask for: the camera, which reads cards."""
    return PermissionsPolicy().camera("self").microphone().geolocation().payment().usb()
