"""The pages around files: send, look, apply, take back, download."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.accounts.models import Membership, Person
from marketplace.capacity.imports import template_pages
from marketplace.capacity.imports.kinds import KINDS
from marketplace.capacity.imports.words import WORDS, read_word, shown_word
from marketplace.capacity.models import Equipment, ImportDraft, TakenTime
from tests.builders import a_buyer, a_machine, a_site, a_viewer
from tests.capacity.import_files import a_file, jobs, machines

pytestmark = pytest.mark.django_db

P3 = ("P3", "Press 3", "Ningbo works", "press", "1500", "180")
J1 = ("P3", "J1", "own job", "Brackets", "2046-03-03 08:00", "2046-03-03 12:00")


def browser_of(viewer) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=viewer.person_id))
    return client


@pytest.fixture
def site():
    return a_site(name="Ningbo works")


@pytest.fixture
def browser(site):
    return browser_of(a_viewer(enterprise=site.enterprise))


def sent(browser, file):
    return browser.post(reverse("capacity:import"), {"file": file}, follow=True)


def text_of(answer) -> str:
    return answer.content.decode()


def title_of(answer) -> str:
    return re.search(r"<title>(.*?) · Muster</title>", text_of(answer), re.S)[1].strip()


def apply(browser, answer, **more):
    version = re.search(r'name="version" value="(\w+)"', text_of(answer))[1]
    return browser.post(answer.request["PATH_INFO"], {"version": version, **more}, follow=True)


def test_a_file_is_sent_looked_at_applied_and_taken_back(browser):
    preview = sent(browser, machines(P3))
    assert title_of(preview) == "The file brings 1 new" and not Equipment.objects.exists()
    done = apply(browser, preview)
    assert title_of(done) == "Applied: 1 new" and Equipment.objects.get().own_number == "P3"
    undo = browser.post(
        reverse("capacity:import-undo", args=[ImportDraft.objects.get().public_id]), follow=True
    )
    assert (
        title_of(undo) == "The file changes nothing"
    )  # a machine that was never listed has nothing to take back


def test_every_fault_is_listed_and_there_is_nothing_to_press(browser):
    preview = sent(browser, machines(P3, ("P4", "Press", "Nowhere", "press", "fast", "180")))
    html = text_of(preview)
    assert title_of(preview) == "2 faults: nothing can be applied yet"
    assert "Nowhere" in html and "pieces an hour" in html and 'name="version"' not in html
    draft = ImportDraft.objects.get()
    refused = browser.post(reverse("capacity:import-draft", args=[draft.public_id]), {"version": "x"})
    assert refused.status_code == 409 and not Equipment.objects.exists()


def test_what_a_change_replaces_is_shown(browser, site):
    a_machine(site=site, own_number="P3", name="Old <b>name</b>")
    html = text_of(sent(browser, machines(P3)))
    assert "Old &lt;b&gt;name&lt;/b&gt;" in html and "Press 3" in html


def test_jobs_that_vanished_are_removed_when_ticked(browser, site):
    a_machine(site=site, own_number="P3")
    apply(browser, sent(browser, jobs(J1)))
    preview = sent(browser, jobs(("P3", "J2", *J1[2:])))
    assert title_of(preview) == "1 fault: nothing can be applied yet"
    taken = TakenTime.objects.get().public_id
    again = browser.get(preview.request["PATH_INFO"], {"remove": taken})
    assert title_of(again) == "The file brings 1 new"
    apply(browser, again, remove=taken)
    assert TakenTime.objects.get().own_reference == "J2"


def test_a_stale_preview_is_shown_anew(browser, site):
    machine = a_machine(site=site, own_number="P3")
    preview = sent(browser, machines(P3))
    Equipment.objects.filter(pk=machine.pk).update(name="Renamed meanwhile")
    answer = apply(browser, preview)
    assert answer.status_code == 409 and "Renamed meanwhile" in text_of(answer)
    assert Equipment.objects.get().name == "Renamed meanwhile"


@pytest.mark.parametrize(
    "file",
    [
        a_file(b"PK\x03\x04junk", "a.xlsx"),
        a_file("own number,name\nP3,=1+1"),
        a_file(""),
        a_file("colour\nred"),
    ],
)
def test_a_refused_file_is_answered_on_the_same_page(browser, file):
    file.seek(0)
    answer = sent(browser, file)
    assert answer.status_code == 422 and 'role="alert"' in text_of(answer)
    assert not ImportDraft.objects.exists()


def test_a_foreign_import_is_as_unknown_as_one_that_does_not_exist(browser):
    stranger = browser_of(a_viewer(enterprise=a_site().enterprise))
    sent(browser, machines(P3))
    known, unknown = ImportDraft.objects.get().public_id, "imp_0000000000000000"
    for name in ("capacity:import-draft", "capacity:import-undo"):
        answers = [stranger.post(reverse(name, args=[one]), {"version": "x"}) for one in (known, unknown)]
        assert [one.status_code for one in answers] == [404, 404]
    assert stranger.get(reverse("capacity:import-draft", args=[known])).status_code == 404


def test_a_file_that_only_calls_itself_excel_is_told_so_at_its_field(browser):
    answer = sent(browser, a_file("no spreadsheet", "a.xlsx"))
    assert answer.status_code == 422 and "This is not an Excel file" in text_of(answer)
    assert answer.context["form"].errors.keys() == {"file"} and not ImportDraft.objects.exists()


@pytest.mark.parametrize(
    ("language", "job", "day"), [("en", "own job", "Monday"), ("zh-hans", "自有任务", "星期一")]
)
def test_words_of_the_template_are_in_the_language_of_its_headings_and_are_read_back(language, job, day):
    with translation.override(language):
        pages = {page.title: page for page in template_pages()}
        rows = {
            kind.key: dict(zip([one.key for one in kind.columns], pages[kind.title].rows[0], strict=True))
            for kind in KINDS
        }
    assert (rows["jobs"]["kind"], rows["hours"]["weekday"]) == (job, day)
    for row in rows.values():
        for column in WORDS.keys() & row.keys():
            assert shown_word(column, read_word(column, row[column]))
    for word in ("own job", "自有任务"):
        assert read_word("kind", word) == "own_job"


def test_an_operator_looks_and_sends_nothing(site):
    browser = browser_of(a_viewer(enterprise=site.enterprise, role=Membership.Role.OPERATOR))
    page = browser.get(reverse("capacity:import"))
    assert page.status_code == 200 and 'type="file"' not in text_of(page)
    browser.post(reverse("capacity:import"), {"file": machines(P3)})
    assert not ImportDraft.objects.exists()


def test_a_buyer_has_no_such_page():
    assert browser_of(a_buyer()).get(reverse("capacity:import")).status_code == 403


def test_everything_is_downloaded_as_excel_and_as_csv(browser, site):
    a_machine(site=site, own_number="P3")
    a_machine(own_number="theirs")
    book = openpyxl.load_workbook(BytesIO(browser.get(reverse("capacity:export")).content))
    assert book.sheetnames == ["Machines", "Weekly hours", "Exceptional days", "Windows", "Own jobs"]
    assert book["Machines"]["A2"].value == "P3" and book["Machines"].max_row == 2
    text = browser.get(reverse("capacity:export-sheet", args=["hours"])).content.decode()
    assert len(text.splitlines()) == 8 and "Monday" in text
    template = openpyxl.load_workbook(BytesIO(browser.get(reverse("capacity:template")).content))
    assert template.sheetnames[-1] == "Rules" and template["Rules"].max_row > 30
    assert (
        browser.get(reverse("capacity:template-sheet", args=["jobs"]))
        .content.decode()
        .startswith("\ufeffown number")
    )
