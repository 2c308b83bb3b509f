"""Keys, and a sandbox that is not Stripe, for tests that pay by card."""

import pytest

from tests.payments.stripe_sandbox import Sandbox, running

WEBHOOK_SECRET = "whsec_sandbox"


@pytest.fixture
def sandbox(settings):
    """A fresh sandbox that Muster's calls reach."""
    state = Sandbox()
    with running(state) as base:
        settings.STRIPE_SECRET_KEY = "sk_test_sandbox"
        settings.STRIPE_WEBHOOK_SECRET = WEBHOOK_SECRET
        settings.STRIPE_API_BASE = base
        settings.STRIPE_TIMEOUT_S = 5.0
        yield state


@pytest.fixture
def cashier(db):
    """Staff who settle money."""
    from django.contrib.auth.models import Permission

    from tests.builders import a_person

    person = a_person(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="settle_money"))
    return person
