"""Right answers to lesson 11 that are written in another way, and what is said of some that are wrong."""

import pytest

from teachgrad.course.exercises import find
from teachgrad.course.judging import judge

ELSEWISE = {
    "11-1 as nn.Linear keeps it": """
class Linear(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.w = nn.Parameter(tg.randn(outputs, inputs))
        self.register_parameter("b", nn.Parameter(tg.zeros(1, outputs)))

    def forward(self, x):
        return nn.functional.linear(x, self.w, self.b[0])
""",
    "11-2 by names": """
class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        for number, layer in enumerate(layers):
            self.add_module(str(number), layer)

    def forward(self, x):
        for layer in self.children():
            x = layer(x)
        return x
""",
    "11-3 with a Sequential": """
class Tower(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.Sequential(*(nn.Sequential(nn.Linear(width, width), nn.ReLU()) for _ in range(depth)))
        self.scale = nn.Parameter(tg.ones(width))

    def forward(self, x):
        return self.scale * self.layers(x)
""",
    "11-4 by backward": """
def tied_backward(g, x, w):
    leaf = w.clone().requires_grad_()
    (x @ leaf @ leaf.T).backward(g)
    return leaf.grad
""",
    "11-5 and a copy": """
import copy

def keep_best(model, path, rounds, train_once, loss_of):
    seen = []
    for _ in range(rounds):
        train_once(model)
        seen.append((loss_of(model), copy.deepcopy(model.state_dict())))
    best = min(seen, key=lambda pair: pair[0])[1]
    model.load_state_dict(best)
    tg.save(best, path)
""",
    "11-6 by apply": """
def initialise(model):
    def one(layer):
        if isinstance(layer, nn.Linear):
            with tg.no_grad():
                layer.weight.copy_(tg.randn(layer.weight.shape) / layer.in_features**0.5)
                layer.bias.fill_(0)
    model.apply(one)
""",
}


@pytest.mark.parametrize("name", ELSEWISE)
def test_any_right_answer_is_right(name):
    exercise = find(name[:4])
    verdict = judge(exercise, exercise.made(ELSEWISE[name]))
    assert (verdict.status, verdict.facts) == ("right", ())


def test_a_class_that_was_only_retyped_is_not_attempted():
    exercise = find("11-3")
    again = exercise.made("# typed again\n" + exercise.stub)
    verdict = judge(exercise, again)
    assert verdict.status == "not attempted"
    assert verdict.facts[0].endswith("parameters() yields 0 numbers; there should be 27.")
    renamed = exercise.made(exercise.stub.replace("forward", "backward"))
    assert judge(exercise, renamed).status == "not yet"


def test_a_frozen_parameter_is_found():
    exercise = find("11-1")
    frozen = exercise.solution.replace("outputs))", "outputs), requires_grad=False)")
    assert judge(exercise, exercise.made(frozen)).facts[0].endswith("2 of the parameters have no gradient.")
