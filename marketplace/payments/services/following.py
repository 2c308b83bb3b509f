"""By which price the books stand, and which deals they are behind.

A change is followed once all have answered it. Until then money is earned by the deal as it was agreed before: runs
that the change takes away are made and paid for as long as nobody has agreed to do without them.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from marketplace.orders.models import Order
from marketplace.payments.earnings import Price
from marketplace.payments.models import ContractsFollow
from marketplace.payments.services.terms import terms_of
from marketplace.payments.worth import price_column, price_from, worth_of
from marketplace.trading.models import Deal, Disturbance, Package, Run

LIVING = (Order.Status.PLACED, Order.Status.RUNNING)


def booked_price(deal: Deal) -> Price:
    """As the deal was last followed; as it stands where that is not known."""
    column = ContractsFollow.objects.filter(deal=deal).values_list("price", flat=True).first()
    return worth_of(deal, terms=terms_of(deal)).price if column is None else price_from(column)


def note_followed(deal: Deal) -> None:
    """The books follow the deal as it stands, from now on. The caller holds the order's lock."""
    price = worth_of(deal, terms=terms_of(deal)).price
    ContractsFollow.objects.update_or_create(
        deal=deal,
        defaults={"plan_run_id": deal.plan_run_id, "version": deal.version, "price": price_column(price)},
    )


def may_follow(deal: Deal) -> bool:
    """All of it is agreed: no answer is open, and no refused or displaced run waits to be planned anew.

    Of an order that is done only what was agreed before: a change that was not came to nothing with it.
    """
    return _settled().filter(pk=deal.pk).exists()


def deals_behind() -> QuerySet[Deal]:
    """Agreed deals that the books have not followed to where they stand, and may."""
    followed = ContractsFollow.objects.filter(
        deal=OuterRef("pk"), plan_run=OuterRef("plan_run"), price__isnull=False
    )
    return _settled().exclude(Exists(followed))


def _settled() -> QuerySet[Deal]:
    asked = Package.objects.filter(deal=OuterRef("pk"), status=Package.Status.OFFERED)
    refused = Run.objects.filter(
        package__deal=OuterRef("pk"),
        status__in=[Run.Status.DECLINED, Run.Status.DISPLACED],
        disturbances__status__in=Disturbance.LIVING,
    )
    agreed = Deal.objects.filter(status=Deal.Status.AGREED).exclude(Exists(asked) | Exists(refused))
    return agreed.filter(Q(order__status__in=LIVING) | Q(order__status=Order.Status.DONE) & _was_agreed())


def _was_agreed() -> Q:
    """Of an order that is done: trading has counted the change, or it is followed already.

    Where no version was kept, only offers that were withdrawn tell of a change that came to nothing.
    """
    row = ContractsFollow.objects.filter(deal=OuterRef("pk"))
    counted = row.filter(Q(version__lt=OuterRef("version")) | Q(plan_run=OuterRef("plan_run")))
    kept = row.filter(version__isnull=False)
    withdrawn = Package.objects.filter(
        deal=OuterRef("pk"), status=Package.Status.WITHDRAWN, runs__status=Run.Status.REPLACED
    )
    return Q(Exists(counted)) | ~Q(Exists(kept)) & ~Q(Exists(withdrawn))
