"""The doctor finds what is missing, names one remedy, and shows the same saved page on every machine in order."""

import re
import sys
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from teachgrad.course import doctor
from teachgrad.course.doctor import ENGINES, NEEDED, WIDGET, Report
from teachgrad.viz import layout
from tests.test_environment import needed


@pytest.fixture
def versions(monkeypatch):
    """What is installed, to be changed by a test; None is not installed."""
    changed = {}
    true_version = metadata.version

    def version(name):
        found = changed.get(name, true_version(name) if name not in changed else None)
        if found is None:
            raise metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(metadata, "version", version)
    return changed


def test_this_environment_is_in_order():
    report = doctor()
    assert report.healthy
    assert report.remedy == ""
    assert str(report).endswith("Everything is in order.")
    assert f"numpy               {metadata.version('numpy')}\n" in f"{report}\n"


def test_it_asks_for_what_the_package_asks_for():
    asked = {r.name: str(r.specifier) for r in needed("viz")}
    ours = {name: f">={'.'.join(map(str, least))}" for name, least in NEEDED.items()}
    optional = {"graphviz", "pygraphviz"}  # without them graphs are laid out by our own engine
    assert ours == {name: specifier for name, specifier in asked.items() if name not in optional}


def test_the_saved_page_holds_no_version_and_is_the_same_wherever_nothing_is_missing(versions, monkeypatch):
    here = doctor()._repr_mimebundle_()
    versions.update({"numpy": "99.1", "matplotlib": "98.0", "ipywidgets": "97.2.1", "anywidget": "96.0", "torch": None})
    monkeypatch.setattr(layout, "ENGINES", ())
    elsewhere = doctor()
    assert "99.1" in elsewhere.widget.value
    assert ENGINES["built-in"] in elsewhere.widget.value
    there = elsewhere._repr_mimebundle_()
    del here[WIDGET], there[WIDGET]
    assert here == there
    assert "all was in order" in here["text/html"]
    assert not re.search(r"\d", re.sub(r"<[^>]*>", "", here["text/html"]))


def test_the_widget_shows_what_was_found():
    report = doctor()
    bundle = report._repr_mimebundle_(include=None, exclude=None)
    assert bundle[WIDGET]["model_id"] == report.widget.model_id
    for word in ("Python", "the slope of x² at 2 is 4.0", metadata.version("numpy"), "you are looking at one"):
        assert word in report.widget.value


@pytest.mark.parametrize(
    ("found", "said"),
    [(None, "matplotlib is not installed"), ("3.7.5", "matplotlib 3.7.5 is too old"), ("", "matplotlib  is too old")],
)
def test_what_is_missing_or_too_old_is_named_with_the_one_thing_to_do(versions, found, said):
    versions["matplotlib"] = found
    report = doctor()
    assert not report.healthy
    assert report.remedy == '%pip install --upgrade "matplotlib>=3.8"'
    assert report.remedy in str(report)
    for page in (report.still, report.widget.value):
        assert said in page
        assert "Restart Kernel" in page
        assert page.count("The one thing to do") == 1
        assert "is in order" not in page


def test_several_missing_packages_are_mended_by_one_command(versions):
    versions.update({"matplotlib": None, "anywidget": "0.8"})
    assert doctor().remedy == '%pip install --upgrade "matplotlib>=3.8" "anywidget>=0.9"'
    for requirement in doctor().remedy.split('"')[1::2]:
        assert Requirement(requirement).name in NEEDED


@pytest.mark.parametrize("version", ["10.0", "8.1.0", "8.1", "9", "8.10.0rc2", "8.1.0+local"])
def test_versions_are_compared_as_numbers(versions, version):
    versions["ipywidgets"] = version
    assert doctor().healthy


def test_without_ipywidgets_the_still_page_says_so(versions, monkeypatch):
    versions["ipywidgets"] = None
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    bundle = doctor()._repr_mimebundle_()
    assert WIDGET not in bundle
    assert "ipywidgets is not installed" in bundle["text/html"]


def test_every_layout_engine_has_a_word():
    sizes, edges = [(10.0, 10.0), (10.0, 10.0)], [(0, 1)]
    answers = {engine(sizes, edges, False) for engine in layout.ENGINES}
    for plan in (layout.built_in(sizes, edges), *filter(None, answers)):
        assert plan.engine in ENGINES


def test_a_report_is_markup_whatever_a_package_calls_its_version(versions):
    versions["torch"] = "<b>1</b>"
    report = doctor()
    assert isinstance(report, Report)
    assert "&lt;b&gt;1&lt;/b&gt;" in report.widget.value
