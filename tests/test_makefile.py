"""What a newcomer meets who types a command: a sentence that helps, and an environment that is whole or not there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this system")

OLD = """\
#!/bin/sh
# A Python that says it is {version}.
shift
exec "{python}" -c "import sys; sys.version_info = {version_info}; $1"
"""
# A Python that makes environments in which nothing can be installed.
BROKEN = """\
#!/bin/sh
if [ "$1" = -c ]; then exec "{python}" "$@"; fi
for folder; do :; done
mkdir -p "$folder/bin"
printf '#!/bin/sh\\nexit 1\\n' > "$folder/bin/python"
chmod +x "$folder/bin/python"
"""


@pytest.fixture
def checkout(tmp_path):
    """What `make` needs of a checkout, in a folder whose name has a space."""
    folder = tmp_path / "my course"
    (folder / "notebooks").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "notebooks/overrides.json"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def python(folder, script, **values):
    path = folder / "my python"
    path.write_text(script.format(python=sys.executable, **values))
    path.chmod(0o755)
    return path


def make(folder, *arguments):
    outside = {name: value for name, value in os.environ.items() if not re.match("MAKE|MFLAGS", name)}  # `make test`
    return subprocess.run(["make", *arguments], cwd=folder, env=outside, capture_output=True, text=True)


@pytest.mark.parametrize("target", ["test", "lab", "parity"])
def test_no_python_gives_one_sentence(checkout, target):
    done = make(checkout, target, "PYTHON=no-such-python")
    assert done.returncode != 0
    assert done.stdout == ""
    assert re.fullmatch(
        r"Makefile:\d+: \*\*\* teachgrad needs Python 3.11 or newer, but 'no-such-python' does not run; install one .*"
        r"name one you have, as in `make PYTHON=python3.12 test`\.  Stop\.\n",
        done.stderr,
    )


@pytest.mark.parametrize("version", ["3.8", "2.7"])
def test_an_old_python_gives_one_sentence(checkout, version):
    old = python(checkout, OLD, version=version, version_info=tuple(map(int, version.split("."))))
    done = make(checkout, "test", f"PYTHON={old}")
    assert done.returncode != 0
    assert f"needs Python 3.11 or newer, but '{old}' is Python {version}; install one" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (checkout / ".venv").exists()


def test_a_failed_installation_leaves_no_stamp_and_is_tried_again(checkout):
    broken = python(checkout, BROKEN)
    for _ in range(2):
        done = make(checkout, "test", f"PYTHON={broken}")
        assert done.returncode != 0
        assert "Installing the course" in done.stdout
        assert (checkout / ".venv/bin/python").exists()
        assert not (checkout / ".venv/.installed").exists()


def installed(checkout):
    """Make the checkout look as after an installation."""
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").symlink_to(sys.executable)
    (checkout / ".venv/.installed").touch()
    return checkout / ".venv/.installed"


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements.lock"])
def test_a_changed_requirement_installs_again(checkout, changed):
    stamp = installed(checkout)
    assert "Installing" not in make(checkout, "--dry-run", "test").stdout
    later = stamp.stat().st_mtime + 1
    os.utime(checkout / changed, (later, later))
    assert "Installing" in make(checkout, "--dry-run", "test").stdout


def test_an_environment_whose_python_is_gone_is_made_again(checkout):
    installed(checkout)
    (checkout / ".venv/bin/python").unlink()
    (checkout / ".venv/bin/python").symlink_to("/no/such/python")
    assert "Installing" in make(checkout, "--dry-run", "test").stdout


def test_every_target_is_explained():
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets is not None
    explained = re.findall(r"^make (\w+) +\S.*$", make(ROOT, "help").stdout, re.MULTILINE)
    assert sorted(explained) == sorted(set(targets[1].split()) - {"gone"})
    assert make(ROOT).stdout == make(ROOT, "help").stdout
