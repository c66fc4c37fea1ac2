"""Django's settings, from the environment. Everything a user may set stands in `config.env`."""

import os
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from fiilis.config import env
from fiilis.core.errors import SettingProblem

VALUES = env.load()
MODE: str = VALUES["FIILIS_MODE"]
PRODUCTION = MODE == "production"
PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(VALUES["FIILIS_DATA"]).expanduser().resolve()
SECRET_KEY = env.secret_key(VALUES, DATA)
DEBUG = False
FIILIS_LAKE: str = VALUES["FIILIS_LAKE"] or str(DATA / "lake")
FIILIS_URL: str = VALUES["FIILIS_URL"]
# Where the web process beside this worker listens; set by `fiilis serve`, not by people.
FIILIS_BESIDE = os.environ.get("_FIILIS_BESIDE", "")
FIILIS_DEMO = MODE == "demo"
FIILIS_INTAKE_RATE: int = VALUES["FIILIS_INTAKE_RATE"]
FIILIS_INTAKE_QUEUE: int = VALUES["FIILIS_INTAKE_QUEUE"]
FIILIS_DUCKDB_MEMORY_MB: int = VALUES["FIILIS_DUCKDB_MEMORY_MB"]
FIILIS_DUCKDB_THREADS: int = VALUES["FIILIS_DUCKDB_THREADS"]
FIILIS_TIME_ZONE: str = VALUES["FIILIS_TIME_ZONE"]
FIILIS_PROXIES: bool = VALUES["FIILIS_PROXIES"]
FIILIS_WEB_PROCESSES: int = VALUES["FIILIS_WEB_PROCESSES"]
FIILIS_OPEN_START: bool = VALUES["FIILIS_OPEN_START"]

ALLOWED_HOSTS: list[str] = VALUES["FIILIS_HOSTS"] or ([] if PRODUCTION else ["*"])
if PRODUCTION and not ALLOWED_HOSTS:
    raise SettingProblem("FIILIS_HOSTS: production needs the host names that it serves.")
if PRODUCTION and not FIILIS_URL.startswith("https://"):
    raise SettingProblem("FIILIS_URL: production needs the public https:// address.")
CSRF_TRUSTED_ORIGINS = [FIILIS_URL] if FIILIS_URL else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "fiilis.core",
    "fiilis.design",
    "fiilis.warehouse",
    "fiilis.account",
    "fiilis.intake",
    "fiilis.ecosystem",
    "fiilis.listen",
    "fiilis.understand",
    "fiilis.home",
    "fiilis.simulate",
    # after our own, whose templates replace theirs
    "allauth",
    "allauth.account",
]

MIDDLEWARE = [
    "fiilis.core.http.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "fiilis.config.static.StaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fiilis.core.http.ProblemMiddleware",
]

ROOT_URLCONF = "fiilis.config.urls"
ASGI_APPLICATION = "fiilis.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fiilis.core.http.shell",
            ],
        },
    }
]

# WAL lets readers and the writer work at once; IMMEDIATE takes the write lock at BEGIN, so a transaction never fails
# half-way with "database is locked". The inbox waits for the disk at each commit: an acknowledged answer is stored.
_PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA busy_timeout=10000;PRAGMA journal_size_limit=67108864;"


def sqlite(path: Path, synchronous: str) -> dict[str, Any]:
    """Return Django's settings of one embedded database file."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": f"{_PRAGMAS}PRAGMA synchronous={synchronous};",
        },
    }


DATABASES: dict[str, dict[str, Any]]
if VALUES["FIILIS_DATABASE_URL"]:
    DATABASES = {"default": VALUES["FIILIS_DATABASE_URL"]}
else:
    if FIILIS_WEB_PROCESSES > 1:
        raise SettingProblem("FIILIS_WEB_PROCESSES: SQLite takes one web process. Set FIILIS_DATABASE_URL for more.")
    DATABASES = {
        "default": sqlite(DATA / "fiilis.sqlite3", "NORMAL"),
        "inbox": sqlite(DATA / "inbox.sqlite3", "FULL"),
    }
DATABASE_ROUTERS = ["fiilis.intake.router.InboxRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_FORMS = {"login": "fiilis.account.forms.LoginForm"}
ACCOUNT_ADAPTER = "fiilis.account.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
SESSION_COOKIE_AGE = 14 * 86400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
if FIILIS_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE: str = VALUES["FIILIS_LANGUAGE"]
LANGUAGES = [("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
# The files stand in the package: found by the finders at start, no collectstatic step to forget.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Names carry no hash: a browser asks again after five minutes, and after an upgrade has the new files.
WHITENOISE_MAX_AGE = 300

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"links": {"()": "fiilis.config.logs.HideLinks"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["links"]}},
    "root": {"handlers": ["console"], "level": VALUES["FIILIS_LOG_LEVEL"].upper()},
}
