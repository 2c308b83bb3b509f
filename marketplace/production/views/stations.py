"""The station for phones without an account: a link and a PIN let a phone in at one work order.

Everything works by plain forms; with JavaScript taps go to a queue on the phone and from there to `queue`.
"""

import logging
import uuid
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from marketplace.common import clock
from marketplace.common.errors import DomainError, InvalidInput
from marketplace.production import selectors, services
from marketplace.production.card import card_of
from marketplace.production.errors import NoPin, StationClosed, StationLocked, WrongPin
from marketplace.production.forms import PhotoForm, StopForm
from marketplace.production.hands import Hand
from marketplace.production.kept import may_be_kept, worker_script
from marketplace.production.models import ScrapReason, StationSession, Stint, StopReason, Tally, WorkOrder
from marketplace.production.taps import as_answer, draft_of_tap, queue_of
from marketplace.production.wording import article_text, progress_text, title_of

log = logging.getLogger(__name__)

COOKIE = "station"
Inside = Callable[[HttpRequest, StationSession], HttpResponse]
View = Callable[[HttpRequest, str], HttpResponse]


def inside(view: Inside) -> View:
    """For phones that are in; others are asked for the PIN."""

    @wraps(view)
    @never_cache
    def checked(request: HttpRequest, token: str) -> HttpResponse:
        try:
            session = services.session_of(
                token=token, cookie=request.COOKIES.get(COOKIE, ""), real_now=clock.real_now()
            )
        except StationClosed as error:
            if request.content_type == "application/json":
                return _as_json(error)
            return redirect("production:station-pin", token)
        return view(request, session)

    return checked


@never_cache
def pin(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the PIN; says nothing of the work before it is told."""
    services.find_link(token)
    if request.method != "POST":
        return render(request, "production/station_pin.html", {"token": token})
    try:
        let_in = services.enter(token=token, pin=request.POST.get("pin", ""), real_now=clock.real_now())
    except (WrongPin, StationLocked, NoPin) as error:
        context = {"token": token, "refused": error.text}
        return render(request, "production/station_pin.html", context, status=error.http_status)
    answer = redirect("production:station", token)
    answer.set_cookie(
        COOKIE,
        let_in.token,
        expires=let_in.session.expires_at,
        path=request.path.removesuffix("pin/"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


@require_safe
@inside
def station(request: HttpRequest, session: StationSession) -> HttpResponse:
    work_order = _work_order(session)
    context = {
        "token": _token(request),
        "work_order": work_order,
        "title": title_of(work_order),
        "progress": progress_text(work_order),
        "article": article_text(work_order),
        "card": card_of(work_order),
        "last": selectors.last_undoable(work_order, session_id=session.pk),
        "is_by_hand": work_order.counter == WorkOrder.Counter.HAND,
        "scrap_reasons": ScrapReason.choices,
        "stop_reasons": StopReason.choices,
        "photo_form": PhotoForm(),
        "new_key": uuid.uuid4().hex,
        "for_script": {"state": _state(work_order, session), "texts": _texts()},
    }
    answer = render(request, "production/station.html", context)
    return may_be_kept(answer, session, real_now=clock.real_now())


@require_POST
@inside
def tell(request: HttpRequest, session: StationSession) -> HttpResponse:
    """One tap as a plain form."""
    work_order = _work_order(session)
    try:
        told = services.tell(
            work_order_id=work_order.pk,
            hand=Hand(session_id=session.pk),
            source=Tally.Source.STATION,
            draft=draft_of_tap(request.POST, box_size=work_order.box_size),
            now=clock.now(),
            real_now=clock.real_now(),
            clock_speed=clock.speed(),
        )
    except DomainError as error:
        log.warning("station %s: %s", session.link.public_id, error.code)
        messages.error(request, str(error.text))
    else:
        if told.tally.surplus and told.is_new:
            messages.warning(
                request, _("%(n)s of them go beyond the order: they are yours.") % {"n": told.tally.surplus}
            )
    return _back(request)


@require_POST
@inside
def queue(request: HttpRequest, session: StationSession) -> HttpResponse:
    """What a phone kept, in the order it was tapped: an outcome for each, then how things stand."""
    try:
        readers = queue_of(request.body)
    except InvalidInput as error:
        return _as_json(error)
    outcomes = services.tell_all(
        work_order_id=session.link.work_order_id,
        hand=Hand(session_id=session.pk),
        source=Tally.Source.STATION,
        drafts=readers,
        now=clock.now(),
        real_now=clock.real_now(),
        clock_speed=clock.speed(),
    )
    told = [as_answer(outcome) for outcome in outcomes]
    return JsonResponse({"outcomes": told, "state": _state(_work_order(session), session)})


@require_safe
@inside
def state(request: HttpRequest, session: StationSession) -> HttpResponse:
    return JsonResponse({"state": _state(_work_order(session), session)})


@require_POST
@inside
def start(request: HttpRequest, session: StationSession) -> HttpResponse:
    now = clock.now()
    try:
        started = services.start_work(
            work_order_id=session.link.work_order_id,
            hand=Hand(session_id=session.pk),
            how=Stint.How.TAP,
            at=now,
            now=now,
        )
    except DomainError as error:
        messages.error(request, str(error.text))
    else:
        if started.ended:
            messages.warning(
                request, _("%(codes)s left the machine for it.") % {"codes": ", ".join(started.ended)}
            )
    return _back(request)


@require_POST
@inside
def stop(request: HttpRequest, session: StationSession) -> HttpResponse:
    form, now = StopForm(request.POST), clock.now()
    try:
        if form.is_valid():
            services.stop_work(
                work_order_id=session.link.work_order_id,
                hand=Hand(session_id=session.pk),
                **form.cleaned_data,
                at=now,
                now=now,
            )
        else:
            messages.error(request, _("Say why it stands still."))
    except DomainError as error:
        messages.error(request, str(error.text))
    return _back(request)


@require_POST
@inside
def box(request: HttpRequest, session: StationSession) -> HttpResponse:
    """How many pieces a box holds."""
    number = request.POST.get("box_size", "")
    try:
        size = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        services.set_box_size(work_order_id=session.link.work_order_id, box_size=size)
    except DomainError as error:
        messages.error(request, str(error.text))
    return _back(request)


@require_POST
@inside
def photo(request: HttpRequest, session: StationSession) -> HttpResponse:
    form = PhotoForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            services.show_article(
                work_order_id=session.link.work_order_id,
                hand=Hand(session_id=session.pk),
                photo=form.cleaned_data["photo"].read(),
                now=clock.now(),
            )
            messages.success(request, _("The buyer is asked to approve the first pieces."))
        else:
            messages.error(request, _("Choose a photo first."))
    except DomainError as error:
        messages.error(request, str(error.text))
    return _back(request)


@require_POST
@inside
def leave(request: HttpRequest, session: StationSession) -> HttpResponse:
    """Lock the phone: from now on it is asked for the PIN."""
    services.leave(session=session, real_now=clock.real_now())
    answer = redirect("production:station-pin", _token(request))
    answer.delete_cookie(COOKIE, path=request.path.removesuffix("leave/"), samesite="Lax")
    return answer


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows where there is no network and no page was kept. Says nothing of any work."""
    texts = {
        "asOf": _("As of %(time)s"),
        "waitsOne": _("1 tally waits on this phone"),
        "waits": _("%(n)s tallies wait on this phone"),
    }
    return render(request, "production/station_offline.html", {"texts": texts})


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Below `/w/`, so that it answers for stations and for nothing else."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/w/"}
    return HttpResponse(worker_script(), content_type="text/javascript", headers=headers)


def _work_order(session: StationSession) -> WorkOrder:
    return WorkOrder.objects.select_related(
        "order__product", "run__operation", "equipment__site", "equipment__device", "station_link"
    ).get(pk=session.link.work_order_id)


def _state(work_order: WorkOrder, session: StationSession) -> dict[str, object]:
    last = selectors.last_undoable(work_order, session_id=session.pk)
    return {
        "good": work_order.good,
        "wanted": work_order.quantity,
        "scrap": work_order.scrap,
        "boxSize": work_order.box_size,
        "isClosed": work_order.is_closed,
        "face": f"{work_order.status} {work_order.article} {work_order.box_size} {work_order.counter}",
        "title": title_of(work_order),
        "progress": progress_text(work_order),
        "lastKey": last.key if last else "",
    }


def _texts() -> dict[str, str]:
    """For the script, in the reader's language."""
    return {
        "queuedOne": _("1 tally queued, kept on this phone"),
        "queued": _("%(n)s tallies queued, kept on this phone"),
        "offline": _("Offline since %(time)s: tap on, it is kept"),
        "pinLink": _("Enter the PIN"),
        "pin": _("Enter the PIN again to send what is kept."),
        "refused": _("Not counted: %(text)s"),
        "surplus": _("%(n)s of them go beyond the order: they are yours."),
        "needsNetwork": _("This needs the network. Tallies work without it."),
        "waitsYet": _("Not locked yet: what is kept on this phone was not taken."),
        "noBox": _("Say first how much a box holds."),
        "nothing": _("There is nothing to take back."),
        "waiting": _("+%(n)s waiting"),
    }


def _back(request: HttpRequest) -> HttpResponse:
    """To the station's page, whatever was posted below it."""
    return redirect("production:station", _token(request))


def _token(request: HttpRequest) -> str:
    return str(request.resolver_match.kwargs["token"]) if request.resolver_match else ""


def _as_json(error: DomainError) -> JsonResponse:
    return JsonResponse({"code": error.code, "text": str(error.text)}, status=error.http_status)
