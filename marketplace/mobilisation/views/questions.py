"""Asking firms, their links, their answers; and the page a link opens."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.http import ViewerRequest
from marketplace.accounts.places import city_named
from marketplace.common import clock
from marketplace.common.forms import refusals_in
from marketplace.common.qr import qr_svg
from marketplace.common.zones import for_visitors
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.forms.questions import AnswerForm, QuestionForm, RecordForm
from marketplace.mobilisation.goods import templates
from marketplace.mobilisation.messages import message_of
from marketplace.mobilisation.models import Declaration
from marketplace.mobilisation.rows import question_row
from marketplace.mobilisation.selectors.office import require_acting
from marketplace.mobilisation.selectors.questions import Asked, is_open
from marketplace.mobilisation.views.verified import once_verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one firm is sent: its link, a code of it, a text in both languages."""

    asked: Asked
    link: str
    code: SafeString
    message: str


@require_safe
@once_verified
def questions(request: ViewerRequest) -> HttpResponse:
    rows = [question_row(one, now=clock.now()) for one in selectors.questions(request.viewer)[:100]]
    return render(request, "mobilisation/questions.html", {"rows": rows})


@once_verified
def ask(request: ViewerRequest, declaration: str = "") -> HttpResponse:
    require_acting(request.viewer)
    now = clock.now()
    under = (
        selectors.live_declaration(request.viewer, public_id=declaration, now=now) if declaration else None
    )
    form = QuestionForm(
        request.POST or None,
        firms=selectors.firms(request.viewer)[:2000],
        now=now,
        until_at=None if under is None else under.until_at,
        initial={"unit": _unit_of(under)},
    )
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            made = services.ask_firms(
                viewer=request.viewer,
                draft=form.draft(),
                firms=form.cleaned_data["firms"],
                declaration_public_id=declaration,
                now=now,
            )
        if form.is_valid():
            messages.success(request, _("Asked: send the links, or read them out."))
            return redirect("mobilisation:question", made.public_id)
    return render(request, "mobilisation/ask.html", {"form": form, "declaration": under})


@require_POST
@once_verified
def add_firms(request: ViewerRequest, declaration: str) -> HttpResponse:
    num_added = services.add_covered_firms(
        viewer=request.viewer, declaration_public_id=declaration, now=clock.now()
    )
    messages.success(
        request, _("%(number)s firms of the network are new in your book.") % {"number": num_added}
    )
    return redirect("mobilisation:ask-under", declaration)


@require_safe
@once_verified
def question(request: ViewerRequest, question: str) -> HttpResponse:
    found = selectors.question(request.viewer, public_id=question)
    context = {"row": question_row(found, now=clock.now())}
    return render(request, "mobilisation/question.html", context)


@require_safe
@once_verified
def links(request: ViewerRequest, question: str) -> HttpResponse:
    """Every firm's link with its code and message: to copy, to show, to print."""
    require_acting(request.viewer)
    found = selectors.question(request.viewer, public_id=question)
    row = question_row(found, now=clock.now())
    letters = [_letter(one) for one in row.asked]
    response = render(request, "mobilisation/links.html", {"row": row, "letters": letters})
    response["Cache-Control"] = "no-store"
    return response


@once_verified
def record(request: ViewerRequest, ask: str, question: str) -> HttpResponse:
    found = selectors.question(request.viewer, public_id=question)
    row = question_row(found, now=clock.now())
    asked = next((one for one in row.asked if one.ask.public_id == ask), None)
    if asked is None:
        return redirect("mobilisation:question", question)
    form = RecordForm(request.POST or None)
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            services.record_answer(
                viewer=request.viewer,
                ask_public_id=ask,
                said=form.said(),
                told_by=form.cleaned_data["told_by"],
                now=clock.now(),
            )
        if form.is_valid():
            messages.success(request, _("Written down, with your name and the time."))
            return redirect("mobilisation:question", question)
    return render(request, "mobilisation/record.html", {"form": form, "row": row, "asked": asked})


@require_POST
@once_verified
def renew(request: ViewerRequest, ask: str) -> HttpResponse:
    renewed = services.renew_link(viewer=request.viewer, ask_public_id=ask, now=clock.now())
    messages.success(
        request, _("%(firm)s has a new link; the old one is dead.") % {"firm": renewed.firm.name}
    )
    return redirect("mobilisation:links", renewed.question.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: ViewerRequest, token: str) -> HttpResponse:
    """For whoever holds the link, without an account. Looking changes nothing: previews of links do not answer."""
    found = selectors.ask_by_token(token=token)
    now = clock.now()
    last = found.answers.order_by("revision").last()
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        initial={"revision": 1 if last is None else last.revision + 1},
    )
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            services.answer_by_link(
                token=token, said=form.said(), revision=form.cleaned_data["revision"], now=now
            )
        if form.is_valid():
            return redirect("mobilisation:answer", token)
    context = {
        "question": found.question,
        "firm": found.firm,
        "last": last,
        "form": form,
        "is_open": is_open(found.question, now=now),
    }
    near = city_named(found.firm.city)
    with for_visitors(request, "" if near is None else near.time_zone):
        response = render(request, "mobilisation/answer.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"  # without any, browsers post the answer as from nowhere
    return response


def _letter(asked: Asked) -> Letter:
    link = selectors.link_of(asked.ask)
    return Letter(asked=asked, link=link, code=qr_svg(link), message=message_of(asked.ask, link=link))


def _unit_of(under: Declaration | None) -> str:
    """What the declared products are counted in, where it is the same for all."""
    products = () if under is None else templates().filter(code__in=under.products)
    units = {product.unit for product in products}
    return units.pop() if len(units) == 1 else "piece"
