"""An operator with a phone and no account: from the code on a card to pieces told, also where there is no network."""

from urllib.parse import urlsplit

from django.urls import reverse

from marketplace.accounts.models import Person as Account
from marketplace.production.models import ArticleApproval, Stop, Tally, WorkOrder
from tests.browser import PHONE, aside, wait_until
from tests.production.articles_photo import a_photo
from tests.production.stations import PIN, set_pin
from tests.production.work import a_shop

PATIENCE_S = 30
FIRST = 20  # pieces that are made before the buyer has looked at one


def test_an_operator_scans_a_card_tells_pieces_and_shows_the_first(visit):
    shop = a_shop_with_stations(article=True)
    assert shop.first.first_quantity == FIRST
    planner, phone = visit(), visit(size=PHONE)
    log_in(planner, shop.owner)
    go_in(phone, link_on_card(planner, shop))
    assert phone.says("Make 20 pieces first, photograph one and send it")

    phone.press("Start")
    phone.page.wait_for_selector("#page-title:has-text('is running: 0 of 2,000 pieces')")
    tap(phone, "good:1", then="1 of 2,000 pieces good")
    tap(phone, "good:10", then="11 of 2,000 pieces good")
    a_box_holds(phone, 5)
    tap(phone, "box", then="16 of 2,000 pieces good")
    phone.fill(scrap=2)
    phone.page.select_option("#reason", "surface")
    tap(phone, "scrap", then="16 of 2,000 pieces good")
    wait_until(
        phone.page, "document.getElementById('station-scrap').textContent === '2'", within_s=PATIENCE_S
    )
    tap(phone, "good:1", then="17 of 2,000 pieces good")
    tap(phone, "undo", then="16 of 2,000 pieces good")
    assert told(shop) == [
        ("good", 1, ""), ("good", 10, ""), ("box", 5, ""), ("scrap", 2, "surface"), ("good", 1, ""),
        ("correction", 1, ""),
    ]  # fmt: skip

    phone.page.select_option("#stop-reason", "material")
    phone.press("Stop")
    phone.page.wait_for_selector("#page-title:has-text('stands still at 16 of 2,000 pieces')")
    assert [(stop.reason, stop.ends_at) for stop in Stop.objects.all()] == [("material", None)]
    phone.check()
    phone.press("Start")
    phone.page.wait_for_selector("#page-title:has-text('is running: 16 of 2,000 pieces')")

    tap(phone, "good:10")
    phone.page.wait_for_selector("#messages:has-text('wait for the buyer')")
    assert sums(shop) == (16, 2)
    phone.page.set_input_files(
        "[name=photo]", {"name": "first.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    )
    phone.press("Send the photo")
    phone.page.wait_for_selector("main:has-text('The first pieces wait for the buyer')")
    phone.check()
    approve_the_first(visit, shop)
    phone.page.reload()
    tap(phone, "good:10", then="26 of 2,000 pieces good")

    assert sums(shop) == (26, 2)
    assert "sessionid" not in {cookie["name"] for cookie in phone.context.cookies()}


def test_taps_without_network_arrive_once_and_after_the_close_nothing_more_counts(visit):
    shop = a_shop_with_stations()
    planner, phone = visit(), visit(size=PHONE)
    log_in(planner, shop.owner)
    go_in(phone, link_on_card(planner, shop))
    phone.press("Start")
    phone.page.wait_for_selector("#page-title:has-text('is running')")
    with phone.without_network():
        phone.context.set_offline(True)
        for value in ("good:10", "good:1", "good:10", "undo"):
            tap(phone, value)
        waits(phone, "4 tallies queued")
        assert phone.page.text_content("#station-waiting") == "+11 waiting"
        assert told(shop) == []
        phone.context.set_offline(False)
        shows(phone, "11 of 2,000 pieces good")
    wait_until(phone.page, "document.getElementById('station-queue').hidden", within_s=PATIENCE_S)
    assert [kind for kind, *_rest in told(shop)] == ["good", "good", "good", "correction"]
    assert sums(shop) == (11, 0)

    planner.open(reverse("production:work-order", args=[shop.first.public_id]))
    assert "is running: 11 of 2,000 pieces" in planner.title
    planner.page.fill("form[action$='/close/'] [name=reason]", "The blanks are used up")
    planner.press("Close short")
    planner.page.wait_for_selector("#page-title:has-text('ended short at 11 of 2,000 pieces')")
    tap(phone, "good:10")
    phone.page.wait_for_selector("#messages [role=alert]:has-text('Not counted')")
    assert sums(shop) == (11, 0)
    assert Tally.objects.count() == 4
    phone.page.reload()
    assert phone.says("The blanks are used up")
    assert phone.page.locator("[data-taps]").count() == 0
    phone.check()
    assert shop.first.status == WorkOrder.Status.SHORT


def a_shop_with_stations(**how):
    shop = aside(lambda: a_shop(quantity=2_000, **how))
    set_pin(shop)
    return shop


def link_on_card(planner, shop) -> str:
    """What the code on the card opens; the card itself comes as PDF."""
    planner.open(reverse("production:work-order", args=[shop.first.public_id]))
    assert planner.page.locator(".m-work-qr svg").is_visible()
    card = planner.context.request.get(reverse("production:card", args=[shop.first.public_id]))
    assert card.body().startswith(b"%PDF")
    return urlsplit(planner.page.get_attribute("a:has-text('Open the station')", "href")).path


def go_in(phone, link) -> None:
    phone.open(link)
    assert phone.title == "Enter the PIN of this machine"
    with phone.expecting(403):
        phone.fill(pin="0000")
        phone.press("Open")
        phone.page.wait_for_selector("#pin-error")
    phone.fill(pin=PIN)
    phone.press("Open")
    phone.page.wait_for_selector("[data-taps]")
    phone.check()


def a_box_holds(phone, pieces) -> None:
    phone.page.tap("summary:has-text('Instruction card')")
    phone.fill(box_size=pieces)
    phone.press("Save")
    phone.page.wait_for_selector(f"button[value=box]:has-text('+{pieces}')")


def tap(phone, value, *, then: str = "") -> None:
    phone.page.tap(f"button[value='{value}']")
    if then:
        shows(phone, then)


def shows(phone, progress) -> None:
    condition = f"document.getElementById('station-progress').textContent === '{progress}'"
    wait_until(phone.page, condition, within_s=PATIENCE_S)
    wait_until(phone.page, "document.getElementById('station-queue').hidden", within_s=PATIENCE_S)


def waits(phone, text) -> None:
    condition = f"document.getElementById('station-queue').textContent.startsWith('{text}')"
    wait_until(phone.page, condition, within_s=PATIENCE_S)


def approve_the_first(visit, shop) -> None:
    """The buyer's one tap, with the photo before their eyes."""
    buyer = visit(size=PHONE)
    log_in(buyer, shop.buyer)
    buyer.open("/first-articles/")
    assert buyer.title == "1 first article waits for you"
    assert buyer.page.locator(".m-article-photo").is_visible()
    buyer.press("Approve")
    buyer.page.wait_for_selector("#page-title:has-text('No first article waits')")
    assert ArticleApproval.objects.get().verdict == "approved"


def log_in(person, viewer) -> None:
    person.log_in(Account.objects.get(pk=viewer.person_id).email)


def told(shop) -> list[tuple[str, int, str]]:
    return list(Tally.objects.order_by("pk").values_list("kind", "quantity", "reason"))


def sums(shop) -> tuple[int, int]:
    return shop.first.good, shop.first.scrap
