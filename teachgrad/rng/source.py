"""A source of random words: the Mersenne Twister MT19937, seeded and advanced exactly as PyTorch's CPU generator.

A word has 32 random bits. NumPy ships the same twister, so the words come from there at full speed; what is
written here is how PyTorch turns words into numbers of 24 and 53 bits, and how it stores its state.

This module knows nothing of distributions or tensors.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from teachgrad.errors import explained

Array = np.ndarray[Any, np.dtype[Any]]

DEFAULT_SEED = 67280421310721  # of a new torch.Generator()
WORDS = 624  # in the twister's state

# The bytes of torch.Generator.get_state(), so that states can be exchanged with PyTorch.
STATE = np.dtype(
    [
        ("seed", "<u8"),
        ("left", "<i4"),  # words until the twister turns again, plus one
        ("seeded", "<i4"),
        ("next", "<u8"),  # position of the next word
        ("words", "<u8", WORDS),
        ("unused_x", "<f8"),
        ("spare", "<f8"),
        ("unused_rho", "<f8"),
        ("has_spare", "<i8"),
        ("unused_float", "<i8"),
    ]
)


class Source:
    """A stream of random words that can be restarted from a seed.

    Attributes:
        spare: normal numbers are made in pairs; the second one, if it waits for the next call.
    """

    __slots__ = ("_seed", "_seeder", "_twister", "spare")

    def __init__(self, seed: int | None = DEFAULT_SEED) -> None:
        self._twister = np.random.MT19937(0)
        self._seeder = np.random.RandomState(self._twister)  # seeds in the way of the twister's inventors, as PyTorch
        if seed is None:
            self.restart_anywhere()
        else:
            self.restart(seed)

    def restart(self, seed: int) -> None:
        """Begin the stream of this seed.

        Raises:
            ValueError: if the seed does not fit into 64 bits, signed or unsigned.
        """
        if not -(2**63) <= seed < 2**64:
            raise explained(
                ValueError,
                "Overflow when unpacking long long",
                why=f"a seed is a whole number of 64 bits, and {seed} needs more.",
                fix="choose a smaller one; only its lowest 32 bits make a difference.",
            )
        self._seed = seed % 2**64
        self._seeder.seed(self._seed % 2**32)
        self.spare: float | None = None

    def restart_anywhere(self) -> int:
        """Begin at a seed that nobody can foretell; returns it."""
        self.restart(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    @property
    def seed(self) -> int:
        """The seed that the stream began with."""
        return self._seed

    def words(self, n: int) -> Array:
        """The next `n` words, each below 2**32, as uint64."""
        return self._twister.random_raw(n)

    def double_words(self, n: int) -> Array:
        """The next `n` numbers of 64 bits, from two words each, the first one high."""
        pairs = self.words(2 * n)
        return pairs[0::2] << np.uint64(32) | pairs[1::2]

    def floats(self, n: int) -> Array:
        """The next `n` numbers of [0, 1) as float32: 24 bits of a word each."""
        return (self.words(n) & np.uint64(2**24 - 1)).astype(np.float32) * np.float32(2**-24)

    def doubles(self, n: int) -> Array:
        """The next `n` numbers of [0, 1) as float64: 53 bits of two words each."""
        return (self.double_words(n) & np.uint64(2**53 - 1)).astype(np.float64) * 2.0**-53

    def state(self) -> Array:
        """Where the stream stands: 5056 bytes, the same that PyTorch's generator gives."""
        twister = self._twister.state["state"]
        position = int(twister["pos"])
        untouched = position == WORDS and int(twister["key"][0]) == self._seed % 2**32
        record = np.zeros((), STATE)
        record["seed"], record["seeded"] = self._seed, 1
        record["left"], record["next"] = WORDS + 1 - position, 0 if untouched else position
        record["words"] = twister["key"]
        if self.spare is not None:
            record["spare"], record["has_spare"] = self.spare, 1
        return np.frombuffer(record.tobytes(), np.uint8).copy()

    def restore(self, state: Array) -> None:
        """Go to where a stream stood when `state` was taken.

        Raises:
            RuntimeError: if these bytes are no state.
        """
        if state.dtype != np.uint8 or state.ndim != 1:
            raise explained(
                TypeError,
                "RNG state must be a torch.ByteTensor",
                why=f"this one holds {state.dtype} in {state.ndim} dimensions.",
                fix="give what get_state() or get_rng_state() returned.",
            )
        if state.size != STATE.itemsize:
            raise explained(
                RuntimeError,
                f"Expected a CPUGeneratorImplState of size {STATE.itemsize} but found the input RNG state size to be "
                f"{state.size}",
                why="these bytes do not come from a generator.",
                fix="give what get_state() or get_rng_state() returned.",
            )
        record = np.frombuffer(state.tobytes(), STATE)[0]
        left, following = int(record["left"]), int(record["next"])
        if not (record["seeded"] and 0 < left <= WORDS and following <= WORDS):
            raise explained(
                RuntimeError,
                "Invalid mt19937 state",
                why=f"the twister has {WORDS} words, and this state stands at word {following} with {left} left.",
                fix="give what get_state() or get_rng_state() returned, unchanged.",
            )
        position = WORDS if left == 1 else following
        key = record["words"].astype(np.uint32)
        self._twister.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}
        self._seed = int(record["seed"])
        self.spare = float(record["spare"]) if record["has_spare"] else None
