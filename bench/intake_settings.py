"""The product's settings for a measured server: its own, and beside them a plain Django view to compare with."""

from fiilis.config.settings import *  # noqa: F403

# No middleware at all (allauth insists on its own): the plain view is measured at its best.
INSTALLED_APPS = [name for name in INSTALLED_APPS if not name.startswith("allauth")] + ["bench"]  # noqa: F405
ROOT_URLCONF = "bench.intake_plain"
MIDDLEWARE: list[str] = []
# Both sides acknowledge a commit that waits for the disk.
if "inbox" in DATABASES:  # noqa: F405
    DATABASES["default"] = sqlite(DATA / "fiilis.sqlite3", "FULL")  # noqa: F405
