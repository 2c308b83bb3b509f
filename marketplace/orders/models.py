"""What is wanted: products with their routings, and buyers' orders."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, prefetch_related_objects
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Enterprise, Person
from marketplace.capacity.models import Process
from marketplace.common.ids import PublicIdField
from marketplace.common.money import CentsField

MAX_QUANTITY = 10**9 - 1


class Material(models.Model):
    """What operations consume and nobody here makes; `unit` is what a quantity of 1 is.

    Without an owner everybody may use it; an enterprise's own materials are seen by nobody else.
    """

    public_id = PublicIdField("mat")
    owner = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, null=True, blank=True, related_name="materials"
    )
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    unit = models.CharField(_("unit"), max_length=16, default="piece")
    weight_g = models.PositiveIntegerField(_("weight of a unit, g"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "code"], name="one_material_per_code", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something that can be ordered. Without an owner it is a template for everybody."""

    public_id = PublicIdField("prd")
    owner = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, null=True, blank=True, related_name="products"
    )
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    parameters = models.JSONField(default=list, blank=True)  # see marketplace.orders.variants
    material_code = models.CharField(_("made of"), max_length=40, blank=True)
    size_mm = models.PositiveIntegerField(_("largest dimension, mm"), null=True, blank=True)
    tolerance_um = models.PositiveIntegerField(_("tolerance, µm"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "code"], name="one_product_per_code", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def unit(self) -> str:
        """What 1 of the finished product is: `piece`, `m`. Two queries where operations and needs are not loaded."""
        prefetch_related_objects([self], "operations__needs")
        operations = self.operations.all()
        used = {need.item for operation in operations for need in operation.needs.all()}
        return next((one.unit for one in operations if one.makes not in used), "piece")


class Operation(models.Model):
    """A step of a product's routing. The steps are an acyclic graph through what they make and need."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="operations")
    position = models.PositiveSmallIntegerField(default=0)  # the order people read them in
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    process = models.CharField(_("process"), max_length=20, choices=Process.choices)
    makes = models.SlugField(_("makes"), max_length=40)  # item code; two operations may make the same item
    unit = models.CharField(_("unit"), max_length=16, default="piece")  # what 1 of `makes` is
    certificates = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    weight_g = models.PositiveIntegerField(_("weight, g"), default=0)
    hold_min = models.PositiveIntegerField(_("waiting time after, minutes"), default=0)
    standard_units_per_h = models.PositiveIntegerField(_("standard pieces an hour"), null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="one_operation_per_code")]

    def __str__(self) -> str:
        return self.name


class OperationNeed(models.Model):
    """`num`/`den` units of an item of the same product, or of a material, for each piece started."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="needs")
    item = models.SlugField(max_length=40, blank=True)
    material = models.ForeignKey(Material, on_delete=models.PROTECT, null=True, blank=True)
    num = models.PositiveIntegerField(default=1)
    den = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(item="") & Q(material__isnull=False)) | (~Q(item="") & Q(material=None)),
                name="need_is_item_or_material",
            ),
            models.CheckConstraint(condition=Q(num__gte=1, den__gte=1), name="need_is_positive"),
        ]


class Rating(models.TextChoices):
    """Who comes first: DX before DO before the unrated (after US DPAS)."""

    NONE = "", _("not rated")
    DO = "DO", _("DO")
    DX = "DX", _("DX")


class Order(models.Model):
    """A buyer's demand for a quantity of one product. `programme` is the public id under which it is rated."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open: being planned")
        OFFERED = "offered", _("offered to factories")
        PLACED = "placed", _("placed: capacity is booked")
        RUNNING = "running", _("in production")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    public_id = PublicIdField("ord")
    buyer = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="orders")
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="orders")
    title = models.CharField(_("title"), max_length=160)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    quantity = models.BigIntegerField(
        _("quantity"), validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)]
    )
    release_at = models.DateTimeField(_("not before"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"))
    certificates = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    variant = models.JSONField(default=dict, blank=True)  # values of the product's parameters
    split_allowed = models.BooleanField(_("may be split over factories"), default=True)
    max_enterprises = models.PositiveSmallIntegerField(
        _("at most this many factories"), null=True, blank=True
    )
    regions = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    verified_only = models.BooleanField(_("verified factories only"), default=False)
    blocked = models.ManyToManyField(Enterprise, blank=True, related_name="+")
    seller_of_record = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    budget_cents = CentsField(_("budget, net"), null=True, blank=True)
    net_cents = CentsField(_("price, net"), null=True, blank=True)
    tax_bp = models.PositiveIntegerField(
        _("tax rate, basis points"), default=1300, validators=[MaxValueValidator(10_000)]
    )
    currency = models.CharField(max_length=3, default="CNY")
    rating = models.CharField(max_length=2, choices=Rating.choices, default=Rating.NONE, blank=True)
    programme = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=1)  # of what is ordered; plans of an earlier one are void

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__range=(1, MAX_QUANTITY)), name="order_quantity_is_sane"
            ),
            models.CheckConstraint(
                condition=Q(release_at=None) | Q(release_at__lt=models.F("due_at")),
                name="order_due_after_release",
            ),
            models.CheckConstraint(condition=Q(tax_bp__lte=10_000), name="order_tax_at_most_all"),
            models.CheckConstraint(
                condition=Q(rating="") | (Q(rating__in=["DO", "DX"]) & ~Q(programme="")),
                name="rated_under_a_programme",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OrderDrop(models.Model):
    """Where a part of an order goes. The quantities of an order's drops add up to the order's."""

    public_id = PublicIdField("drp")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="drops")
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=240, blank=True)
    city = models.CharField(_("city"), max_length=80)
    lat = models.FloatField(validators=[MinValueValidator(-90), MaxValueValidator(90)])
    lon = models.FloatField(validators=[MinValueValidator(-180), MaxValueValidator(180)])
    quantity = models.BigIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)])
    due_at = models.DateTimeField(_("due"))

    class Meta:
        ordering = ["id"]


class MaterialSupply(models.Model):
    """Who supplies a material of an order: each factory buys its own, or the buyer brings it to one place."""

    class Supplier(models.TextChoices):
        FACTORY = "factory", _("each factory buys it")
        BUYER = "buyer", _("the buyer provides it at every factory")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="supplies")
    material = models.ForeignKey(Material, on_delete=models.PROTECT)
    supplier = models.CharField(max_length=10, choices=Supplier.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "material"], name="one_supplier_per_material")
        ]
