"""Receiving in a real browser: with a scanner that types and presses Enter, with a camera, by hand; on desk and phone."""

import os
from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.accounts.models import Person
from marketplace.common import clock
from marketplace.delivery.links import box_url, driver_token, tracking_token
from marketplace.delivery.models import ReceiptLine
from tests.browser import (
    DESKTOP,
    PHONE,
    a_context,
    complaints_of,
    log_in,
    needs_browser,
    scan,
    violations,
    wait_until,
)
from tests.delivery.flows import a_flow, receive, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, needs_browser]

# A browser that reads codes: its camera is a canvas, its detector says what window.seen holds.
CAMERA = """
window.seen = "";
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return window.seen ? [{ rawValue: window.seen }] : []; }
};
const canvas = document.createElement("canvas");
setInterval(() => canvas.getContext("2d").fillRect(0, 0, Math.random() * 9, 9), 100);
navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
"""


def a_page(browser, live_server, viewer=None, *, size=DESKTOP, language="en", script=""):
    context = a_context(browser, base_url=live_server.url, size=size, language=language)
    if script:
        context.add_init_script(script)
    page = context.new_page()
    if viewer is not None:
        Person.objects.filter(pk=viewer.person_id).update(language=language)
        log_in(page, email=Person.objects.get(pk=viewer.person_id).email)
    return page


def no_socket(heard) -> list[str]:
    """The server of these tests speaks no websocket."""
    return [text for text in heard if "WebSocket" not in text]


def test_a_scanner_types_codes_and_presses_enter(live_server, browser):
    flow = a_flow(quantity=1_500)
    boxes = list(send(flow, flow.between).boxes.all())
    page = a_page(browser, live_server, flow.coat, size=PHONE)
    heard = complaints_of(page)
    page.goto(reverse("delivery:receive", args=[flow.between.public_id]))
    for number, code in enumerate((box_url(boxes[0].public_id), boxes[1].public_id), start=1):
        scan(page, code)
        page.wait_for_selector(f"#counted h2:has-text('{number} of 3 boxes counted')")
        wait_until(
            page, "document.activeElement.matches('[data-scan-code]') && document.activeElement.value === ''"
        )
    scan(page, boxes[0].public_id)
    page.wait_for_selector("[data-scan-said=bad]:has-text('Box 1 was received before')")
    page.click("#counted button:has-text('Undo') >> nth=0")
    page.wait_for_selector("#counted h2:has-text('1 of 3 boxes counted')")
    assert violations(page) == []
    assert no_socket(heard) == []
    page.context.close()
    assert set(ReceiptLine.objects.values_list("how", flat=True)) == {"scan"}


def test_a_camera_reads_codes_where_the_browser_can(live_server, browser):
    flow = a_flow()
    box = send(flow, flow.between).boxes.first()
    page = a_page(browser, live_server, flow.coat, size=PHONE, script=CAMERA)
    page.goto(reverse("delivery:receive", args=[flow.between.public_id]))
    page.click("[data-scan-camera]")
    page.evaluate(f"window.seen = '{box_url(box.public_id)}'")
    page.wait_for_selector("#counted h2:has-text('1 of 2 boxes counted')")
    page.evaluate("window.seen = ''")
    page.context.close()
    assert ReceiptLine.objects.get().how == "scan"


def test_a_receipt_is_typed_with_its_difference_and_closed(live_server, browser):
    flow = a_flow()
    send(flow, flow.between)
    page = a_page(browser, live_server, flow.coat)
    page.goto(reverse("delivery:receive", args=[flow.between.public_id]))
    page.fill("#id_damaged", "20")
    page.fill("#id_reason", "box torn")
    page.fill("#id_signer", "Lin")
    page.click("button:has-text('Received')")
    page.click("dialog button[value=yes]")
    page.wait_for_url(lambda url: url.endswith(flow.between.public_id + "/"))
    page.context.close()
    line = ReceiptLine.objects.get()
    assert (line.good, line.damaged, line.reason, line.how) == (980, 20, "box torn", "typed")


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "en"), (PHONE, "zh-hans")])
def test_pages_fit_and_are_accessible(live_server, browser, size, language):
    flow = a_flow(num_legs=2, quantity=2_000)
    first, second, last, other = flow.shipments
    send(flow, first)
    receive(flow, first, damaged=20, reason="box torn")
    send(flow, second, quantity=400)
    send(flow, last)
    shots = {
        flow.press: [
            ("to-send", reverse("delivery:shipments")), ("history", reverse("delivery:history")),
            ("shipment", reverse("delivery:shipment", args=[second.public_id])),
        ],
        flow.coat: [
            ("coming", reverse("delivery:coming")), ("find-box", reverse("delivery:find-box")),
            ("receive", reverse("delivery:receive", args=[second.public_id])),
            ("to-pack", reverse("delivery:shipment", args=[other.public_id])),
        ],
        flow.buyer: [
            ("order", reverse("orders:order", args=[flow.order.public_id])),
            ("deliveries", reverse("delivery:deliveries", args=[flow.order.public_id])),
            ("account", reverse("delivery:account", args=[flow.order.public_id])),
            ("box", reverse("delivery:box", args=[last.boxes.first().public_id])),
        ],
        None: [
            ("tracking", reverse("delivery:tracking", args=[tracking_token(second.public_id)])),
            ("driver", reverse("delivery:driver", args=[second.public_id, driver_token(second.public_id)])),
        ],
    }  # fmt: skip
    for viewer, pages in shots.items():
        page = a_page(browser, live_server, viewer, size=size, language=language)
        heard = complaints_of(page)
        for name, url in pages:
            page.goto(url)
            if name == "order":
                page.wait_for_selector("#delivery h2")
            if "SCREENSHOTS" in os.environ:  # a folder, for those who want to look
                page.screenshot(path=f"{os.environ['SCREENSHOTS']}/{name}-{size['width']}.png")
            assert page.evaluate("document.querySelector('main').scrollWidth") <= size["width"], name
            assert violations(page) == [], name
        assert no_socket(heard) == []
        page.context.close()


def test_a_driver_without_a_connection_says_it_now_and_it_is_sent_later(live_server, browser):
    flow = a_flow()
    sent = send(flow, flow.between, now=clock.now())
    page = a_page(browser, live_server, size=PHONE)
    page.goto(
        reverse("delivery:driver", args=[sent.public_id, driver_token(sent.public_id)]),
        wait_until="networkidle",
    )
    page.context.set_offline(True)
    page.get_by_label("who signed").fill("Mr Gate")
    page.get_by_role("button", name="It has arrived").click()
    page.get_by_text("kept on this phone with its time").wait_for()
    said_at = clock.now()
    assert flow.between.arrived_at is None
    page.wait_for_timeout(1_500)
    page.context.set_offline(False)
    page.get_by_role("heading", name="Arrival is noted, thank you").wait_for()
    shipment = flow.between
    assert shipment.proofs.get().signer == "Mr Gate"
    event = shipment.events.get(biz_step="arriving")
    assert shipment.arrived_at <= said_at + timedelta(seconds=1) < event.recorded_at
