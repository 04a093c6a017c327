"""The service as a WSGI application, for another server than that of ``loyalty serve``.

``flask --app wsgi run`` in the tree, ``gunicorn loyalty.wsgi:app`` wherever it is installed: each
worker joins the same database, whose tables are brought up to date first.
"""

import os

from loyalty.app import create_app
from loyalty.commands.tables import bring_up_to_date
from loyalty.settings import Settings

settings = Settings.from_env(os.environ)
bring_up_to_date(settings)
app = create_app(settings)
