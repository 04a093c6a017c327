"""The service as a WSGI application: ``granian --interface wsgi wsgi:app``."""

from loyalty.wsgi import app

__all__ = ["app"]
