"""Firms are asked by links: one tap, no account, nothing about others; what was said by word is written down as such."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from marketplace.accounts.models import Notice
from marketplace.common import clock
from marketplace.common.errors import InvalidInput, NotFound
from marketplace.common.hashing import hash_token
from marketplace.common.models import AuditEntry
from marketplace.mobilisation import selectors, services
from marketplace.mobilisation.errors import AnsweredMeanwhile, LinkGone, NotLive, QuestionClosed
from marketplace.mobilisation.messages import message_of
from marketplace.mobilisation.models import Answer, Ask, Question
from marketplace.mobilisation.selectors.questions import token_of
from tests.builders import NOW
from tests.mobilisation.emergencies import DAY, HOUR, a_factory, a_firm, an_office, in_force

pytestmark = pytest.mark.django_db


def a_question_draft(**more):
    values = {"goods": "masks", "quantity": 50_000, "needed_by": NOW + 7 * DAY, "closes_at": NOW + 6 * HOUR}
    return services.QuestionDraft(**{**values, **more})


def asked(office, *firms, now=NOW, declaration="", **more):
    firms = firms or (a_firm(office),)
    services.ask_firms(
        viewer=office.first,
        draft=a_question_draft(**more),
        firms=[firm.public_id for firm in firms],
        declaration_public_id=declaration,
        now=now,
    )
    asks = list(
        Ask.objects.select_related("question__office", "question__declaration", "firm").order_by("pk")
    )
    return asks[0] if len(firms) == 1 else asks


def answer(ask, kind="yes", *, revision=1, quantity=None, reason="", now=NOW):
    said = services.Said(kind=kind, quantity=quantity, reason=reason)
    return services.answer_by_link(token=token_of(ask), said=said, revision=revision, now=now)


def words():
    return list(Answer.objects.values_list("revision", "kind", "quantity"))


def at(moment):
    clock.set_clock(speed=0, business_at=moment)


def test_only_the_hash_of_a_link_is_kept_and_links_are_long_and_different():
    office = an_office()
    asks = asked(office, a_firm(office), a_firm(office, name="Other", number="2"))
    tokens = [token_of(ask) for ask in asks]
    assert len(set(tokens)) == 2
    assert all(re.fullmatch(r"[\w-]{32}", token) for token in tokens)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text FROM mobilisation_ask a")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert not any(token in stored for token in tokens)
    assert hash_token(tokens[0]) in stored


def test_a_link_needs_the_secret_key(settings):
    ask = asked(an_office())
    token = token_of(ask)
    settings.SECRET_KEY = "another key of more than thirty-two characters"
    assert token_of(ask) != token


def test_one_tap_answers_and_a_changed_mind_is_the_next_revision():
    ask = asked(an_office())
    answer(ask)
    answer(ask, "part", quantity=20_000, revision=2)
    answer(ask, "no", reason="no fleece", revision=3)
    assert words() == [(1, "yes", 50_000), (2, "part", 20_000), (3, "no", 0)]


def test_a_replayed_answer_counts_once():
    ask = asked(an_office())
    answer(ask)
    for revision in (1, 3, 0):
        with pytest.raises(AnsweredMeanwhile):
            answer(ask, revision=revision)
    assert words() == [(1, "yes", 50_000)]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "no"}, "reason"),
        ({"kind": "no", "reason": "  "}, "reason"),
        ({"kind": "part"}, "quantity"),
        ({"kind": "part", "quantity": 0}, "quantity"),
        ({"kind": "part", "quantity": 50_001}, "quantity"),
        ({"kind": "perhaps"}, "kind"),
        ({"kind": "yes", "reason": "x" * 241}, "reason"),
    ],
)
def test_an_answer_without_sense_is_refused(said, field):
    ask = asked(an_office())
    with pytest.raises(InvalidInput) as refused:
        answer(ask, **said)
    assert refused.value.field == field
    assert words() == []


def test_answers_are_taken_until_the_question_closes_to_the_second():
    ask = asked(an_office())
    with pytest.raises(QuestionClosed):
        answer(ask, now=NOW + 6 * HOUR)
    assert words() == []
    answer(ask, now=NOW + 5.999 * HOUR)
    assert len(words()) == 1


def test_a_question_under_a_declaration_closes_with_it():
    office = an_office()
    declaration = in_force(office)
    ask = asked(office, declaration=declaration.public_id)
    services.end_declaration(
        viewer=office.first, public_id=declaration.public_id, reason="The river fell.", now=NOW
    )
    with pytest.raises(QuestionClosed):
        answer(ask)
    with pytest.raises(NotLive):
        asked(office, a_firm(office, number="2"), declaration=declaration.public_id)
    assert words() == []
    assert Question.objects.count() == 1


def test_a_renewed_link_kills_the_old_one():
    office = an_office()
    ask = asked(office)
    old = token_of(ask)
    renewed = services.renew_link(viewer=office.first, ask_public_id=ask.public_id, now=NOW)
    with pytest.raises(LinkGone):
        services.answer_by_link(token=old, said=services.Said(kind="yes"), revision=1, now=NOW)
    assert words() == []
    answer(renewed)
    assert len(words()) == 1


def test_an_unknown_link_and_a_dead_one_are_the_same_page(client):
    office = an_office()
    ask = asked(office)
    dead = f"/a/{token_of(ask)}"
    services.renew_link(viewer=office.first, ask_public_id=ask.public_id, now=NOW)
    pages = [client.get(path) for path in (dead, "/a/" + "x" * 32)]
    assert [page.status_code for page in pages] == [404, 404]


def test_looking_at_a_link_never_answers(client):
    at(NOW)
    ask = asked(an_office())
    path = urlsplit(selectors.link_of(ask)).path
    assert "Asia/Shanghai" in client.get(path).content.decode()  # where the firm is
    for method in (client.get, client.head):
        assert method(path + "?kind=yes&revision=1").status_code == 200
    assert client.options(path).status_code == 405
    assert words() == []


def test_the_page_says_who_asks_what_until_when_and_nothing_of_others(client):
    at(NOW)
    office = an_office()
    asked(office, a_firm(office), a_firm(office, name="Rival Works", number="2"))
    mine, other = (
        Ask.objects.select_related("question", "firm").get(firm__name=name)
        for name in ("Yuyao Sewing", "Rival Works")
    )
    answer(other, "no", reason="secret of the rival")
    response = client.get(urlsplit(selectors.link_of(mine)).path)
    page = response.content.decode()
    assert all(shown in page for shown in ("Provincial Office", "masks", "50,000", "Yuyao Sewing"))
    assert not any(hidden in page for hidden in ("Rival", "secret", other.public_id, mine.firm.phone))
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "same-origin"


def test_a_visitor_answers_by_the_form_and_a_forged_form_is_refused():
    at(NOW)
    ask = asked(an_office())
    path = urlsplit(selectors.link_of(ask)).path
    visitor = Client(enforce_csrf_checks=True)
    assert visitor.post(path, {"kind": "yes", "revision": 1}).status_code == 403
    assert words() == []
    visitor.get(path)
    token = visitor.cookies["csrftoken"].value
    done = visitor.post(path, {"kind": "yes", "revision": 1, "csrfmiddlewaretoken": token})
    assert done.status_code == 302
    assert words() == [(1, "yes", 50_000)]
    assert "Your answer" in visitor.get(path).content.decode()


def test_a_refused_answer_comes_back_with_its_reason(client):
    at(NOW)
    path = urlsplit(selectors.link_of(asked(an_office()))).path
    page = client.post(path, {"kind": "part", "quantity": 999_999, "revision": 1}).content.decode()
    assert "from 1 to 50,000" in page
    assert words() == []


def test_what_was_heard_by_telephone_is_written_down_with_name_and_time():
    office = an_office()
    ask = asked(office)
    said = services.Said(kind="part", quantity=700)
    services.record_answer(
        viewer=office.second,
        ask_public_id=ask.public_id,
        said=said,
        told_by="Wang Li, telephone",
        now=NOW + HOUR,
    )
    written = Answer.objects.get()
    assert (written.recorded_by_id, written.answered_at) == (office.second.person_id, NOW + HOUR)
    assert AuditEntry.objects.filter(action="mobilisation.answer-recorded").count() == 1
    with pytest.raises(InvalidInput):
        services.record_answer(
            viewer=office.second, ask_public_id=ask.public_id, said=said, told_by="", now=NOW
        )
    with pytest.raises(NotFound):
        services.record_answer(
            viewer=an_office(name="Other").first,
            ask_public_id=ask.public_id,
            said=said,
            told_by="Wang",
            now=NOW,
        )
    assert len(words()) == 1


def test_answers_are_written_once():
    answer(asked(an_office()))
    with pytest.raises(DatabaseError), transaction.atomic():
        Answer.objects.update(quantity=1)
    assert words() == [(1, "yes", 50_000)]


def test_silent_firms_come_first():
    office = an_office()
    asked(office, a_firm(office), a_firm(office, name="Silent Works", number="2"))
    first, second = Ask.objects.select_related("question", "firm").order_by("-firm__name")
    answer(first)
    rows = selectors.asked(first.question)
    assert [row.state for row in rows] == ["silent", "yes"]
    tally = selectors.tally_of(rows)
    assert (tally.num_silent, tally.num_answered, tally.promised) == (1, 1, 50_000)
    assert rows[0].ask == second


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"closes_at": NOW}, "closes_at"),
        ({"closes_at": NOW + 31 * DAY}, "closes_at"),
        ({"needed_by": NOW}, "needed_by"),
        ({"quantity": 0}, "quantity"),
        ({"goods": ""}, "goods"),
    ],
)
def test_a_question_without_sense_is_refused(more, field):
    with pytest.raises(InvalidInput) as refused:
        asked(an_office(), **more)
    assert refused.value.field == field
    assert not Question.objects.exists()


def test_only_firms_of_ones_own_book_are_asked():
    office = an_office()
    foreign = a_firm(an_office(name="Other"))
    with pytest.raises(InvalidInput):
        asked(office, foreign)
    assert not Ask.objects.exists()


def test_members_are_told_on_their_page_too():
    office = an_office()
    member = a_factory()
    services.add_covered_firms(viewer=office.first, declaration_public_id=in_force(office).public_id, now=NOW)
    asked(office, office.enterprise.firms.get())
    assert Notice.objects.filter(enterprise=member.enterprise_id, kind="mobilisation.asked").count() == 1
    assert [ask.question.goods for ask in selectors.asked_of(member)] == ["masks"]
    assert selectors.asked_of(a_factory()) == []


def test_the_message_names_firm_office_quantity_and_ends_with_the_link():
    ask = asked(an_office())
    message = message_of(ask, link="https://muster.example/a/token")
    assert "Yuyao Sewing" in message and "Provincial Office" in message and "50,000" in message
    assert message.endswith("https://muster.example/a/token")


@pytest.mark.django_db(transaction=True)
def test_of_answers_at_once_one_counts():
    ask = asked(an_office())

    def tap(kind):
        try:
            return answer(ask, kind, quantity=10, reason="x").kind
        except AnsweredMeanwhile as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(tap, ["yes", "part", "no", "yes"]))
    assert sum(isinstance(one, str) for one in answers) == 1
    assert len(words()) == 1
