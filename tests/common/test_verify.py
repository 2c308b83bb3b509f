"""`manage.py verify`: one line for each fault, exit code 1 where there is one."""

import pytest
from django.core.management import CommandError, call_command

from marketplace.common import oracles


@pytest.fixture
def no_oracle(monkeypatch):
    monkeypatch.setattr(oracles, "_oracles", {})


def test_verify_says_that_nothing_is_wrong(no_oracle, capsys):
    oracles.register("sums", list)
    call_command("verify")
    assert capsys.readouterr().out == "no fault: sums\n"


def test_verify_writes_a_line_for_each_fault_and_ends_with_one(no_oracle, capsys):
    oracles.register("sums", lambda: ["entry 1 is off by 3", "entry 2 is off by 4"])
    oracles.register("pieces", list)
    with pytest.raises(SystemExit) as ended:
        call_command("verify")
    assert ended.value.code == 1
    assert capsys.readouterr().out == "sums: entry 1 is off by 3\nsums: entry 2 is off by 4\n"


def test_only_the_oracles_that_were_named_are_asked(no_oracle, capsys):
    oracles.register("sums", lambda: ["entry 1 is off by 3"])
    oracles.register("pieces", list)
    call_command("verify", "pieces")
    assert capsys.readouterr().out == "no fault: pieces\n"


def test_a_name_that_no_app_registered_is_refused(no_oracle):
    oracles.register("sums", list)
    with pytest.raises(CommandError, match="there is no oracle lots; there are: sums"):
        call_command("verify", "lots")
