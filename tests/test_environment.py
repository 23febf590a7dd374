"""The ways to install teachgrad agree: pyproject.toml says what is needed, the others say the same in their words."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

CONDA_NAMES = {"graphviz": "python-graphviz", "matplotlib": "matplotlib-base"}
CONDA_ONLY = {"python", "pip", "graphviz"}  # on conda-forge `graphviz` is the program, not the Python package


def needed(*extras):
    """The requirements of the package with these extras."""
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in EXTRAS[extra])]
    return [Requirement(text) for text in texts if not text.startswith("teachgrad[")]


def conda_packages():
    """What environment.yml asks for: name -> version range."""
    texts = [entry for entry in CONDA["dependencies"] if isinstance(entry, str)]
    return {requirement.name: requirement.specifier for requirement in map(Requirement, texts)}


def test_conda_installs_what_pip_installs():
    pip = {CONDA_NAMES.get(r.name, r.name): r.specifier for r in needed("viz", "lab", "test")}
    conda = {name: range_ for name, range_ in conda_packages().items() if name not in CONDA_ONLY}
    assert conda == pip


def test_conda_installs_the_python_that_pip_asks_for_and_the_graphviz_program():
    assert conda_packages()["python"] == SpecifierSet(PROJECT["requires-python"])
    assert "graphviz" in conda_packages()


def test_conda_installs_this_checkout():
    assert {"pip": ["-e ."]} in CONDA["dependencies"]


def test_the_package_needs_numpy_alone():
    assert [r.name for r in needed()] == ["numpy"]


@pytest.mark.parametrize("requirement", needed("viz", "lab", "test", "dev"), ids=str)
def test_the_lock_file_holds_a_version_that_is_asked_for(requirement):
    versions = re.findall(rf"^{re.escape(requirement.name)}==(\S+)", LOCK, re.MULTILINE)
    assert versions
    assert all(requirement.specifier.contains(version) for version in versions)


def test_the_lock_file_names_packages_and_no_place_to_fetch_them():
    lines = [line for line in LOCK.splitlines() if line and not line.lstrip().startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .*)?", line)] == []
    assert "://" not in LOCK
