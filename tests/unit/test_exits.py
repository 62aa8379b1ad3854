"""The check of exits finds what goes around them, and leaves alone what does not."""

from __future__ import annotations

import pytest

from tests.exits import faults_of_source, faults_of_template, main


@pytest.mark.parametrize(
    "source",
    [
        "import csv\ncsv.writer(out)",
        "from csv import writer\nwriter(out)",
        "import csv as table\ntable.DictWriter(out, [])",
        "from markupsafe import Markup\nMarkup(name)",
        "from jinja2 import Environment\nEnvironment()",
        "from jinja2 import Environment\nEnvironment(autoescape=False)",
        "import jinja2\njinja2.Template(text)",
        "from jinja2 import Environment\nEnvironment(autoescape=choice)",
        "f'<b>{name}</b>'",
        "f'<a href={link}>'",
        "f'<a href=\"{link}\">x</a>'",
        "'<b>%s</b>' % name",
        "'<b>{}</b>'.format(name)",
        "'<b>' + name",
        "name + '</b>'",
        "import json\nf'<script>var x = {json.dumps(x)}</script>'",
        "from email.mime.text import MIMEText\nMIMEText(x)",
        "from email.message import EmailMessage\nEmailMessage()",
        "import zipfile\nzipfile.ZipFile(data)",
    ],
)
def test_a_bypass_is_found(source: str) -> None:
    assert list(faults_of_source(source))


@pytest.mark.parametrize(
    "source",
    [
        "import csv\ncsv.reader(file)",
        "from jinja2 import Environment\nEnvironment(loader=x, autoescape=True)",
        "f'{count} leads'",
        "f'a < b and {c} > d'",
        "f'<b>{html_text(name)}</b>'",
        "'<b>' + '</b>'",
        "f'/api/v1/runs/{id}'",
        "'%s leads' % count",
        "writer(out)",
    ],
)
def test_what_is_no_bypass_is_left_alone(source: str) -> None:
    assert list(faults_of_source(source)) == []


@pytest.mark.parametrize(
    "template",
    [
        "{{ name | safe }}",
        "{{ name|safe }}",
        "{% autoescape false %}",
        '<a href="{{ link }}">',
        "<a title={{ name }}>",
        "<script>x</script>",
        '<p style="color: red">',
        '<img onerror="x">',
        "<style>",
    ],
)
def test_a_bypass_in_a_template_is_found(template: str) -> None:
    assert list(faults_of_template(template))


@pytest.mark.parametrize(
    "template",
    ["<p>{{ name }}</p>", '<p class="{{ tone }}">', '<a href="{{ link | href }}">', "{{ safe_name }}", '<a href="/x">'],
)
def test_an_ordinary_template_is_left_alone(template: str) -> None:
    assert list(faults_of_template(template)) == []


def test_the_hub_has_no_bypass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out
