"""The graph of a product's items: what must exist before what."""

from matching.problem import ItemId, Product


def items_in_order_of_making(product: Product) -> tuple[ItemId, ...]:
    """Items, each after all that any of its operations needs; without those on or behind a cycle.

    Kahn's topological sort; items that become ready together keep the order of the file.
    """
    made = list(dict.fromkeys(operation.makes for operation in product.operations))
    missing: dict[ItemId, set[ItemId]] = {item: set() for item in made}
    for operation in product.operations:
        missing[operation.makes].update(need.item for need in operation.needs if need.item is not None)
    done: list[ItemId] = []
    ready = [item for item in made if not missing[item]]
    while ready:
        done.extend(ready)
        for needed in missing.values():
            needed.difference_update(ready)
        finished = set(done)
        ready = [item for item in made if item not in finished and not missing[item]]
    return tuple(done)
