"""A buyer without a mouse: skip link, command menu, and an order posted by Tab, letters and Enter."""

TYPED = {"quantity": "500", "variant_numbers_first": "1", "drops-0-name": "Gate", "drops-0-city": "Shaoxing"}


def test_an_order_is_posted_without_a_mouse(enter):
    person = enter()
    page = person.page
    person.log_in("buyer@muster.example", password="muster-demo")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "m-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    page.keyboard.press("Control+k")
    page.keyboard.type("new order")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/new/")
    tab_to(page, "a.m-choice")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/new/?product=*")

    for field, value in TYPED.items():
        tab_to(page, f"[name={field}]")
        page.keyboard.type(value)
    tab_to(page, "main form button[type=submit].btn-primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/ord_*/")
    person.check()
    assert "500 pieces" in person.title


def tab_to(page, selector, *, at_most=60):
    """Press Tab until the focus, which must be seen, is on it."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    else:
        raise AssertionError(f"{selector} is not reached by {at_most} times Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    assert outline != "none" or shadow != "none", f"the focus on {selector} is not seen"
