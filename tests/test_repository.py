"""The repository keeps its own rules: who may import whom, what importing costs, and one place for each fact."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "teachgrad"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# The house, from the ground up. A module imports from its own floor and from those below, never from above.
FLOORS = (
    (
        *("decorating", "device", "dtypes", "errors", "grad_mode", "graph", "hooks", "inference", "lessons"),
        *("operators", "printing"),
        *("return_types", "rng", "rounding", "scope", "settings", "size", "version", "watching"),
    ),
    ("engine",),
    ("tensor",),
    ("ops",),
    (
        *("accelerator", "alias", "autograd", "backends", "copying", "cuda", "datasets", "func", "linalg"),
        *("nn", "optim", "profiler", "random", "serialization", "special", "utils"),
    ),
    ("__main__", "stand_in", "teachgrad"),
    ("viz",),
    ("course",),
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
UPSTAIRS = {"viz", "course"}  # the only ones that may draw, and so need more than NumPy
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def part(module):
    """The part of the house that a module is in: teachgrad.ops.table -> ops, teachgrad -> teachgrad."""
    return module.split(".")[1] if "." in module else module


def imports(module):
    """The modules that ``module`` imports when it runs; imports that only a type checker sees do not count."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} line {node.lineno}: write the import out, from teachgrad.x import y"
            assert node.module is not None
            yield from (
                f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in MODULES else node.module
                for alias in node.names
            )


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down_only(module):
    assert part(module) in FLOOR, f"give {part(module)!r} a floor in {Path(__file__).name}"
    inside = [other for other in imports(module) if other.split(".")[0] == "teachgrad"]
    assert [other for other in inside if FLOOR[part(other)] > FLOOR[part(module)]] == []


def test_imports_make_no_circle():
    below = {module: [other for other in imports(module) if other in MODULES] for module in MODULES}
    while free := [module for module, others in below.items() if not any(other in below for other in others)]:
        for module in free:
            del below[module]
    assert below == {}


@pytest.mark.parametrize("module", MODULES)
def test_the_core_needs_numpy_and_the_standard_library_alone(module):
    outside = {other.split(".")[0] for other in imports(module)} - {"teachgrad", "numpy", *sys.stdlib_module_names}
    assert part(module) in UPSTAIRS or outside == set()


def test_importing_teachgrad_loads_nothing_that_draws():
    heavy = ["anywidget", "graphviz", "IPython", "ipywidgets", "matplotlib", "pygraphviz"]
    code = f"import sys, teachgrad; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_core_can_be_read_in_one_sitting():
    lines = {
        name: len((PACKAGE / f"{name}.py").read_text(encoding="utf-8").splitlines())
        for name in ("graph", "grad_mode", "engine", "tensor")
    }
    assert lines["engine"] < 200
    assert sum(lines.values()) < 900


def test_the_python_versions_that_are_promised_are_tested():
    promised = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == promised
    assert PROJECT["requires-python"] == f">={promised[0]}"
    assert f"Python {promised[0]} or newer" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_hooks_before_a_commit_run_the_versions_of_the_lock_file():
    lock = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    pinned = {repo["repo"].rsplit("/", 1)[1]: repo["rev"].removeprefix("v") for repo in hooks}
    assert pinned["ruff-pre-commit"] == lock["ruff"]
    assert pinned["mirrors-mypy"] == lock["mypy"]
    assert pinned["codespell"] == lock["codespell"]


def test_both_licences_are_stated():
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "MIT AND CC-BY-4.0"
    assert "MIT License" in licence
    assert "CC BY 4.0" in licence
