"""An order as somebody wishes it: values, checked for themselves when built; no rows yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.common.checks import (
    require_choice,
    require_moment,
    require_number,
    require_text,
    require_texts,
    require_whole,
)
from marketplace.common.errors import InvalidInput
from marketplace.common.money import CURRENCIES, MAX_CENTS
from marketplace.orders.models import MAX_QUANTITY, MaterialSupply

MOST_DROPS = 500
MOST_CERTIFICATES = 20
MOST_REGIONS = 50
MOST_ENTERPRISES = 10_000
ALL_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DropDraft:
    """A place and its share. Without `due_at` the order's due date holds."""

    name: str
    city: str
    lat: float
    lon: float
    quantity: int
    address: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyDraft:
    """Who supplies a material of the product: `material` is its code, `supplier` a MaterialSupply.Supplier."""

    material: str
    supplier: str


@dataclass(frozen=True, kw_only=True)
class OrderDraft:
    """What a buyer asks for. `product` and `blocked` are public ids; fields complain by their own name.

    `variant` holds values of the product's parameters by key. The drops' quantities add up to `quantity`.
    """

    product: str
    quantity: int
    due_at: datetime
    drops: tuple[DropDraft, ...]
    title: str = ""
    release_at: datetime | None = None
    certificates: tuple[str, ...] = ()
    variant: Mapping[str, Any] = field(default_factory=dict)
    split_allowed: bool = True
    max_enterprises: int | None = None
    regions: tuple[str, ...] = ()
    verified_only: bool = False
    blocked: tuple[str, ...] = ()
    budget_cents: int | None = None
    currency: str = "CNY"
    tax_bp: int = 1300
    seller_of_record: str = ""
    supplies: tuple[SupplyDraft, ...] = ()

    def __post_init__(self) -> None:
        require_text(self.title, field="title", most=160)
        require_whole(self.quantity, field="quantity", least=1, most=MAX_QUANTITY)
        self._check_dates()
        self._check_drops()
        self._check_policy()
        self._check_money()
        self._check_supplies()

    def _check_dates(self) -> None:
        require_moment(self.due_at, field="due_at")
        if self.release_at is not None:
            require_moment(self.release_at, field="release_at")
            if self.release_at >= self.due_at:
                raise InvalidInput(_("This must be before the due date."), field="release_at")

    def _check_drops(self) -> None:
        if not 1 <= len(self.drops) <= MOST_DROPS:
            raise InvalidInput(
                _("An order goes to 1 to %(most)s places.") % {"most": MOST_DROPS}, field="drops"
            )
        for index, drop in enumerate(self.drops):
            self._check_drop(drop, at=f"drops.{index}")
        total = sum(drop.quantity for drop in self.drops)
        if total != self.quantity:
            raise InvalidInput(
                _("The places add up to %(total)s, the order is for %(quantity)s.")
                % {"total": f"{total:,}", "quantity": f"{self.quantity:,}"},
                field="drops",
                value=total,
                rule="sum of the drops = quantity",
            )

    def _check_drop(self, drop: DropDraft, *, at: str) -> None:
        require_text(drop.name, field=f"{at}.name", least=1, most=120)
        require_text(drop.city, field=f"{at}.city", least=1, most=80)
        require_text(drop.address, field=f"{at}.address", most=240)
        require_number(drop.lat, field=f"{at}.lat", least=-90, most=90)
        require_number(drop.lon, field=f"{at}.lon", least=-180, most=180)
        require_whole(drop.quantity, field=f"{at}.quantity", least=1, most=MAX_QUANTITY)
        if drop.due_at is not None:
            require_moment(drop.due_at, field=f"{at}.due_at")
            if self.release_at is not None and drop.due_at <= self.release_at:
                raise InvalidInput(_("This must be after the release date."), field=f"{at}.due_at")

    def _check_policy(self) -> None:
        require_texts(self.certificates, field="certificates", most=MOST_CERTIFICATES, longest=40)
        require_texts(self.regions, field="regions", most=MOST_REGIONS, longest=80)
        require_texts(self.blocked, field="blocked", most=MOST_ENTERPRISES, longest=24)
        if self.max_enterprises is not None:
            require_whole(self.max_enterprises, field="max_enterprises", least=1, most=MOST_ENTERPRISES)

    def _check_money(self) -> None:
        require_choice(self.currency, field="currency", choices=CURRENCIES)
        require_whole(self.tax_bp, field="tax_bp", least=0, most=ALL_BP)
        if self.budget_cents is not None:
            require_whole(self.budget_cents, field="budget_cents", least=0, most=MAX_CENTS)

    def _check_supplies(self) -> None:
        for index, supply in enumerate(self.supplies):
            require_choice(
                supply.supplier,
                field=f"supplies.{index}.supplier",
                choices=MaterialSupply.Supplier.values,
            )
        if len({supply.material for supply in self.supplies}) != len(self.supplies):
            raise InvalidInput(_("The same material is here twice."), field="supplies")
