"""The patients of the debug clinic: training loops that are broken, as data.

A patient is a program, what cures it, and what one can measure. A measurement is what people do when they debug: one
more line that prints something, at a place of the program; so its result is found by running the program with that
line in it. The symptom is such a measurement, too: it is true in the broken program and in no mended one.

Knows programs; not how a patient is shown, nor who diagnoses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import teachgrad as tg
from teachgrad.course.patience import TimeLimitError, within
from teachgrad.course.quiet import quietly
from teachgrad.datasets import digits
from teachgrad.engine import newest_first
from teachgrad.tensor import Tensor

DIGITS = 400  # so that a program takes some 20 milliseconds
SECONDS = 20.0  # that a program may run: those below take less than one
SYMPTOM = -1  # its place among the measurements
SHOWN = 3  # readings of a measurement that is taken in every step; and the last one

# What can be the matter, and what would be seen of it.
CAUSES = {
    "zero_grad() forgotten": "then .grad would be longer than this step's own gradient.",
    "step() before backward()": "then the optimizer would find no gradient, and no weight would move.",
    "graph cut": "then some parameter would get no gradient, though it takes part in the prediction.",
    "softmax twice": "then each row of what goes into the loss would be probabilities already, with the sum 1.",
    "wrong axis": "then the probabilities of one image would not add up to 1.",
    "layers in a plain list": "then model.parameters() would hold fewer numbers than the layers have.",
    "images and labels apart": "then an image would be trained with the label of another.",
    "eval() forgotten": "then model.training would still be True, and the same question get two answers.",
    "learning rate too high": "then one step would move the weights by more than they measure.",
    "in-place on a saved value": "then backward() would raise, and name the operation whose value was written over.",
    "log of 0": "then a probability would be exactly 0 before the first nan is seen.",
    "graph kept alive": "then something that is collected over the steps would still have its grad_fn.",
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """Something to be measured while a program runs.

    Attributes:
        question: what one wants to know.
        expression: what is looked at.
        before: what the line says before which it is looked at, each time; without it, at the end.
    """

    question: str
    expression: str
    before: str = ""

    @property
    def line(self) -> str:
        """What one would type to see it, and where.

        >>> Measurement("What is the loss?", "loss.item()", "losses.append(").line
        '`print(loss.item())` before `losses.append(...)`'
        """
        place = self.before + "...)" * self.before.endswith("(")
        return f"`print({self.expression})` " + (f"before `{place}`" if place else "at the end")


@dataclass(frozen=True, slots=True)
class Patient:
    """A broken training loop.

    Attributes:
        name: a letter.
        complaint: what its owner says.
        program: as it is; it finds `torch`, `nn` and `F`, and the digits as `images`, `labels`, `test_images` and
            `test_labels`.
        cure: pieces of the program, and what is to stand in their place.
        cause: one of `CAUSES`.
        symptom: a measurement that is true only while the program is ill; None if it ends by an error.
        measurements: what can be asked for; the last is the one that tells this cause from the others.
            They are offered in the order of `asked`, which gives nothing away.
        why: what happened, and how people arrive at it.
    """

    name: str
    complaint: str
    program: str
    cure: tuple[tuple[str, str], ...]
    cause: str
    symptom: Measurement | None
    measurements: tuple[Measurement, ...]
    why: str

    @property
    def asked(self) -> tuple[int, ...]:
        """The places of the measurements, by the alphabet of their questions."""
        return tuple(sorted(range(len(self.measurements)), key=lambda at: self.measurements[at].question))

    @property
    def mended(self) -> str:
        """The program as it should be."""
        program = self.program
        for ill, well in self.cure:
            program = program.replace(ill, well)
        return program


@dataclass(frozen=True, slots=True)
class Chart:
    """What was seen of a run.

    Attributes:
        losses: of all steps, as the program collected them.
        readings: for each measurement, what it showed each time, in words.
        ill: whether the symptom was there, or an error.
        error: what was raised, or empty.
    """

    losses: tuple[float, ...]
    readings: Mapping[int, tuple[str, ...]]
    ill: bool
    error: str = ""

    def told(self, number: int) -> str:
        """What one measurement showed: once, or the first times and the last time."""
        seen = self.readings.get(number, ())
        if len(seen) > SHOWN + 1:
            return f"{'; '.join(seen[:SHOWN])}; ... {seen[-1]}"
        return "; ".join(seen) or "that line is never reached"


# --- running a program with measurements in it -------------------------------------------------------------------


def examined(patient: Patient, program: str | None = None) -> Chart:
    """What is seen of a patient, or of another form of its program, with every measurement taken.

    Whatever the program raises is told in the chart. Nothing is printed or drawn from the generator of random numbers.

    >>> chart = examined(find("A"))
    >>> chart.ill, chart.losses[0] == chart.losses[-1]
    (True, True)
    >>> examined(find("A"), find("A").mended).ill
    False
    """
    return _run(patient, patient.program if program is None else program)


@lru_cache(maxsize=64)
def _run(patient: Patient, program: str) -> Chart:
    seen: dict[int, list[Any]] = {}

    def measured(number: int, look: Callable[[], Any]) -> None:
        seen.setdefault(number, []).append(look() if number == SYMPTOM else _looked(look))

    world, losses, error = _world() | {"_measured": measured}, [], ""
    with quietly():
        try:
            code = compile(with_measurements(patient, program), f"<patient {patient.name}>", "exec")
            within(SECONDS, lambda: exec(code, world))
            losses = [float(loss) for loss in world["losses"]]
        except TimeLimitError:
            error = f"it had not ended after {SECONDS:g} seconds."
        except Exception as raised:  # a program may raise anything
            error = f"{type(raised).__name__}: {raised}"
    readings = {number: tuple(values) for number, values in seen.items() if number != SYMPTOM}
    ill = bool(error) or any(seen.get(SYMPTOM, [patient.symptom is not None]))
    return Chart(tuple(losses), readings, ill, error)


def with_measurements(patient: Patient, program: str) -> str:
    """The program with a line for each measurement, where there is a place for it."""
    lines = program.rstrip("\n").split("\n")
    taken = dict(enumerate(patient.measurements)) | ({SYMPTOM: patient.symptom} if patient.symptom else {})
    for number, measurement in taken.items():
        line = f"_measured({number}, lambda: ({measurement.expression}))"
        places = [at for at, text in enumerate(lines) if measurement.before and measurement.before in text]
        if places:
            text = lines[places[0]]
            lines.insert(places[0], text[: len(text) - len(text.lstrip())] + line)
        elif not measurement.before:
            lines.append(line)
    return "\n".join(lines)


def _world() -> dict[str, Any]:
    """What a program and its measurements find. The digits are copies: a program may write into them."""
    train, test = digits()
    names = ("images", "labels", "test_images", "test_labels")
    data = dict(zip(names, (part[:DIGITS].clone() for part in (*train.tensors, *test.tensors)), strict=True))
    return {"torch": tg, "nn": tg.nn, "F": tg.nn.functional, "nodes": nodes, **data}


def _looked(look: Callable[[], Any]) -> str:
    """What a measurement shows, in words; in a program that somebody has changed, it may find nothing."""
    try:
        return _word(look())
    except Exception as raised:
        return f"not to be measured here: {raised}"


def nodes(result: Any) -> int:
    """How many nodes of a graph a result keeps alive.

    >>> x = tg.tensor(2.0, requires_grad=True)
    >>> nodes(x * x + 1), nodes(3.5)
    (3, 0)
    """
    root = getattr(result, "grad_fn", None)
    return 0 if root is None else len(newest_first([root]))


def _word(value: Any) -> str:
    """A reading in two digits: enough to see a symptom, and the same on every machine."""
    if isinstance(value, Tensor):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return f"({', '.join(map(_word, value))})"
    if isinstance(value, float):
        return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"
    return str(value)


def find(name: str) -> Patient:
    """The patient with this letter.

    Raises:
        LookupError: if there is none.
    """
    for patient in PATIENTS:
        if patient.name == name:
            return patient
    raise LookupError(f"There is no patient {name!r}: they are {PATIENTS[0].name} to {PATIENTS[-1].name}.")


# --- the patients ------------------------------------------------------------------------------------------------

_TWO_LAYERS = "nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))"
_ROUND = "optimizer.zero_grad()\nloss = loss_fn(model(images), labels)\nloss.backward()\noptimizer.step()"


def _loop(
    lines: str,
    model: str = f"model = {_TWO_LAYERS}",
    parameters: str = "model.parameters()",
    loss_fn: str = "nn.CrossEntropyLoss()",
    settings: str = "lr=0.5",
    steps: int = 40,
    end: str = "",
) -> str:
    """A program of the usual form; what is inside of its loop is the patient's own."""
    return (
        f"torch.manual_seed(0)\n{model}\noptimizer = torch.optim.SGD({parameters}, {settings})\n"
        f"loss_fn = {loss_fn}\nlosses = []\n\nfor step in range({steps}):\n"
        + "".join(f"    {line}\n" for line in lines.split("\n"))
        + f"    losses.append(loss.item())\n{end}"
    )


_OWN = "torch.autograd.grad(loss_fn(model(images), labels), model[0].weight)[0].norm()"
_HELD = 'sum(weight.numel() for weight in optimizer.param_groups[0]["params"])'
_LOSS = Measurement("What is the loss?", "loss.item()", "losses.append(")
_ACCURACY = Measurement(
    "Which share of the training digits is right in the end?", "(model(images).argmax(1) == labels).float().mean()"
)
_GRADIENT = Measurement(
    "How long is .grad of the first weight when the optimizer steps?",
    "model[0].weight.grad.norm()",
    "optimizer.step()",
)
_STEP = Measurement(
    "How long is a step of the first weight, as a share of that weight?",
    'optimizer.param_groups[0]["lr"] * model[0].weight.grad.norm() / model[0].weight.norm()',
    "optimizer.step()",
)
_COUNT = Measurement("How many numbers does the optimizer hold?", _HELD)
_ROWS = Measurement("What do the outputs for an image add up to? (Three images.)", "model(images[:3]).sum(1)")

PATIENTS = (
    Patient(
        name="A",
        complaint="The loss is the same in every step, to the last digit. I have tried ten learning rates.",
        program=_loop(
            "optimizer.zero_grad()\nloss = loss_fn(model(images), labels)\noptimizer.step()\nloss.backward()"
        ),
        cure=(("    optimizer.step()\n    loss.backward()", "    loss.backward()\n    optimizer.step()"),),
        cause="step() before backward()",
        symptom=Measurement("", "model[0].weight.grad is None", "optimizer.step()"),
        measurements=(
            _LOSS,
            _ACCURACY,
            _COUNT,
            Measurement("Is .grad None when the optimizer steps?", "model[0].weight.grad is None", "optimizer.step()"),
        ),
        why="The slopes were measured after the step, and cleared before the next one. An optimizer passes over "
        "parameters without a gradient, and says nothing.",
    ),
    Patient(
        name="B",
        complaint="It learns well. But the longer it runs, the more memory it takes, until the machine has none left.",
        program=_loop(_ROUND + "\ntotal += loss", end='\nprint("mean loss", float(total) / 40)\n').replace(
            "losses = []\n", "losses = []\ntotal = 0.0\n"
        ),
        cure=(("total += loss\n", "total += loss.item()\n"),),
        cause="graph kept alive",
        symptom=Measurement("", "nodes(total) > 0"),
        measurements=(
            _LOSS,
            _ACCURACY,
            _COUNT,
            Measurement("How many nodes of a graph hang from total?", "nodes(total)", "losses.append("),
        ),
        why="A loss brings its graph along. Added up as a tensor, it keeps the graphs of all steps alive; a number, "
        "from .item(), keeps none.",
    ),
    Patient(
        name="C",
        complaint="The loss creeps. After 60 steps it is above 2, and my friend's, with the same layers, below 0.2.",
        program=_loop(_ROUND, f"model = {_TWO_LAYERS[:-1]}, nn.Softmax(dim=1))", settings="lr=1.0", steps=60),
        cure=((", nn.Softmax(dim=1))", ")"),),
        cause="softmax twice",
        symptom=Measurement(
            "", "isinstance(loss_fn, nn.CrossEntropyLoss) and float((model(images).sum(1) - 1).abs().max()) < 0.001"
        ),
        measurements=(_LOSS, _ACCURACY, _GRADIENT, _ROWS),
        why="CrossEntropyLoss wants scores and makes probabilities of them itself. The softmax of ten numbers between "
        "0 and 1 gives none of them more than e / (e + 9): the loss cannot fall below 1.46.",
    ),
    Patient(
        name="D",
        complaint="It stops in the first step, with an error, at backward(). Forward, all is well.",
        program=_loop(
            "optimizer.zero_grad()\nhidden = first(images).sigmoid()\nhidden -= hidden.mean(0)  # centre\n"
            "loss = loss_fn(last(hidden), labels)\nloss.backward()\noptimizer.step()",
            "first, last = nn.Linear(64, 32), nn.Linear(32, 10)",
            "[*first.parameters(), *last.parameters()]",
        ),
        cure=(("hidden -= hidden.mean(0)", "hidden = hidden - hidden.mean(0)"),),
        cause="in-place on a saved value",
        symptom=None,
        measurements=(
            Measurement("What is the loss, before backward()?", "loss.item()", "loss.backward()"),
            Measurement("How many times was hidden written to, before it is centred?", "hidden._version", "# centre"),
            Measurement(
                "How many times was hidden written to, when backward() begins?", "hidden._version", "loss.backward()"
            ),
        ),
        why="sigmoid keeps its result: its slope is s (1 - s). The -= wrote over it. `hidden = hidden - ...` makes a "
        "new tensor and leaves the old one alone.",
    ),
    Patient(
        name="E",
        complaint="The loss falls nicely. Then, at about the twentieth step, it shoots up.",
        program=_loop(_ROUND.partition("\n")[2], settings="lr=0.1, momentum=0.9", steps=24),
        cure=(("    loss = ", "    optimizer.zero_grad()\n    loss = "),),
        cause="zero_grad() forgotten",
        symptom=Measurement("", f"bool(model[0].weight.grad.norm() > 1.5 * {_OWN})", "optimizer.step()"),
        measurements=(
            _LOSS,
            _COUNT,
            _GRADIENT,
            Measurement("How long is the gradient of this step's loss alone, just then?", _OWN, "optimizer.step()"),
        ),
        why="Nobody cleared .grad, so every step went along the sum of all gradients so far: a ball without "
        "friction. Without the optimizer's momentum this network would learn all the same; a sum of sums runs away.",
    ),
    Patient(
        name="F",
        complaint="The loss falls. But a deeper network does no better than a shallow one.",
        program=_loop(
            _ROUND,
            "\n\nclass Network(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.hidden = [nn.Linear(64, 32), nn.Linear(32, 32)]\n        self.last = nn.Linear(32, 10)\n\n"
            "    def forward(self, x):\n        for layer in self.hidden:\n            x = layer(x).relu()\n"
            "        return self.last(x)\n\n\nmodel = Network()",
        ),
        cure=(("[nn.Linear(64, 32), nn.Linear(32, 32)]", "nn.ModuleList([nn.Linear(64, 32), nn.Linear(32, 32)])"),),
        cause="layers in a plain list",
        symptom=Measurement("", f"{_HELD} < 3000"),
        measurements=(
            _LOSS,
            _ACCURACY,
            Measurement(
                "Do the hidden layers get a gradient?",
                "[layer.weight.grad is not None for layer in model.hidden]",
                "optimizer.step()",
            ),
            Measurement(
                "How many numbers have the three layers, and how many does the optimizer hold?",
                f"64 * 32 + 32 + 32 * 32 + 32 + 32 * 10 + 10, {_HELD}",
            ),
        ),
        why="A module does not look into lists: the two hidden layers have kept the weights they were born with. "
        "Their gradients are computed and never used.",
    ),
    Patient(
        name="G",
        complaint="The first loss is 7.3. Before it has learnt anything, should it not be as unsure as a die of ten?",
        program=_loop(
            "optimizer.zero_grad()\nlog_p = F.log_softmax(model(images), dim=0)\nloss = loss_fn(log_p, labels)\n"
            "loss.backward()\noptimizer.step()",
            loss_fn="nn.NLLLoss()",
        ),
        cure=(("dim=0", "dim=1"),),
        cause="wrong axis",
        symptom=Measurement("", "losses[0] > 5"),
        measurements=(
            _LOSS,
            _GRADIENT,
            _COUNT,
            Measurement("What is log_p's shape?", "log_p.shape", "loss.backward()"),
            Measurement(
                "What do the probabilities of an image add up to? (Three images.)",
                "log_p.exp().sum(1)[:3]",
                "loss.backward()",
            ),
        ),
        why="The softmax went down the batch: 1442 images shared one probability for each digit. The first loss said "
        "so: ln 1442 is 7.27, and ln 10 is 2.30.",
    ),
    Patient(
        name="H",
        complaint="After a few steps, every loss is nan.",
        program=_loop(
            "optimizer.zero_grad()\nprobabilities = model(16 * images).softmax(1)  # ink from 0 to 16\n"
            "loss = -(F.one_hot(labels, 10) * probabilities.log()).sum(1).mean()\nloss.backward()\noptimizer.step()",
            "model = nn.Sequential(nn.Linear(64, 10))",
        ).replace("loss_fn = nn.CrossEntropyLoss()\n", ""),
        cure=(
            ("probabilities = model(16 * images).softmax(1)", "log_p = model(16 * images).log_softmax(1)"),
            ("probabilities.log()", "log_p"),
        ),
        cause="log of 0",
        symptom=Measurement("", "any(loss != loss for loss in losses)"),
        measurements=(
            _LOSS,
            _GRADIENT,
            _STEP,
            Measurement("What is the smallest probability?", "(model(16 * images).softmax(1)).min()", "loss = "),
        ),
        why="With scores 104 apart, softmax gives exactly 0 in float32; its log is minus infinity, and 0 times that is "
        "nan. log_softmax never forms the probability.",
    ),
    Patient(
        name="I",
        complaint="On the test digits it is worse than in training, and each time I ask, by another amount.",
        program=_loop(
            _ROUND,
            f"model = {_TWO_LAYERS.replace('nn.ReLU(), ', 'nn.ReLU(), nn.Dropout(0.5), ')}",
            end="\nwith torch.no_grad():\n"
            "    accuracy = (model(test_images).argmax(1) == test_labels).float().mean().item()\n",
        ),
        cure=(("with torch.no_grad():", "model.eval()\nwith torch.no_grad():"),),
        cause="eval() forgotten",
        symptom=Measurement("", "model.training", "accuracy = "),
        measurements=(
            _LOSS,
            _GRADIENT,
            Measurement("Asked twice, does it answer the same?", "(model(test_images) == model(test_images)).all()"),
            Measurement("Is the model in training mode when it is measured?", "model.training", "accuracy = "),
        ),
        why="no_grad() stops recording, and nothing else. Dropout goes on dropping until model.eval() says that it is "
        "serious now.",
    ),
    Patient(
        name="J",
        complaint="The loss jumps up, then up and down. Large gradients, and it does not learn.",
        program=_loop(_ROUND, settings="lr=30.0", steps=4),
        cure=(("lr=30.0", "lr=0.3"),),
        cause="learning rate too high",
        symptom=Measurement("", "max(losses) > 1.2 * losses[0]"),
        measurements=(_LOSS, _COUNT, _ROWS, _STEP),
        why="The first step was longer than the weight that it corrects. Such a step lands on the far side of the "
        "valley, and higher.",
    ),
    Patient(
        name="K",
        complaint="It learns, but worse than my friend's network with the same layers and the same seed.",
        program=_loop(
            "optimizer.zero_grad()\nwith torch.no_grad():  # saves memory\n    features = encoder(images).relu()\n"
            "loss = loss_fn(head(features), labels)\nloss.backward()\noptimizer.step()",
            "encoder, head = nn.Linear(64, 32), nn.Linear(32, 10)",
            "[*encoder.parameters(), *head.parameters()]",
        ),
        cure=(("with torch.no_grad():  # saves memory\n        features", "features"),),
        cause="graph cut",
        symptom=Measurement("", "encoder.weight.grad is None", "optimizer.step()"),
        measurements=(
            _LOSS,
            _COUNT,
            Measurement(
                "Has head a gradient when the optimizer steps?", "head.weight.grad is not None", "optimizer.step()"
            ),
            Measurement(
                "Has encoder a gradient when the optimizer steps?",
                "encoder.weight.grad is not None",
                "optimizer.step()",
            ),
        ),
        why="What is computed under no_grad() has no history: no path leads from the loss to the encoder. The head "
        "learns to live with features drawn by lot.",
    ),
    Patient(
        name="L",
        complaint="The loss stays near 2.3 and trembles. Gradients arrive, weights move, and nothing is learnt.",
        program=_loop(
            "picked = torch.randint(0, len(images), (64,))\nbatch = images[picked]\n"
            "targets = labels[torch.randint(0, len(labels), (64,))]\noptimizer.zero_grad()\n"
            "loss = loss_fn(model(batch), targets)\nloss.backward()\noptimizer.step()"
        ),
        cure=(("labels[torch.randint(0, len(labels), (64,))]", "labels[picked]"),),
        cause="images and labels apart",
        symptom=Measurement("", "float((model(images).argmax(1) == labels).float().mean()) < 0.5"),
        measurements=(
            _LOSS,
            _GRADIENT,
            _STEP,
            _ACCURACY,
            Measurement(
                "What is in the first three images, and as what are they trained?",
                "labels[picked[:3]], targets[:3]",
                "loss.backward()",
            ),
        ),
        why="Images and labels were drawn separately. What a network can learn of pairs that do not belong together "
        "is how frequent each digit is: a loss of 2.3.",
    ),
)
