"""All settings, in one file, read from the environment.

`ENVIRONMENT` is `production` (the default; refuses unsafe values), `demo` (plain HTTP on loopback) or `test`.
`DATABASE_URL`, `REDIS_URL`, `MQTT_URL`, `SECRET_KEY` and `ALLOWED_HOSTS` replace what the embedded stack sets.
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

django_stubs_ext.monkeypatch()  # lets fields and managers name their types at run time

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ.get("ENVIRONMENT", "production")
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = os.environ.get("DEBUG", "0") == "1"
DEFAULT_SECRET = "insecure-only-for-tests-and-for-building"  # noqa: S105 - refused below in production
SECRET_KEY = os.environ.get("SECRET_KEY", DEFAULT_SECRET)
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",") if host]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]
DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://muster@127.0.0.1:5432/muster")
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
MQTT_URL = os.environ.get("MQTT_URL", "mqtt://127.0.0.1:1883")

if IS_PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG=1 is refused in production; set ENVIRONMENT=demo to look around.")
    if SECRET_KEY == DEFAULT_SECRET or len(SECRET_KEY) < 32:
        raise ImproperlyConfigured("SECRET_KEY must be set to a secret of at least 32 characters.")
    if os.environ.get("EMAIL_BACKEND", "").startswith("django.core.mail.backends.console"):
        raise ImproperlyConfigured("EMAIL_BACKEND may not write to the logs: links of e-mails open accounts.")
    if "*" in ALLOWED_HOSTS or not ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts; `*` is refused.")
elif ENVIRONMENT not in {"demo", "test"}:
    raise ImproperlyConfigured(f"ENVIRONMENT is {ENVIRONMENT!r}; it must be production, demo or test.")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "django_celery_beat",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "marketplace.common",
    "marketplace.accounts",
    "marketplace.disclosure",
    "marketplace.machines",
    "marketplace.capacity",
    "marketplace.orders",
    "marketplace.planning",
    "marketplace.trading",
    "marketplace.payments",
    "marketplace.production",
    "marketplace.delivery",
    "marketplace.mobilisation",
    "scenarios",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random against BREACH; files have .gz and .br twins
    "django.middleware.http.ConditionalGetMiddleware",  # ETag and 304
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.storable.StorableTextMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.ViewerMiddleware",
    "config.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context.shell",
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    """Django's entry for a `postgresql://user:password@host:port/name` URL; `host` may be a socket folder."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(f"DATABASE_URL has scheme {parts.scheme!r}; only postgresql is supported.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": int(os.environ.get("DATABASE_POOL", "12"))}},
    }


DATABASES = {"default": _database(DATABASE_URL)}
if ENVIRONMENT == "test":  # a pool would hold the test database open against its own teardown
    DATABASES["default"]["OPTIONS"] = {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The head of the audit log, outside the database; best on a disk the database's server cannot write.
AUDIT_ANCHOR = Path(
    os.environ.get("AUDIT_ANCHOR")
    or Path(os.environ.get("STATE") or BASE_DIR / ".state") / "audit" / "head.log"
)

CACHES = {"default": {"BACKEND": "marketplace.common.cache.ForgetfulRedisCache", "LOCATION": REDIS_URL}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "capacity": 1000, "expiry": 30, "prefix": f"muster-{ENVIRONMENT}"},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep-plan-runs": {"task": "planning.sweep", "schedule": timedelta(seconds=10)},
    "sweep-silent-devices": {"task": "machines.sweep_silence", "schedule": timedelta(seconds=15)},
    "mail-notices": {"task": "accounts.mail_notices", "schedule": timedelta(seconds=60)},
    "sweep-offers": {"task": "trading.sweep", "schedule": timedelta(seconds=15)},
    "confirm-delays": {"task": "trading.confirm_delays", "schedule": timedelta(seconds=20)},
    "watch-machines": {"task": "trading.watch_machines", "schedule": timedelta(seconds=3)},
    "sweep-production": {"task": "production.sweep", "schedule": timedelta(seconds=5)},
    "sweep-payments": {"task": "payments.sweep", "schedule": timedelta(seconds=20)},
    "sweep-delivery": {"task": "delivery.sweep", "schedule": timedelta(seconds=10)},
    "sweep-declarations": {"task": "mobilisation.sweep", "schedule": timedelta(seconds=15)},
}

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "marketplace.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "marketplace.accounts.forms.log_in.LoginForm",
    "signup": "marketplace.accounts.forms.sign_up.SignupForm",
}
MFA_TOTP_ISSUER = "Muster"
# To the console means into the logs, with every link that opens an account: not in production.
EMAIL_BACKEND = os.environ.get(
    "EMAIL_BACKEND", f"django.core.mail.backends.{'smtp' if IS_PRODUCTION else 'console'}.EmailBackend"
)
PUBLIC_URL = os.environ.get(
    "PUBLIC_URL", "http://127.0.0.1:8000"
)  # what links in e-mails and codes begin with
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "0") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "muster@localhost")
if ENVIRONMENT == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    ACCOUNT_RATE_LIMITS = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("简体中文"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = ENVIRONMENT == "test"  # else each test client would list all files first
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, "'unsafe-inline'"],  # ECharts and htmx set style attributes
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.authentication.OfficeTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["marketplace.common.api.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["marketplace.common.api.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "marketplace.common.api.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "1200/min"},
    "NUM_PROXIES": int(os.environ.get("NUM_PROXIES", "0")),  # in front of us, whose X-Forwarded-For counts
    "EXCEPTION_HANDLER": "marketplace.common.api.errors.handle",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Muster API",
    "DESCRIPTION": "Orders, machines, plans and offers of a manufacturing network.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "OrderStatusEnum": "marketplace.orders.models.Order.Status",
        "PackageStatusEnum": "marketplace.trading.models.Package.Status",
        "DealStatusEnum": "marketplace.trading.models.Deal.Status",
        "RunStatusEnum": "marketplace.trading.models.Run.Status",
        "DisturbanceStatusEnum": "marketplace.trading.models.Disturbance.Status",
        "WorkOrderStatusEnum": "marketplace.production.models.WorkOrder.Status",
        "ShipmentStatusEnum": "marketplace.delivery.models.Shipment.Status",
        "PlanRunStatusEnum": "marketplace.planning.models.PlanRun.Status",
        "RoleEnum": "marketplace.accounts.models.Membership.Role",
        "ContractRoleEnum": "marketplace.payments.models.Contract.Role",
        "InvoiceStatusEnum": "marketplace.payments.models.Invoice.Status",
        "PayoutStatusEnum": "marketplace.payments.models.movement.MovementStatus",
    },
}

SOLVER = {
    "time_limit_s": int(os.environ.get("SOLVER_TIME_LIMIT_S", "40")),
    "memory_mib": int(os.environ.get("SOLVER_MEMORY_MIB", "2048")),
    "workers": int(os.environ.get("SOLVER_WORKERS", "2")),
}

# Money. Without a key nothing of Stripe is shown and everything is paid by bank transfer.
STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = os.environ.get("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_TIMEOUT_S = float(os.environ.get("STRIPE_TIMEOUT_S", "30"))
PLATFORM_FEE_BP = int(os.environ.get("PLATFORM_FEE_BP", "0"))  # of the net price, on top, paid by the buyer
DEPOSIT_BP = int(os.environ.get("DEPOSIT_BP", "3000"))  # share of the total a buyer may pay ahead by card
PLATFORM_BANK = os.environ.get("PLATFORM_BANK", "")  # account and bank as they stand on invoices
if bool(STRIPE_SECRET_KEY) != bool(STRIPE_WEBHOOK_SECRET):
    raise ImproperlyConfigured("STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are set together or not at all.")
if not (0 <= PLATFORM_FEE_BP <= 10_000 and 0 <= DEPOSIT_BP <= 10_000):
    raise ImproperlyConfigured("PLATFORM_FEE_BP and DEPOSIT_BP are basis points, from 0 to 10000.")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"httpx": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}
