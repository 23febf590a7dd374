"""The data sets as a learner meets them: ``train, test = digits()``, two ``TensorDataset`` for a ``DataLoader``.

This module turns checked files into tensors, or into text, and splits them. It knows nothing of models, of pictures or
of lessons.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from teachgrad.datasets import files
from teachgrad.errors import explained
from teachgrad.tensor import wrap
from teachgrad.utils.data import TensorDataset

Array = np.ndarray[Any, Any]

PENGUIN_SPECIES = ("Adelie", "Chinstrap", "Gentoo")
PENGUIN_MEASUREMENTS = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")


def digits(*, flat: bool = True) -> tuple[TensorDataset, TensorDataset]:
    """Handwritten digits: 1797 images of 8 x 8 pixels, for training and for testing.

    The split is fixed: of each digit's images, in the order of the file, every fifth is for testing. So both parts hold
    digits by the same 13 people. On the handwriting of strangers, expect a lower accuracy than on this test set.

    Args:
        flat: an image is a row of 64 numbers; with ``flat=False`` it is an image for a convolution.

    Returns:
        ``(train, test)``, of 1442 and 355 examples. ``images, labels = train.tensors`` gives
        images, float32 from 0 (paper) to 1 (ink), of shape (N, 64), or (N, 1, 8, 8) if not ``flat``, and
        labels, int64 from 0 to 9, of shape (N,).

    Raises:
        RuntimeError: if the shipped file is missing or damaged.

    Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0. See data/README.md.

    >>> train, test = digits()
    >>> images, labels = train.tensors
    >>> images.shape, labels.shape, len(test)
    (torch.Size([1442, 64]), torch.Size([1442]), 355)
    """
    table = _digits_table()
    images, labels = table[:, :64].astype(np.float32) / 16, table[:, 64].astype(np.int64)
    return _split(images if flat else images.reshape(-1, 1, 8, 8), labels, by=labels)


def penguins(
    features: str | Sequence[str] = "flipper_length_mm", target: str = "body_mass_g"
) -> tuple[TensorDataset, TensorDataset]:
    """Penguins of three species, measured in the Antarctic: a regression, or a classification by species.

    Two of the 344 birds have no measurements and are left out. The split is fixed: of each species, in the order of the
    file, every fifth bird is for testing. Birds and order are the same whichever columns are asked for.
    The numbers are millimetres and grams as measured: scaling them is left to you.

    Args:
        features: one name or several of ``PENGUIN_MEASUREMENTS``: bill_length_mm, bill_depth_mm, flipper_length_mm,
            body_mass_g.
        target: another of these names, or "species".

    Returns:
        ``(train, test)``, of 275 and 67 birds. ``x, y = train.tensors`` gives
        x, float32 of shape (N, number of features), and
        y, float32 of shape (N, 1); for "species" int64 of shape (N,), an index into ``PENGUIN_SPECIES``.

    Raises:
        ValueError: if a name is not one of those.
        RuntimeError: if the shipped file is missing or damaged.

    Source: K. B. Gorman, T. D. Williams and W. R. Fraser (2014), PLoS ONE 9(3): e90081, and the palmerpenguins package;
    licence CC0. See data/README.md.

    >>> train, test = penguins("flipper_length_mm", target="body_mass_g")
    >>> x, y = train.tensors
    >>> x.shape, y.shape, len(test)
    (torch.Size([275, 1]), torch.Size([275, 1]), 67)
    >>> x[0], y[0]
    (tensor([181.]), tensor([3750.]))
    """
    measured, species = _penguin_table()
    names = [features] if isinstance(features, str) else list(features)
    x = measured[:, [_column(name) for name in names]]
    # A target of shape (N, 1) matches the output of Linear(k, 1). With (N,), their difference would be of shape (N, N).
    y = species if target == "species" else measured[:, [_column(target, or_species=True)]]
    return _split(x, y, by=species)


def sonnets() -> tuple[str, str]:
    """Twelve sonnets by Shakespeare, for models that bet on the next letter.

    The split is fixed: the first ten (12, 18, 29, 30, 55, 60, 65, 71, 73, 106) are for training, the last two (116 and
    130) for testing. Every letter of these stands in the others too.

    Returns:
        ``(train, test)``, two strings of 6170 and 1189 ASCII characters. A sonnet has 14 lines; each line ends in a
        line break, and an empty line stands between two sonnets.

    Raises:
        RuntimeError: if the shipped file is missing or damaged.

    Source: Shake-speares Sonnets, London 1609, in modern spelling; in the public domain. See data/README.md.

    >>> train, test = sonnets()
    >>> train.splitlines()[15]
    "Shall I compare thee to a summer's day?"
    >>> len(train), len(test), len(set(train.lower()))
    (6170, 1189, 36)
    """
    poems = files.read("sonnets.txt").decode().split("\n\n")
    return "\n\n".join(poems[:10]) + "\n", "\n\n".join(poems[10:])


@cache
def _digits_table() -> Array:
    """uint8 of shape (1797, 65): 64 pixels from 0 to 16, then the digit."""
    text = gzip.decompress(files.read("digits.csv.gz"))
    return np.loadtxt(io.BytesIO(text), dtype=np.uint8, delimiter=",")


@cache
def _penguin_table() -> tuple[Array, Array]:
    """The 342 measured birds: float32 of shape (342, 4), and the species as int64 of shape (342,)."""
    birds = [
        bird
        for bird in csv.DictReader(io.StringIO(files.read("penguins.csv").decode()))
        if all(bird[name] != "NA" for name in PENGUIN_MEASUREMENTS)
    ]
    measured = np.array([[bird[name] for name in PENGUIN_MEASUREMENTS] for bird in birds], dtype=np.float32)
    species = np.array([PENGUIN_SPECIES.index(bird["species"]) for bird in birds], dtype=np.int64)
    return measured, species


def _column(name: str, or_species: bool = False) -> int:
    if name in PENGUIN_MEASUREMENTS:
        return PENGUIN_MEASUREMENTS.index(name)
    known = PENGUIN_MEASUREMENTS + (("species",) if or_species else ())
    raise explained(
        ValueError,
        f"penguins has no {'target' if or_species else 'feature'} {name!r}.",
        "a column is chosen by its exact name.",
        f"use one of {', '.join(known)}.",
    )


def _split(x: Array, y: Array, *, by: Array) -> tuple[TensorDataset, TensorDataset]:
    """Training and test set: every fifth example of each class in ``by`` is for testing."""
    held_out = np.zeros(len(by), dtype=bool)
    for label in np.unique(by):
        held_out[np.flatnonzero(by == label)[4::5]] = True
    # Indexing by a mask copies: the tensors are the caller's own and may be changed in place.
    train, test = (TensorDataset(wrap(x[part]), wrap(y[part])) for part in (~held_out, held_out))
    return train, test
