"""A row of layers shows which of them a network knows, and how far each has moved."""

import pytest

import teachgrad as tg
from teachgrad import nn
from teachgrad.course.hidden import draw_layers
from teachgrad.viz.scene import Rect, Text


@pytest.fixture
def network():
    """Two layers, of which the module knows one; after training, the known one has moved by 5."""
    model, known, hidden = nn.Module(), nn.Linear(2, 1), nn.Linear(1, 1)
    model.known, model.hidden = known, [hidden]

    def train():
        with tg.no_grad():
            known.weight += tg.tensor([[3.0, 4.0]])

    return model, {"known": known, "hidden <b>": hidden}, train


def test_what_is_known_has_a_frame_and_what_is_not_is_dashed(network):
    figure = draw_layers(*network)
    assert [mark.look for mark in figure.picture.marks if isinstance(mark, Rect)] == ["leaf", "constant"]
    words = [mark.text for mark in figure.picture.marks if isinstance(mark, Text)]
    assert words[0] == "model.parameters() yields 3 of 5 numbers."
    assert words[1:] == [
        *("known", "3 numbers", "moved by 5.0"),
        *("hidden <b>", "2 numbers, not known", "moved by 0"),
    ]
    assert "hidden <b>" not in figure.svg


def test_it_is_said_in_words_as_well(network):
    assert draw_layers(*network).alt == (
        "model.parameters() yields 3 of 5 numbers. known: 3 numbers, known, moved by 5.0. "
        "hidden <b>: 2 numbers, not known, moved by 0."
    )
