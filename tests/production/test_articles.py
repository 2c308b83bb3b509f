"""First articles: the first pieces are shown, the rest waits for the buyer's yes."""

import io

import pytest
from PIL import Image

from marketplace.accounts.models import Notice
from marketplace.accounts.services import mark_read
from marketplace.common.errors import Forbidden, InvalidInput, NotFound
from marketplace.production import errors, selectors, services
from marketplace.production.models import ArticleApproval
from marketplace.production.photos import KEPT_BYTES, rewrite
from tests.builders import NOW, a_buyer, a_viewer, an_order
from tests.production.articles_photo import a_photo
from tests.production.work import a_shop, hand, shows, start, tell

pytestmark = pytest.mark.django_db


def show(shop, photo=None):
    return services.show_article(
        work_order_id=shop.first.pk, hand=hand(shop), photo=photo or a_photo(), now=NOW
    )


def decide(shop, asked, *, yes=True, note="", viewer=None):
    return services.decide_article(
        viewer=viewer or shop.buyer, article=asked.public_id, is_approved=yes, note=note, now=NOW
    )


def test_more_than_the_first_pieces_waits_for_the_approval():
    shop = a_shop(article=True, quantity=500)
    tell(shop, shop.first, 5)
    with pytest.raises(errors.FirstArticleWaits):
        tell(shop, shop.first, 1, key="k2")
    assert shop.first.good == 5
    assert not selectors.may_ship(shop.first)

    decide(shop, show(shop))

    tell(shop, shop.first, 1, key="k2")
    assert shop.first.good == 6
    assert selectors.may_ship(shop.first)


def test_the_next_run_of_the_same_step_at_the_machine_waits_as_well():
    shop = a_shop(article=True, num_runs=2)
    with pytest.raises(errors.FirstArticleWaits):
        tell(shop, shop.work[1])
    assert not selectors.may_ship(shop.work[1])
    decide(shop, show(shop))
    tell(shop, shop.work[1])
    assert selectors.may_ship(shop.work[1])


def test_a_counter_goes_on_and_its_pieces_may_not_be_sent():
    shop = a_shop(article=True, counter="good")
    start(shop, shop.first)
    shows(shop.first.equipment.device, good=1_020, at=NOW.replace(hour=10))
    services.take_counts(now=NOW.replace(hour=10), real_now=NOW)
    assert shop.first.good == 20 > shop.first.first_quantity
    assert not selectors.may_ship(shop.first)
    assert shop.first in type(shop.first).objects.filter(selectors.unapproved(shop.order.pk))


def test_the_buyer_is_told_once_and_the_factory_of_the_answer():
    shop = a_shop(article=True)
    asked = show(shop)
    notice = Notice.objects.get(enterprise_id=shop.buyer.enterprise_id)
    assert notice.kind == "production.articles-wait"
    assert notice.url == f"/orders/{shop.order.public_id}/first-articles/"
    for _twice in range(2):
        decide(shop, asked)
    kinds = Notice.objects.filter(enterprise_id=shop.owner.enterprise_id).values_list("kind", flat=True)
    assert list(kinds) == ["production.article-approved"]


def waiting_notices(shop):
    return list(Notice.objects.filter(enterprise_id=shop.buyer.enterprise_id))


def show_all(shop):
    return [
        services.show_article(work_order_id=one.pk, hand=hand(shop), photo=a_photo(), now=NOW)
        for one in shop.work
        if one.first_quantity
    ]


def approve(shop, asked, *, viewer=None, order=None):
    return services.approve_articles(
        viewer=viewer or shop.buyer,
        order=order or shop.order.public_id,
        articles=[one.public_id for one in asked],
        now=NOW,
    )


def test_all_first_articles_of_an_order_are_one_notice_that_grows_and_shrinks_and_goes():
    shop = a_shop(article=True, num_runs=3, num_machines=3)
    asked = show_all(shop)
    (notice,) = waiting_notices(shop)
    assert notice.facts == {"order": shop.order.title, "waiting": 3}
    decide(shop, asked[0])
    assert waiting_notices(shop)[0].facts["waiting"] == 2
    decide(shop, asked[1], yes=False, note="Burr")
    decide(shop, asked[2])
    assert waiting_notices(shop) == []


def test_a_notice_that_grows_is_mailed_once_until_it_is_read():
    shop = a_shop(article=True, num_runs=3, num_machines=3)
    first, second, third = (one for one in shop.work)

    def ask(work_order):
        services.show_article(work_order_id=work_order.pk, hand=hand(shop), photo=a_photo(), now=NOW)
        return waiting_notices(shop)[0]

    ask(first)
    Notice.objects.update(mailed_at=NOW)
    grown = ask(second)
    assert (grown.mailed_at, grown.read_at) == (NOW, None)
    mark_read(viewer=shop.buyer, up_to=grown.public_id, real_now=NOW)
    grown = ask(third)
    assert (grown.mailed_at, grown.read_at) == (None, None)


def test_many_are_approved_at_once_each_as_a_decision_of_its_own():
    shop = a_shop(article=True, num_runs=3, num_machines=3)
    asked = show_all(shop)
    done = approve(shop, asked[:2])
    assert [one.public_id for one in done.approved] == [one.public_id for one in asked[:2]]
    rows = ArticleApproval.objects.order_by("pk").values_list("verdict", "decided_by_id", "decided_at")
    me = shop.buyer.person_id
    assert list(rows) == [("approved", me, NOW), ("approved", me, NOW), ("", None, None)]
    told = Notice.objects.filter(enterprise_id=shop.owner.enterprise_id, kind="production.article-approved")
    assert told.count() == 2


def test_what_somebody_decided_meanwhile_is_named_and_left():
    shop = a_shop(article=True, num_runs=3, num_machines=3)
    asked = show_all(shop)
    colleague = a_viewer(enterprise=shop.order.buyer)
    decide(shop, asked[0], yes=False, note="Burr", viewer=colleague)
    decide(shop, asked[1], viewer=colleague)

    done = approve(shop, asked)

    assert [one.pk for one in done.approved] == [asked[2].pk]
    assert [(one.pk, one.verdict) for one in done.left] == [
        (asked[0].pk, "refused"),
        (asked[1].pk, "approved"),
    ]
    refused = ArticleApproval.objects.get(pk=asked[0].pk)
    assert (refused.verdict, refused.note, refused.decided_by_id) == ("refused", "Burr", colleague.person_id)


def test_a_foreign_order_or_first_article_among_many_is_not_found_and_nothing_is_decided():
    shop = a_shop(article=True, num_runs=2, num_machines=2)
    asked = show_all(shop)
    unknown = ArticleApproval(public_id="art_nothing")
    attempts = [
        {"viewer": a_buyer()},
        {"viewer": shop.owner},
        {"order": an_order(buyer=shop.buyer).public_id},
        {"order": "ord_nothing"},
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            approve(shop, asked, **attempt)
    with pytest.raises(NotFound):
        approve(shop, [*asked, unknown])
    with pytest.raises(Forbidden):
        approve(shop, asked, viewer=a_viewer(enterprise=shop.order.buyer, role="viewer"))
    with pytest.raises(InvalidInput):
        approve(shop, [])
    assert not ArticleApproval.objects.exclude(verdict="").exists()
    assert {one.article for one in shop.work} == {"asked"}


def test_orders_are_listed_with_what_waits_longest_first():
    shop = a_shop(article=True, num_runs=2, num_machines=2)
    asked = show_all(shop)
    decide(shop, asked[0])
    (row,) = selectors.orders_with_articles(shop.buyer)
    assert (row.public_id, row.num_waiting, row.num_decided, row.waits_since) == (
        shop.order.public_id, 1, 1, NOW,
    )  # fmt: skip
    assert selectors.orders_with_articles(a_buyer()) == []
    assert selectors.orders_with_articles(shop.owner) == []


def test_a_refusal_has_a_reason_and_stops_the_work_and_new_pieces_can_be_shown():
    shop = a_shop(article=True)
    tell(shop, shop.first, 5)
    asked = show(shop)
    with pytest.raises(InvalidInput):
        decide(shop, asked, yes=False)
    assert shop.first.status == "running"

    decide(shop, asked, yes=False, note="Burr on the edge")

    assert (shop.first.status, shop.first.article) == ("paused", "refused")
    assert shop.first.stops.get().reason == "article"
    show(shop)
    assert shop.first.article == "asked"


def test_a_replayed_answer_changes_nothing_and_another_one_is_refused():
    shop = a_shop(article=True)
    asked = show(shop)
    decide(shop, asked)
    decide(shop, asked)
    with pytest.raises(services.articles.ArticleDecided):
        decide(shop, asked, yes=False, note="No")
    assert ArticleApproval.objects.get().verdict == "approved"


def test_only_the_buyers_planners_decide():
    shop = a_shop(article=True)
    asked = show(shop)
    for stranger in (a_buyer(), shop.owner):
        with pytest.raises(NotFound):
            decide(shop, asked, viewer=stranger)
    looker = a_viewer(enterprise=shop.order.buyer, role="viewer")
    with pytest.raises(Forbidden):
        decide(shop, asked, viewer=looker)
    assert shop.first.article == "asked"


def test_one_photo_waits_at_a_time_and_none_where_none_is_wanted():
    shop = a_shop(article=True)
    show(shop)
    with pytest.raises(errors.NoFirstArticle):
        show(shop)
    plain = a_shop(article=False)
    with pytest.raises(errors.NoFirstArticle):
        services.show_article(work_order_id=plain.work[-1].pk, hand=hand(plain), photo=a_photo(), now=NOW)
    assert ArticleApproval.objects.count() == 1


def test_photos_are_seen_by_buyer_and_factory_only():
    shop = a_shop(article=True)
    asked = show(shop)
    for viewer in (shop.buyer, shop.owner):
        assert selectors.photo_of(viewer, public_id=asked.public_id)[:2] == b"\xff\xd8"
    with pytest.raises(NotFound):
        selectors.photo_of(a_buyer(), public_id=asked.public_id)


def test_photos_are_written_anew_small_and_without_what_the_phone_tells():
    exif = Image.Exif()
    exif[0x010F] = "SpyPhone"
    noisy = Image.effect_noise((3000, 2000), 100).convert("RGB")
    made = io.BytesIO()
    noisy.save(made, format="JPEG", quality=80, exif=exif)
    kept = rewrite(made.getvalue())
    assert b"SpyPhone" in made.getvalue() and b"SpyPhone" not in kept
    assert len(kept) <= KEPT_BYTES
    assert max(Image.open(io.BytesIO(kept)).size) <= 1600


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_png_and_webp_become_jpeg(kind):
    assert rewrite(a_photo(kind=kind))[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    "photo",
    [b"", b"GIF89a", b"\xff\xd8\xff", a_photo(kind="GIF"), b"\x00" * 5_000_001, a_photo(kind="PNG")[:300],
     a_photo(size=(8_000, 8_000), kind="PNG")],
    ids=["empty", "no image", "cut", "gif", "large", "half", "bomb"],
)  # fmt: skip
def test_what_is_no_sensible_photo_is_refused_and_nothing_is_asked(photo):
    shop = a_shop(article=True)
    with pytest.raises(errors.PhotoRefused):
        services.show_article(work_order_id=shop.first.pk, hand=hand(shop), photo=photo, now=NOW)
    assert shop.first.article == "wanted"
