"""What lesson 14 says of its own programs: which weights keep 50 layers alive, and what shortcuts do."""

import pytest

import teachgrad as tg
from notebooks import build
from teachgrad import nn
from teachgrad.course.exercises import find

STDS = (0.05, 0.1, 0.125, 0.15, 0.177, 0.2, 0.25)


@pytest.fixture(scope="module")
def network():
    """The experiment's function, giving the numbers that it draws."""
    (source,) = (cell.source for cell in build.read_source("14_depth").cells if "def network(" in cell.source)
    names = {"tg": tg, "draw_depth": lambda panels: [number for numbers in panels.values() for number in numbers]}
    exec(source.partition("explore(")[0], names)
    return names["network"]


def alive(network, activation):
    """The weights with which nothing is more than a hundred times too large or too small, 50 layers deep."""
    return [std for std in STDS if all(0.01 < number < 100 for number in network(50, activation, std))]


def test_tanh_forgives_relu_does_not_and_no_start_saves_a_sigmoid(network):
    assert alive(network, "tanh") == [0.125, 0.15, 0.177, 0.2]
    assert alive(network, "relu") == [0.177]
    assert alive(network, "sigmoid") == []


def test_a_tower_of_twenty_layers_keeps_its_gradient_only_with_shortcuts():
    tg.manual_seed(0)
    layers, x = [nn.Linear(64, 64) for _ in range(20)], tg.randn(32, 64, requires_grad=True)

    def arrives(source):
        y = find("14-5").made(source)(layers, x)
        return tg.autograd.grad(y, x, tg.ones_like(y))[0].abs().mean().item()

    assert arrives(find("14-5").stub) < 1e-6
    assert 1 < arrives(find("14-5").solution) < 1000
