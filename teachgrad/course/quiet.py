"""Somebody else's code runs and leaves no trace: nothing is printed, warned about, or drawn from the random numbers.

Knows nothing of exercises.
"""

from __future__ import annotations

import io
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import numpy as np

from teachgrad.random import fork_rng


@contextmanager
def quietly() -> Iterator[None]:
    """Inside, output and warnings are dropped; outside, random numbers go on as if none had been drawn.

    >>> before = random.getstate()
    >>> with quietly():
    ...     print(random.random())
    >>> random.getstate() == before
    True
    """
    nowhere = io.StringIO()
    numpy, python = np.random.get_state(), random.getstate()  # noqa: NPY002 - what learners draw from
    with redirect_stdout(nowhere), redirect_stderr(nowhere), warnings.catch_warnings(), fork_rng():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            np.random.set_state(numpy)  # noqa: NPY002 - what learners draw from
            random.setstate(python)
