"""A factory opens its account at Stripe: we make it, Stripe's own page asks for the rest, by a link that soon ends."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise
from marketplace.accounts.viewer import Viewer
from marketplace.common.errors import Forbidden
from marketplace.common.links import public_url
from marketplace.common.live import push_after_commit
from marketplace.payments import stripe_gateway
from marketplace.payments.errors import NoCardPayment
from marketplace.payments.models import ConnectedAccount, StripeCall
from marketplace.payments.services.outbox import queue_call

ASK_AGAIN_AFTER = timedelta(seconds=30)  # a call is on its way; pressing twice makes one link


@transaction.atomic
def connect_stripe(*, viewer: Viewer, real_now: datetime) -> ConnectedAccount:
    """Ask for an account, or for a new link to an account that is not ready. Raises `NoCardPayment` without keys."""
    viewer.require_owner()
    if not viewer.is_factory:
        raise Forbidden(_("Only a factory is paid out."))
    if not stripe_gateway.is_enabled():
        raise NoCardPayment(_("Pay-outs go by bank transfer here."))
    enterprise = Enterprise.objects.select_for_update(no_key=True).get(pk=viewer.require_enterprise())
    site = enterprise.sites.order_by("pk").first()
    account, is_new = ConnectedAccount.objects.get_or_create(
        enterprise=enterprise, defaults={"country": site.country if site else "CN"}
    )
    if is_new or not _has_living_call(account, StripeCall.Kind.ACCOUNT):
        _ask_for_account(account)
    elif account.account_id and not _is_link_on_its_way(account, real_now=real_now):
        ask_for_link(account)
    push_after_commit(f"enterprise:{enterprise.public_id}")
    return account


def ask_for_link(account: ConnectedAccount) -> None:
    page = public_url(reverse("payments:payouts"))
    params: dict[str, object] = {
        "account": account.account_id,
        "type": "account_onboarding",
        "return_url": page,
        "refresh_url": page,
    }
    queue_call(StripeCall.Kind.ACCOUNT_LINK, subject=account.public_id, params=params)


def _ask_for_account(account: ConnectedAccount) -> None:
    queue_call(
        StripeCall.Kind.ACCOUNT,
        subject=account.public_id,
        params={
            "country": account.country,
            "business_type": "company",
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {"account": account.public_id},
        },
    )


def _has_living_call(account: ConnectedAccount, kind: str) -> bool:
    calls = StripeCall.objects.filter(kind=kind, subject=account.public_id)
    return calls.exclude(state=StripeCall.State.FAILED).exists()


def _is_link_on_its_way(account: ConnectedAccount, *, real_now: datetime) -> bool:
    return StripeCall.objects.filter(
        kind=StripeCall.Kind.ACCOUNT_LINK,
        subject=account.public_id,
        state__in=[StripeCall.State.QUEUED, StripeCall.State.RUNNING],
        created_at__gt=real_now - ASK_AGAIN_AFTER,
    ).exists()
