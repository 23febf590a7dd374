"""Large arrays are worked on in pieces, which must not be seen in the result."""

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.optim import bench


@pytest.mark.parametrize("shape", [(5, 3), (1, 20), (17,)])
@pytest.mark.parametrize("amsgrad", [False, True])
def test_pieces_give_the_same_step_to_the_last_bit(monkeypatch, shape, amsgrad):
    start = np.random.default_rng(0).normal(size=shape).astype(np.float32)

    def descended():
        w = tg.tensor(start, requires_grad=True)
        optimizer = tg.optim.Adam([w], lr=0.1, amsgrad=amsgrad, weight_decay=0.01)
        for _ in range(3):
            optimizer.zero_grad()
            (w**4).sum().backward()
            optimizer.step()
        return w.detach().numpy()

    whole = descended()
    monkeypatch.setattr(bench, "CACHED", 7)
    assert descended().tolist() == whole.tolist()


def test_pieces_are_views_that_cover_everything(monkeypatch):
    monkeypatch.setattr(bench, "CACHED", 7)
    x = np.zeros((8, 3))
    sizes = []
    for part, piece in bench.Bench(x.shape, x.dtype).pieces(x):
        part.add(piece, 1, np.ones_like(piece))
        sizes.append(piece.size)
    assert sizes == [6, 6, 6, 6]
    assert x.tolist() == np.ones((8, 3)).tolist()
