"""What is bought under a declaration in force."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.viewer import Viewer
from marketplace.common import audit
from marketplace.common.checks import require_choice, require_text, require_whole
from marketplace.common.errors import InvalidInput
from marketplace.common.live import push_after_commit
from marketplace.common.money import CURRENCIES, MAX_CENTS
from marketplace.mobilisation.errors import NotLive
from marketplace.mobilisation.goods import templates
from marketplace.mobilisation.models import Programme
from marketplace.mobilisation.services.declarations import locked
from marketplace.orders.models import MAX_QUANTITY


@transaction.atomic
def open_programme(
    *,
    viewer: Viewer,
    declaration_public_id: str,
    name: str,
    product: str,
    target_quantity: int,
    now: datetime,
    budget_cents: int | None = None,
    currency: str = CURRENCIES[0],
) -> Programme:
    """`product` is the code of a declared product. Raises `NotLive` and `InvalidInput`."""
    declaration = locked(viewer, declaration_public_id)
    if not declaration.is_live(now):
        raise NotLive(_("This declaration is not in force."))
    require_text(name, field="name", least=3, most=120)
    require_whole(target_quantity, field="target_quantity", least=1, most=MAX_QUANTITY)
    require_choice(currency, field="currency", choices=CURRENCIES)
    if budget_cents is not None:
        require_whole(budget_cents, field="budget_cents", least=1, most=MAX_CENTS)
    found = templates().filter(code=product).first() if product in declaration.products else None
    if found is None:
        raise InvalidInput(
            _("The declaration does not cover this product."), field="product", value=product[:40]
        )
    try:
        with transaction.atomic():
            programme = Programme.objects.create(
                declaration=declaration,
                name=name.strip(),
                product=found,
                target_quantity=target_quantity,
                budget_cents=budget_cents,
                currency=currency,
                created_by_id=viewer.require_person(),
                created_at=now,
            )
    except IntegrityError as error:
        raise InvalidInput(_("A programme of this name is there already."), field="name") from error
    push_after_commit(f"enterprise:{declaration.office.public_id}")
    audit.record(
        action="mobilisation.programme-opened",
        viewer=viewer,
        subject=declaration.public_id,
        facts={
            "programme": programme.public_id,
            "name": programme.name,
            "product": found.code,
            "target": target_quantity,
            "unit": found.unit,
            "budget_cents": budget_cents,
            "currency": currency,
        },
        now=now,
    )
    return programme
