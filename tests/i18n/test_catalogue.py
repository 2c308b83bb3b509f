"""The 简体中文 catalogue holds every message of code and templates, each with a translation."""

from pathlib import Path

from babel.messages import Catalog

from marketplace.common import catalogue

ROOT = Path(__file__).parents[2]


def test_the_catalogue_is_up_to_date():
    file = catalogue.catalogue_file(ROOT)
    merged = catalogue.merge(catalogue.gather(ROOT), catalogue.read(file))

    assert file.read_bytes() == catalogue.written(merged), "run `make messages`"


def test_every_message_is_translated_and_keeps_its_placeholders():
    faults = catalogue.faults(
        catalogue.merge(catalogue.gather(ROOT), catalogue.read(catalogue.catalogue_file(ROOT)))
    )

    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


def test_an_empty_a_fuzzy_and_a_mutilated_translation_are_faults():
    broken = Catalog(locale="zh_Hans")
    broken.add("Log in")
    broken.add("Log out", string="退出", flags=["fuzzy"])
    broken.add("Page %(number)s of %(total)s", string="第 %(number)s 页")
    broken.add("Idle", string="空闲")

    assert catalogue.faults(broken) == [
        "empty: Log in",
        "fuzzy: Log out",
        "other placeholders: Page %(number)s of %(total)s → 第 %(number)s 页",
    ]


def test_a_new_message_is_missed():
    gathered = Catalog(locale="zh_Hans")
    gathered.add("A text that nobody translated yet")

    merged = catalogue.merge(gathered, Catalog(locale="zh_Hans"))

    assert catalogue.faults(merged) == ["empty: A text that nobody translated yet"]
