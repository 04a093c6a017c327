"""The service as a WSGI application: ``granian --interface wsgi wsgi:app``."""

import os

from loyalty.app import create_app
from loyalty.settings import Settings

app = create_app(Settings.from_env(os.environ))
