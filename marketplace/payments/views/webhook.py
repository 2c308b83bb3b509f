"""Where Stripe tells us: verified, stored, answered; looked at later."""

import logging

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from marketplace.common.clock import real_now
from marketplace.common.errors import DomainError
from marketplace.payments import stripe_gateway
from marketplace.payments.services import store_event

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> JsonResponse:
    """200 once the event is stored (also when it was), 400 with a code when it is refused, 404 without keys."""
    if not stripe_gateway.is_enabled():
        return JsonResponse({"error": {"code": "common:not-found"}}, status=404)
    try:
        told = stripe_gateway.read_event(
            request.body, signature=request.headers.get("Stripe-Signature", ""), real_now=real_now()
        )
        is_new = store_event(told)
    except DomainError as error:
        log.warning("webhook from %s refused: %s", request.META.get("REMOTE_ADDR"), error.code)
        return JsonResponse({"error": {"code": error.code, "message": str(error.text)}}, status=400)
    return JsonResponse({"stored": is_new})
