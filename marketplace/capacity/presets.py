"""Kinds of machine to start from: what is typical, so that listing one takes two minutes."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.capacity.models import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """`price_cents_per_h` in the currency of the site; `materials` are material codes."""

    key: str
    label: Promise
    process: Process
    materials: tuple[str, ...]
    max_size_mm: int
    run_units: int
    setup_min: int
    price_cents_per_h: int


PRESETS = (
    Preset(key="press", label=_("Hydraulic press"), process=Process.PRESS, materials=("steel", "aluminium"),
           max_size_mm=600, run_units=1500, setup_min=45, price_cents_per_h=18_000),
    Preset(key="coater", label=_("Coating line"), process=Process.COAT, materials=("steel", "aluminium"),
           max_size_mm=800, run_units=1250, setup_min=30, price_cents_per_h=21_000),
    Preset(key="embosser", label=_("Embossing machine"), process=Process.EMBOSS, materials=("steel", "aluminium"),
           max_size_mm=520, run_units=1050, setup_min=20, price_cents_per_h=16_000),
    Preset(key="mill", label=_("CNC machining centre"), process=Process.MILL, materials=("steel", "aluminium"),
           max_size_mm=500, run_units=12, setup_min=60, price_cents_per_h=26_000),
    Preset(key="lathe", label=_("CNC lathe"), process=Process.TURN, materials=("steel", "brass"),
           max_size_mm=300, run_units=30, setup_min=40, price_cents_per_h=19_000),
    Preset(key="laser", label=_("Laser cutter"), process=Process.LASER, materials=("steel", "aluminium"),
           max_size_mm=3000, run_units=240, setup_min=10, price_cents_per_h=32_000),
    Preset(key="moulder", label=_("Injection moulding machine"), process=Process.MOULD, materials=("PP", "ABS"),
           max_size_mm=400, run_units=360, setup_min=90, price_cents_per_h=15_000),
    Preset(key="printer", label=_("3D printer"), process=Process.PRINT, materials=("PLA", "PETG"),
           max_size_mm=250, run_units=1, setup_min=10, price_cents_per_h=2_500),
    Preset(key="sewing", label=_("Sewing line"), process=Process.SEW, materials=("nonwoven", "cotton"),
           max_size_mm=2000, run_units=180, setup_min=15, price_cents_per_h=6_000),
)  # fmt: skip


def preset_of(key: str) -> Preset | None:
    return next((preset for preset in PRESETS if preset.key == key), None)
