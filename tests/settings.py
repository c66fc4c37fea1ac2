"""Settings of the tests: the product's own, in a folder of their own; PostgreSQL when a server is named."""

import os
import tempfile

os.environ["FIILIS_MODE"] = "local"
os.environ.setdefault("FIILIS_DATA", tempfile.mkdtemp(prefix="fiilis-test-"))
if os.environ.get("FIILIS_TEST_POSTGRES"):
    os.environ["FIILIS_DATABASE_URL"] = os.environ["FIILIS_TEST_POSTGRES"]

from fiilis.config.settings import *  # noqa: F403

# The real hasher takes a tenth of a second for each user; what is tested here is not its strength.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]

# Files, not memory: intake's writer and the tests' threads share them as processes would.
if "inbox" in DATABASES:  # noqa: F405
    for _alias, _database in DATABASES.items():  # noqa: F405
        _database["TEST"] = {"NAME": str(DATA / f"test-{_alias}.sqlite3")}  # noqa: F405
        _database["OPTIONS"]["init_command"] = _database["OPTIONS"]["init_command"].replace("=FULL", "=OFF")
