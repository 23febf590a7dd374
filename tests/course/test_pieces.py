"""What checkpointing costs, counted: held are the inputs of all pieces and the results of one, and layers run twice."""

import pytest

import teachgrad as tg
from teachgrad.course.pieces import Counter, draw_pieces, through, walked


@pytest.mark.parametrize(("piece", "held"), [(1, 13), (3, 7), (4, 7), (12, 13)])
def test_held_are_the_results_that_begin_pieces_and_those_of_one_piece(piece, held):
    """12 / piece results that a next piece, or the end, begins with, and the results of the piece that runs again."""
    counter = walked(piece, 12)
    assert max(counter.held) == 12 // piece + piece == held
    assert counter.runs == 24
    assert counter.held[-1] == 0


def test_without_pieces_everything_is_held_and_runs_once():
    counter = walked(0, 12)
    assert (max(counter.held), counter.runs, counter.held[-1]) == (12, 12, 0)


def test_no_two_layers_are_alike():
    results = [layer(tg.tensor(1.0)).item() for layer in Counter().layers(5)]
    assert len(set(results)) == 5
    assert through(Counter().layers(2), tg.tensor(0.0)).item() == 0.0


def test_the_picture_says_what_is_held():
    figure = draw_pieces(4, 16)
    assert "at most 8 results held, 32 layers run" in figure.alt
    assert "without pieces held 0 to 0, at its highest 16; pieces of 4 held 0 to 0, at its highest 8" in figure.alt
    with pytest.raises(ValueError, match="a layer or more in a piece, not 0"):
        draw_pieces(0)
