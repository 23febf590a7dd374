"""The data files that ship with teachgrad, read and checked: a lesson's numbers must not depend on a damaged copy.

This module knows bytes and hashes. It knows nothing of tensors, nor of what the files mean.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from importlib.resources.abc import Traversable

from teachgrad.errors import explained

FOLDER: Traversable = resources.files(__package__) / "data"

# The same sums as in data/README.md, which says where each file comes from and under which licence.
SHA256 = {
    "digits.csv.gz": "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
    "penguins.csv": "f204db2c753b0937caac3cb35258562c14f073e4bbc76be24b4c51ce22767a93",
    "sonnets.txt": "b39b79aae78319f3d5319473eb33d99bfb33904e50fc7e405bfad78a5a0eb29a",
}


def read(name: str) -> bytes:
    """The content of a shipped file, after its SHA-256 has been checked.

    Raises:
        RuntimeError: if the file is missing or differs from the one that was released.
    """
    file = FOLDER / name
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise _broken(f"{file} does not exist.") from None
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise _broken(f"{file} has the SHA-256 {found}, but {SHA256[name]} was released.")
    return content


def _broken(why: str) -> RuntimeError:
    return explained(
        RuntimeError,
        "Dataset not found or corrupted.",
        why,
        "install teachgrad again (pip install --force-reinstall --no-deps teachgrad); "
        "in a git checkout, restore the file with git checkout.",
    )
