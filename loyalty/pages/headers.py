"""What browsers are told to refuse: everything we do not use ourselves."""

from collections.abc import Callable

from flask import Response
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


def security_headers(*, https: bool) -> Callable[[Response], Response]:
    """Return what adds the headers to each response that has not set its own.

    Args:
        https: whether the service is reached by HTTPS. Only then browsers are told never to come
            without it: in a market's own network there may be no certificate.
    """
    headers = Secure(
        csp=_content(),
        permissions=_devices(),
        referrer=ReferrerPolicy().same_origin(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
        hsts=StrictTransportSecurity().max_age(_YEAR_SECONDS) if https else None,
    ).headers

    def add(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return add


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


def _devices() -> PermissionsPolicy:
    """Return which devices pages may ask for: the camera, which reads cards."""
    return PermissionsPolicy().camera("self").microphone().geolocation().payment().usb()
