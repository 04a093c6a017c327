"""What tills and staff call, on a cluster: the tests of one database, run again on many nodes."""

# ruff: noqa: F403  # every test of these files is run again

from tests.api.conftest import *
from tests.api.test_redemptions import *
from tests.api.test_reversals import *
