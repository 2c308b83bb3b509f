"""Production settings refuse what would be unsafe; URLs from outside replace the embedded servers."""

import os
import subprocess
import sys

import pytest

SAFE = {"ENVIRONMENT": "production", "SECRET_KEY": "k" * 40, "ALLOWED_HOSTS": "muster.example", "DEBUG": "0"}


def start(shown="s.DATABASES['default']['HOST'], s.MQTT_URL", **environ):
    """Load the settings in a process of their own, as production would, and print what is to be shown."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"import config.settings as s; print({shown})",
        ],
        env={**kept, **SAFE, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_safe_values():
    assert start().returncode == 0


def test_what_opens_an_account_is_not_written_to_the_logs_of_production():
    answer = start("s.EMAIL_BACKEND")
    assert answer.stdout.strip() == "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("DEBUG", "1", "DEBUG"),
        ("SECRET_KEY", "", "SECRET_KEY"),
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("SECRET_KEY", "insecure-only-for-tests-and-for-building", "SECRET_KEY"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "EMAIL_BACKEND"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS"),
        ("DATABASE_URL", "sqlite:///db", "DATABASE_URL"),
        ("ENVIRONMENT", "staging", "ENVIRONMENT"),
    ],
)
def test_production_refuses(name, value, named):
    done = start(**{name: value})
    assert done.returncode != 0
    assert named in done.stderr.strip().splitlines()[-1]


def test_urls_from_outside_count():
    done = start(DATABASE_URL="postgresql://u:p@db.example:5433/m", MQTT_URL="mqtt://broker.example:1883")
    assert done.stdout.split() == ["db.example", "mqtt://broker.example:1883"]
