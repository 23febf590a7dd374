"""The shipped data: what is published about it, the promised shapes, the fixed split, the refusal of a damaged file."""

from __future__ import annotations

import csv
import gzip
import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.datasets import PENGUIN_MEASUREMENTS, PENGUIN_SPECIES, digits, files, loaders, penguins, sonnets
from teachgrad.utils.data import DataLoader, TensorDataset

DATA = Path(files.__file__).parent / "data"


def read_digits() -> tuple[list[tuple[int, ...]], list[int]]:
    """The images and labels, read here without the code under test."""
    text = gzip.decompress((DATA / "digits.csv.gz").read_bytes()).decode()
    rows = [[int(v) for v in line.split(",")] for line in text.splitlines()]
    return [tuple(row[:64]) for row in rows], [row[64] for row in rows]


def read_penguins() -> list[dict[str, str]]:
    """The birds that have measurements, read here without the code under test."""
    with (DATA / "penguins.csv").open(newline="") as file:
        return [bird for bird in csv.DictReader(file) if bird["body_mass_g"] != "NA"]


def in_test_set(labels: list) -> list[bool]:
    """The stated rule, counted one by one: every fifth example of a class is held out."""
    seen: Counter = Counter()
    held_out = []
    for label in labels:
        seen[label] += 1
        held_out.append(seen[label] % 5 == 0)
    return held_out


# The files


@pytest.mark.parametrize("name", files.SHA256)
def test_file_is_the_released_one_and_the_readme_says_so(name):
    content = (DATA / name).read_bytes()
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert files.read(name) == content
    assert f"| `{name}` | {len(content):,} | `{hashlib.sha256(content).hexdigest()}` |" in readme


def test_every_data_file_has_a_hash_and_stays_small():
    shipped = {p.name for p in DATA.iterdir()} - {"README.md"}
    assert shipped == set(files.SHA256)
    assert sum((DATA / name).stat().st_size for name in shipped) < 100_000


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The data folder as a copy that a test may damage; what was read before is forgotten, before and after."""
    for name in files.SHA256:
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    tables = (loaders._digits_table, loaders._penguin_table)
    for table in tables:
        table.cache_clear()
    yield tmp_path
    for table in tables:
        table.cache_clear()


@pytest.mark.parametrize(
    ("name", "load"), [("digits.csv.gz", digits), ("penguins.csv", penguins), ("sonnets.txt", sonnets)]
)
def test_a_changed_byte_is_refused(name, load, copied):
    load()  # the copy itself is accepted
    loaders._digits_table.cache_clear()
    loaders._penguin_table.cache_clear()
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)
    with pytest.raises(RuntimeError, match="Dataset not found or corrupted") as error:
        load()
    message = str(error.value)
    assert hashlib.sha256(content).hexdigest() in message  # what is there
    assert files.SHA256[name] in message  # what should be there
    assert str(copied / name) in message
    assert "install teachgrad again" in message


@pytest.mark.parametrize(
    ("name", "load"), [("digits.csv.gz", digits), ("penguins.csv", penguins), ("sonnets.txt", sonnets)]
)
def test_a_missing_file_is_named(name, load, copied):
    (copied / name).unlink()
    with pytest.raises(RuntimeError, match="Dataset not found or corrupted") as error:
        load()
    assert f"{copied / name} does not exist" in str(error.value)


# Digits


def test_digits_are_the_published_ones():
    train, test = digits()
    labels = np.concatenate([train.tensors[1].numpy(), test.tensors[1].numpy()])
    # The class distribution of the test set, from the description in the UCI repository.
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


@pytest.mark.parametrize(("flat", "shape"), [(True, (64,)), (False, (1, 8, 8))])
def test_digits_shapes_types_and_range(flat, shape):
    for part, count in zip(digits(flat=flat), (1442, 355), strict=True):
        assert isinstance(part, TensorDataset)
        assert len(part) == count
        images, labels = part.tensors
        assert (images.shape, images.dtype) == ((count, *shape), tg.float32)
        assert (labels.shape, labels.dtype) == ((count,), tg.int64)
        assert not images.requires_grad
        assert np.unique(images.numpy()).tolist() == [k / 16 for k in range(17)]  # from 0 to 1; 16 inked points at most
        assert set(labels.tolist()) == set(range(10))


def test_digits_pixels_and_labels_belong_together():
    images, labels = read_digits()
    held_out = in_test_set(labels)
    for part, wanted in zip(digits(), (False, True), strict=True):
        rows = [i for i, out in enumerate(held_out) if out is wanted]
        assert part.tensors[1].tolist() == [labels[i] for i in rows]
        assert np.array_equal(part.tensors[0].numpy() * 16, np.array([images[i] for i in rows]))


def test_digits_image_is_laid_out_row_by_row():
    (flat, _), (square, _) = digits()[0].tensors, digits(flat=False)[0].tensors
    assert square.numpy()[0, 0].tolist() == flat.numpy()[0].reshape(8, 8).tolist()
    first = np.array([" .:-=+*#@"[int(p * 8)] for p in flat.numpy()[0]]).reshape(8, 8)
    assert ["".join(row).rstrip() for row in first] == [  # the first image of the file: a nought
        "  :*=",
        "  *#+#:",
        " .#. +=",
        " :*  ==",
        " :=  ==",
        " :+  *-",
        " .#:+*",
        "  -*+",
    ]


def test_digits_parts_share_no_image():
    train, test = ({image.tobytes() for image in part.tensors[0].numpy()} for part in digits())
    assert [len(train), len(test)] == [1442, 355]  # all images differ
    assert not train & test


def test_digits_test_set_is_stratified():
    train, test = (np.bincount(part.tensors[1].numpy()) for part in digits())
    assert np.all(np.abs(test / (train + test) - 0.2) < 0.005)


def test_digits_feed_a_loader():
    train, _ = digits()
    sizes, total = [], 0.0
    for images, labels in DataLoader(train, batch_size=64, shuffle=True):
        assert images.shape == (len(labels), 64)
        assert [images.dtype, labels.dtype] == [tg.float32, tg.int64]
        sizes.append(len(labels))
        total += images.numpy().sum(dtype=np.float64)
    assert sizes == [64] * 22 + [34]
    assert total == train.tensors[0].numpy().sum(dtype=np.float64)  # every image once; sixteenths add up exactly


# Penguins


def test_penguins_are_the_published_ones():
    (_, train), (_, test) = (part.tensors for part in penguins(target="species"))
    counts = np.bincount(np.concatenate([train.numpy(), test.numpy()]))
    # Of 152, 68 and 124 birds one Adelie and one Gentoo have no measurements.
    assert dict(zip(PENGUIN_SPECIES, counts.tolist(), strict=True)) == {"Adelie": 151, "Chinstrap": 68, "Gentoo": 123}


def test_penguins_give_the_known_regression_line():
    parts = [part.tensors for part in penguins()]
    flipper = np.concatenate([x.numpy() for x, _ in parts]).ravel().astype(np.float64)
    mass = np.concatenate([y.numpy() for _, y in parts]).ravel().astype(np.float64)
    slope, intercept = np.polyfit(flipper, mass, 1)
    # lm(body_mass_g ~ flipper_length_mm) in R, as the palmerpenguins literature prints it.
    assert (round(slope, 2), round(intercept, 1)) == (49.69, -5780.8)


@pytest.mark.parametrize(
    ("features", "width"), [("bill_depth_mm", 1), (["bill_depth_mm"], 1), (PENGUIN_MEASUREMENTS[:3], 3)]
)
def test_penguins_shapes_and_types(features, width):
    for part, count in zip(penguins(features), (275, 67), strict=True):
        x, y = part.tensors
        assert len(part) == count
        assert (x.shape, x.dtype) == ((count, width), tg.float32)
        assert (y.shape, y.dtype) == ((count, 1), tg.float32)
    for part, count in zip(penguins(features, target="species"), (275, 67), strict=True):
        labels = part.tensors[1]
        assert (labels.shape, labels.dtype) == ((count,), tg.int64)


def test_penguins_rows_and_columns_belong_together():
    birds = read_penguins()
    held_out = in_test_set([bird["species"] for bird in birds])
    names = ["flipper_length_mm", "bill_length_mm"]  # not in the order of the file
    masses, species = penguins(names), penguins(names, target="species")
    for k, wanted in enumerate((False, True)):
        rows = [bird for bird, out in zip(birds, held_out, strict=True) if out is wanted]
        x, y = masses[k].tensors
        assert np.array_equal(x.numpy(), np.array([[float(b[n]) for n in names] for b in rows], dtype=np.float32))
        assert y.tolist() == [[float(b["body_mass_g"])] for b in rows]
        assert np.array_equal(x.numpy(), species[k].tensors[0].numpy())
        assert [PENGUIN_SPECIES[i] for i in species[k].tensors[1].tolist()] == [b["species"] for b in rows]


def test_penguins_rank_is_right_for_the_target():
    """Without the second dimension, prediction - target would broadcast to (N, N) and train on nonsense."""
    x, y = penguins()[0].tensors
    assert (x - y).shape == x.shape


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"features": "flipper_length"}, "'flipper_length'"),
        ({"features": ["bill_depth_mm", "sex"]}, "'sex'"),
        ({"features": "species"}, "'species'"),
        ({"target": "weight"}, "'weight'"),
    ],
)
def test_penguins_unknown_column_lists_the_known_ones(arguments, named):
    with pytest.raises(ValueError, match=named) as error:
        penguins(**arguments)
    assert all(name in str(error.value) for name in PENGUIN_MEASUREMENTS)
    assert str(error.value).endswith(", species.") is ("target" in arguments)


# Sonnets


def test_sonnets_are_twelve_of_fourteen_lines_in_plain_ascii():
    train, test = sonnets()
    assert train + "\n" + test == (DATA / "sonnets.txt").read_bytes().decode("ascii")
    poems = [poem.splitlines() for poem in (train + "\n" + test).split("\n\n")]
    assert [len(poem) for poem in poems] == [14] * 12
    assert all(line == line.strip() and 30 <= len(line) <= 60 for poem in poems for line in poem)
    assert [len(train.split("\n\n")), len(test.split("\n\n"))] == [10, 2]
    assert (poems[1][0], poems[-1][0]) == (
        "Shall I compare thee to a summer's day?",
        "My mistress' eyes are nothing like the sun;",
    )


def test_sonnets_hold_out_no_letter_that_is_new():
    train, test = (set(text.lower()) for text in sonnets())
    assert test <= train
    assert len(train) == 36


def test_a_learnt_table_of_pairs_reaches_the_counted_one_and_never_passes_it():
    """The least cross-entropy of a bet on the next letter, given this one, is the conditional entropy of the counts."""
    text, _ = sonnets()
    _, numbers = np.unique(list(text.lower()), return_inverse=True)
    counts = np.zeros((36, 36))
    np.add.at(counts, (numbers[:-1], numbers[1:]), 1)
    share = (counts / counts.sum(1, keepdims=True))[numbers[:-1], numbers[1:]]
    entropy = -np.log(share).mean()
    assert entropy == pytest.approx(2.31, abs=0.005)

    table, seen = tg.nn.Embedding.from_pretrained(tg.zeros(36, 36, dtype=tg.float64), freeze=False), tg.tensor(counts)
    optimizer = tg.optim.Adam(table.parameters(), lr=0.1)
    losses = []
    for _ in range(500):
        optimizer.zero_grad()
        loss = -(seen * table.weight.log_softmax(1)).sum() / seen.sum()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(np.log(36))  # who knows nothing hesitates between all 36
    assert all(loss > entropy for loss in losses)
    assert losses[-1] < entropy + 0.005
    pairs = tg.tensor(numbers)
    over_the_text = tg.nn.functional.cross_entropy(table(pairs[:-1]), pairs[1:]).item()
    assert entropy < over_the_text <= losses[-1]  # pair by pair it is the same loss, one step later


# All


@pytest.mark.parametrize("load", [digits, penguins, lambda: penguins(target="species")])
def test_each_call_gives_tensors_of_its_own(load):
    before = [t.numpy().copy() for part in load() for t in part.tensors]
    for part in load():
        for tensor in part.tensors:
            tensor.zero_()
    after = [t.numpy() for part in load() for t in part.tensors]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_importing_teachgrad_reads_no_data():
    code = "import sys, teachgrad; print(any(m.startswith('teachgrad.datasets') for m in sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
