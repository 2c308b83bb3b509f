"""A buyer's own products: seen by nobody else, unchanged once an order relies on them."""

import pytest

from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from marketplace.orders import selectors
from marketplace.orders.models import Material, Operation, Product
from marketplace.orders.routing import NeedDraft, OperationDraft
from marketplace.orders.services import (
    CodeTaken,
    ProductDraft,
    ProductInUse,
    cancel_order,
    create_material,
    create_product,
    update_product,
)
from marketplace.orders.variants import Parameter
from tests.builders import a_buyer, a_product, a_viewer, an_order

pytestmark = pytest.mark.django_db


def a_draft(**more) -> ProductDraft:
    operations = (
        OperationDraft(
            code="cut",
            name="Cut",
            process="laser",
            unit="m",
            needs=(NeedDraft(material="steel", num=2, den=3),),
        ),
        OperationDraft(
            code="bend", name="Bend", process="press", needs=(NeedDraft(item="cut"),), weight_g=40
        ),
    )
    return ProductDraft(**{"code": "bracket", "name": "Bracket", "operations": operations} | more)


@pytest.fixture
def buyer():
    Material.objects.create(code="steel", name="Steel sheet", unit="kg", weight_g=1000)
    return a_buyer()


def test_a_product_is_stored_with_its_routing(buyer):
    size = Parameter(key="size", label="Size", kind="choice", choices=("S", "M"))
    product = create_product(viewer=buyer, draft=a_draft(parameters=(size,)))
    cut, bend = product.operations.all()
    assert (cut.makes, cut.needs.get().material.code, cut.needs.get().num, cut.needs.get().den) == (
        "cut",
        "steel",
        2,
        3,
    )
    assert (cut.unit, bend.unit) == ("m", "piece")
    assert (bend.makes, bend.needs.get().item, bend.weight_g) == ("bend", "cut", 40)
    assert selectors.product(viewer=buyer, product=product.public_id).parameters[0]["choices"] == ["S", "M"]


def test_an_unknown_material_is_named_and_nothing_is_stored(buyer):
    operation = OperationDraft(code="cut", name="Cut", process="laser", needs=(NeedDraft(material="tin"),))
    with pytest.raises(InvalidInput) as refusal:
        create_product(viewer=buyer, draft=a_draft(operations=(operation,)))
    assert refusal.value.field == "operations.0.needs.0.material"
    assert not Product.objects.exists() and not Operation.objects.exists()


def test_a_foreign_material_is_unknown(buyer):
    create_material(viewer=a_buyer(), code="secret-alloy", name="Secret alloy")
    operation = OperationDraft(
        code="cut", name="Cut", process="laser", needs=(NeedDraft(material="secret-alloy"),)
    )
    with pytest.raises(InvalidInput):
        create_product(viewer=buyer, draft=a_draft(operations=(operation,)))
    assert [m.code for m in selectors.materials(viewer=buyer)] == ["steel"]


def test_a_material_of_a_code_that_everybody_uses_is_refused(buyer):
    with pytest.raises(CodeTaken):
        create_material(viewer=buyer, code="steel", name="My steel")


def test_a_code_is_used_once_by_one_enterprise_and_again_by_another(buyer):
    create_product(viewer=buyer, draft=a_draft())
    with pytest.raises(CodeTaken):
        create_product(viewer=buyer, draft=a_draft())
    create_product(viewer=a_buyer(), draft=a_draft())
    assert Product.objects.count() == 2


def test_a_product_without_orders_is_drawn_anew(buyer):
    product = create_product(viewer=buyer, draft=a_draft())
    one = (OperationDraft(code="print", name="Print", process="print"),)
    update_product(
        viewer=buyer, product=product.public_id, draft=a_draft(name="Printed bracket", operations=one)
    )
    fresh = selectors.product(viewer=buyer, product=product.public_id)
    assert (fresh.name, [o.code for o in fresh.operations.all()]) == ("Printed bracket", ["print"])


def test_a_routing_that_an_order_relies_on_stays(buyer):
    product = create_product(viewer=buyer, draft=a_draft())
    order = an_order(buyer=buyer, product=product)
    one = (OperationDraft(code="print", name="Print", process="print"),)
    with pytest.raises(ProductInUse):
        update_product(viewer=buyer, product=product.public_id, draft=a_draft(operations=one))
    assert product.operations.count() == 2
    cancel_order(viewer=buyer, order=order.public_id)
    update_product(viewer=buyer, product=product.public_id, draft=a_draft(operations=one))


def test_a_template_is_seen_by_everybody_and_changed_by_nobody(buyer):
    template = a_product()
    assert template in selectors.products(viewer=buyer)
    with pytest.raises(Forbidden):
        update_product(viewer=buyer, product=template.public_id, draft=a_draft())


def test_a_foreign_product_is_unknown(buyer):
    product = create_product(viewer=a_buyer(), draft=a_draft())
    assert product not in selectors.products(viewer=buyer)
    with pytest.raises(NotFound):
        update_product(viewer=buyer, product=product.public_id, draft=a_draft())


def test_a_factory_has_no_products_of_its_own(buyer):
    with pytest.raises(Forbidden):
        create_product(viewer=a_viewer(), draft=a_draft())


def test_many_products_take_as_many_queries_as_one(buyer, django_assert_num_queries):
    for count in (1, 5):
        for _ in range(count):
            a_product(processes=("press", "coat"))
        with django_assert_num_queries(4):
            for product in selectors.products(viewer=buyer):
                assert [n.material for o in product.operations.all() for n in o.needs.all()]
