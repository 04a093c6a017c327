"""Why a file is not read, as its reader tells it."""


class RefusedError(Exception):
    """The file is not read; the message is the code of the reason, a `tables.FileFault`."""
