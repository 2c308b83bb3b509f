"""Goods on their way: shipments in boxes, what happened to them and when, what arrived and what did not."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Person, Site
from marketplace.common.ids import PublicIdField
from marketplace.orders.models import MAX_QUANTITY, Order, OrderDrop
from marketplace.trading.models import Leg


class Shipment(models.Model):
    """Pieces of one item of an order from a site to another, or to a drop. Plans come from legs; one without a leg
    was asked for by a person, is the rest of one that left with less than planned, or outlived a re-plan.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        PACKING = "packing", _("packed")
        DISPATCHED = "dispatched", _("on the way")
        ARRIVED = "arrived", _("arrived")
        RECEIVED = "received", _("received")
        CANCELLED = "cancelled", _("cancelled")

    public_id = PublicIdField("shp")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    leg = models.OneToOneField(Leg, on_delete=models.SET_NULL, null=True, blank=True, related_name="shipment")
    rest_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="rest"
    )
    is_extra = models.BooleanField(default=False)  # asked for by a person, or its rest: not by a plan
    item = models.CharField(max_length=40)
    from_site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    to_site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    to_drop = models.ForeignKey(OrderDrop, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    quantity = models.BigIntegerField()  # planned; what is in it is the sum of its boxes
    departs_at = models.DateTimeField()  # planned, business time, as the two below
    arrives_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    carrier = models.CharField(max_length=120, blank=True)
    tracking_hash = models.CharField(max_length=64, unique=True)  # of the token of the public link

    class Meta:
        ordering = ["departs_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_site__isnull=False, to_drop=None) | Q(to_site=None, to_drop__isnull=False),
                name="shipment_goes_to_a_site_or_a_drop",
            ),
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MAX_QUANTITY)), name="shipment_quantity_is_sane"
            ),
            models.CheckConstraint(condition=~Q(from_site=F("to_site")), name="shipment_leaves_its_site"),
        ]
        indexes = [
            models.Index(fields=["from_site", "status"], name="shipments_from_a_site"),
            models.Index(fields=["to_site", "status"], name="shipments_to_a_site"),
            models.Index(fields=["order", "item"], name="shipments_of_an_order"),
        ]


class CoveredLeg(models.Model):
    """A planned way that needs no shipment: all of its pieces leave, or have left, with shipments of other ways."""

    leg = models.OneToOneField(Leg, on_delete=models.CASCADE, related_name="covered")


class Box(models.Model):
    """A box of a shipment with its label; `quantity` pieces were put in."""

    public_id = PublicIdField("box")
    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="boxes")
    number = models.PositiveIntegerField()
    quantity = models.BigIntegerField()
    packed_at = models.DateTimeField()  # business time
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "number"], name="one_box_of_each_number"),
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MAX_QUANTITY)), name="box_holds_something"
            ),
        ]


class Receipt(models.Model):
    """What came of a shipment. Open while boxes are being scanned; once closed it stands."""

    public_id = PublicIdField("rcp")
    shipment = models.OneToOneField(Shipment, on_delete=models.PROTECT, related_name="receipt")
    opened_at = models.DateTimeField()  # business time
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")


class ReceiptLine(models.Model):
    """Pieces of one box, or of all boxes not counted singly. Never changed: a correction takes a line back whole."""

    class How(models.TextChoices):
        SCAN = "scan", _("scanned")
        TYPED = "typed", _("typed")
        PROGRAM = "program", _("by a program")

    public_id = PublicIdField("rln")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    key = models.CharField(max_length=128)  # of whoever sent it: the same line twice is one line
    box = models.ForeignKey(Box, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")
    good = models.BigIntegerField(default=0)
    damaged = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=240, blank=True)
    how = models.CharField(max_length=8, choices=How.choices)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction"
    )
    recorded_by = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField()  # business time

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "key"], name="one_receipt_line_per_key"),
            models.CheckConstraint(
                condition=Q(corrects=None, good__gte=0, damaged__gte=0, missing__gte=0)
                | Q(corrects__isnull=False, good__lte=0, damaged__lte=0, missing__lte=0),
                name="receipt_line_counts_one_way",
            ),
            models.CheckConstraint(
                condition=Q(damaged=0, missing=0) | ~Q(reason=""), name="difference_has_a_reason"
            ),
        ]


class Proof(models.Model):
    """Who signed for a shipment, with a photo where one was taken (JPEG without any data about its making)."""

    class Step(models.TextChoices):
        ARRIVAL = "arrival", _("arrival")
        RECEIPT = "receipt", _("receipt")

    public_id = PublicIdField("prf")
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="proofs")
    step = models.CharField(max_length=8, choices=Step.choices)
    signer = models.CharField(max_length=120)
    photo = models.BinaryField(null=True, blank=True)
    recorded_at = models.DateTimeField()  # business time

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shipment", "step"], name="one_proof_per_step")]


class Settlement(models.Model):
    """The buyer does without pieces of a drop that were lost, damaged or never made. Never changed."""

    public_id = PublicIdField("set")
    drop = models.ForeignKey(OrderDrop, on_delete=models.PROTECT, related_name="settlements")
    key = models.CharField(max_length=128)
    quantity = models.BigIntegerField()
    reason = models.CharField(max_length=240)
    settled_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField()  # business time

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drop", "key"], name="one_settlement_per_key"),
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MAX_QUANTITY)), name="settlement_is_of_something"
            ),
        ]


class VisibilityEvent(models.Model):
    """What happened to boxes or pieces, when and where, in the terms of EPCIS 2.0. Never changed.

    `epcs` are public ids of boxes, `quantities` pairs of an item's code and pieces, `parent` is the public id of the
    shipment that boxes were put into or taken from; places are public ids of sites and drops.
    """

    class Type(models.TextChoices):
        OBJECT = "ObjectEvent", "ObjectEvent"
        AGGREGATION = "AggregationEvent", "AggregationEvent"

    class Action(models.TextChoices):
        ADD = "ADD", "ADD"
        OBSERVE = "OBSERVE", "OBSERVE"
        DELETE = "DELETE", "DELETE"

    public_id = PublicIdField("evt")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="events")
    type = models.CharField(max_length=20, choices=Type.choices)
    action = models.CharField(max_length=8, choices=Action.choices)
    biz_step = models.CharField(max_length=20)
    disposition = models.CharField(max_length=24, blank=True)
    event_at = models.DateTimeField()  # business time; of a retraction when it was said
    event_offset = models.CharField(max_length=6)  # of the place where it happened, as +08:00
    recorded_at = models.DateTimeField()  # business time; later than `event_at` where it was told late
    read_point = models.CharField(max_length=24, blank=True)
    biz_location = models.CharField(max_length=24, blank=True)
    parent = models.CharField(max_length=24, blank=True)
    epcs = models.JSONField(default=list)
    quantities = models.JSONField(default=list)
    retracts = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="retraction"
    )  # it was recorded in error

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["order", "id"], name="events_of_an_order")]
