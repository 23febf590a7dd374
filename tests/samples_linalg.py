"""Samples of products, decompositions and norms of matrices; see `samples.py`."""

from __future__ import annotations

from tests.sampling import Sample

LINALG: list[Sample] = []
