"""No template says a word outside a translation tag."""

from pathlib import Path

import pytest

from tests.i18n.template_text import untranslated

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_no_template_says_a_word_outside_a_translation_tag():
    faults = [
        f"{file.relative_to(ROOT)}:{said.line}: {said.text}"
        for file in TEMPLATES
        for said in untranslated(file.read_text("utf-8"))
    ]

    assert TEMPLATES
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<p>Idle machines</p>", "Idle machines"),
        ("<p>{{ count }} machines</p>", "machines"),
        ("{% if x %}<b>yes</b>{% endif %}", "yes"),
        ('<button title="Close it">{% translate "Close" %}</button>', "Close it"),
        ('<input placeholder="{{ n }} pieces">', "pieces"),
        ('<button data-confirm="Remove?">{% translate "Remove" %}</button>', "Remove?"),
        ('{% empty_state "inbox" "No offer yet" %}', "No offer yet"),
        ('{% include "a.html" with submit="Save" %}', "Save"),
        ('{{ name|default:"none" }}', "none"),
        ("{% blocktranslate %}One{% endblocktranslate %} two", "two"),
        ("<p>空闲</p>", "空闲"),
    ],
)
def test_a_word_outside_a_translation_tag_is_found(source, said):
    assert [one.text for one in untranslated(source)] == [said]


@pytest.mark.parametrize(
    "source",
    [
        '<p title="{% translate "Idle" %}">{% translate "Idle" %}</p>',
        "{% blocktranslate count n=n %}{{ n }} machine{% plural %}{{ n }} machines{% endblocktranslate %}",
        '<code translate="no">POST /api/v1/observations</code>',
        '<script type="module">const a = "Idle machines";</script>',
        '{{ day|date:"Y-m-d H:i" }} {{ list|join:", " }} 5 % CSV',
        '{% url "orders:order" order as Here %}{% icon "player-stop" %}',
        '<button type="{{ kind|default:"submit" }}">{{ label }}</button>',
        "{% block body_class %}m-landing{% endblock %}",
        '<a href="/orders/" class="Wide card">{{ order }}</a>',
        "{# A comment for the reader of the code #}",
    ],
)
def test_what_needs_no_translation_is_let_through(source):
    assert untranslated(source) == []
