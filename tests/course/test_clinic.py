"""The clinic: each broken program shows its symptom, and each mended one does not; and what a learner is told."""

from __future__ import annotations

import math

import pytest

from teachgrad.course import ward
from teachgrad.course.clinic import CAUSES, PATIENTS, SECONDS, Measurement, examined, find, with_measurements
from teachgrad.course.ward import examine, named, treated, ward_round

each = pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: patient.name)


@each
def test_the_symptom_is_there_and_after_the_cure_it_is_gone(patient):
    broken, mended = examined(patient), examined(patient, patient.mended)
    assert broken.ill
    assert not mended.ill
    assert mended.error == ""
    assert all(math.isfinite(loss) for loss in mended.losses)
    telling = len(patient.measurements) - 1
    assert broken.told(telling) != mended.told(telling)


@each
def test_every_measurement_finds_its_place_and_something_to_say(patient):
    program = with_measurements(patient, patient.program)
    told = [examined(patient).told(place) for place in patient.asked]
    for place, words in zip(patient.asked, told, strict=True):
        assert f"_measured({place}, " in program
        assert "not to be measured" not in words
        assert "never reached" not in words
    assert len(set(patient.asked)) == len(patient.measurements) >= 3


@each
def test_measuring_does_not_change_what_is_measured(patient):
    bare = patient.__class__(**{f: getattr(patient, f) for f in FIELDS} | {"measurements": ()})
    program = patient.program + "\n"  # not the one that is remembered
    assert str(examined(bare, program).losses) == str(examined(patient).losses)


FIELDS = ("name", "complaint", "program", "cure", "cause", "symptom", "why")


@each
def test_a_cure_changes_something_and_nothing_of_the_name_is_given_away(patient):
    assert all(patient.program.count(ill) >= 1 for ill, _ in patient.cure)
    assert patient.cause not in patient.complaint


def test_every_cause_has_one_patient():
    assert sorted(patient.cause for patient in PATIENTS) == sorted(CAUSES)
    assert len(PATIENTS) >= 10


def test_symptoms_are_what_the_complaints_say():
    losses = {patient.name: examined(patient).losses for patient in PATIENTS}
    assert len(set(losses["A"])) == 1
    assert min(losses["C"]) > 2
    assert examined(find("C"), find("C").mended).losses[-1] < 0.2
    assert math.log((math.e + 9) / math.e) == pytest.approx(1.46, abs=0.005)  # with one probability 1 and nine 0
    assert losses["D"] == ()
    assert examined(find("D")).error.startswith("RuntimeError: one of the variables needed for gradient computation")
    assert min(losses["E"][:16]) < 1.3 < 10 < losses["E"][-1]
    assert losses["G"][0] == pytest.approx(math.log(400), abs=0.1)
    assert math.isnan(losses["H"][-1])
    assert examined(find("K"), find("K").mended).losses[-1] < losses["K"][-1] - 1
    assert max(abs(loss - 2.3) for loss in losses["L"]) < 0.2


OTHER_CURES = [
    ("A", "    loss.backward()\n", "", "    optimizer.step()\n", "    loss.backward()\n    optimizer.step()\n"),
    ("B", "total += loss\n", "total += loss.detach()\n"),
    ("B", "total += loss\n", "total += float(loss)\n"),
    ("C", "nn.CrossEntropyLoss()", "nn.NLLLoss()", "model(images)", "model(images).log()"),
    ("C", "nn.Softmax(dim=1)", "nn.Identity()"),
    ("D", "hidden -= hidden.mean(0)", "hidden = hidden.sub(hidden.mean(0))"),
    ("E", "    optimizer.step()\n", "    optimizer.step()\n    optimizer.zero_grad()\n"),
    ("E", "    loss = ", "    model.zero_grad()\n    loss = "),
    ("F", "        self.last", "        self.hidden = nn.Sequential(*self.hidden)\n        self.last"),
    ("G", "F.log_softmax(model(images), dim=0)", "model(images)", "nn.NLLLoss()", "nn.CrossEntropyLoss()"),
    ("G", "dim=0", "dim=-1"),
    ("H", "probabilities.log()", "(probabilities + 1e-9).log()"),
    (
        "H",
        "-(F.one_hot(labels, 10) * probabilities.log()).sum(1).mean()",
        "F.cross_entropy(model(16 * images), labels)",
    ),
    ("I", "with torch", "model.train(False)\nwith torch"),
    ("J", "lr=30.0", "lr=0.1"),
    ("K", "torch.no_grad()", "torch.enable_grad()"),
    ("L", "images[picked]\n    targets = labels[torch.randint(0, len(labels), (64,))]", "images\n    targets = labels"),
]


@pytest.mark.parametrize(("name", "changes"), [(name, changes) for name, *changes in OTHER_CURES])
def test_another_cure_is_a_cure(name, changes):
    program = find(name).program
    for ill, well in zip(changes[::2], changes[1::2], strict=True):
        assert ill in program
        program = program.replace(ill, well)
    assert treated(find(name), program).startswith("The symptom is gone.")


def test_what_is_said_of_a_treatment():
    patient = find("C")
    assert treated(patient, "  " + patient.program) == "Nothing has been changed."
    half = patient.program.replace("lr=1.0", "lr=0.5")
    assert treated(patient, half).startswith("The symptom is still there. What do the outputs for an image add up to?")
    assert treated(patient, "losses = [1.0, 2").startswith("It raises SyntaxError")
    assert treated(patient, "losses = []").startswith("It raises NameError: name 'loss_fn' is not defined")
    assert treated(patient, patient.mended).startswith("The symptom is gone. Loss 2.33 to ")


def test_a_treatment_without_the_line_that_the_symptom_is_seen_at_is_none():
    patient = find("A")
    assert treated(patient, "losses = [1.0]").startswith("The symptom is still there.")


def test_a_program_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr("teachgrad.course.clinic.SECONDS", 0.1)
    assert SECONDS > 1
    assert treated(find("A"), "while True:\n    pass") == "It raises it had not ended after 0.1 seconds."


def test_a_cause_that_is_not_it_says_what_would_be_seen():
    for cause, sign in CAUSES.items():
        for patient in PATIENTS:
            said = named(patient, cause)
            assert said == (f"Yes: {cause}. {patient.why}" if cause == patient.cause else f"Not {cause}: {sign}")


def test_the_round_is_told_in_words():
    assert "A: loss stays at 2.33." in ward_round().alt
    assert "H: nan: loss 7.89 to nan." in ward_round().alt
    assert " D: " not in ward_round().alt
    assert "A: loss 2.33 to 0.43." in ward_round(mended=True).alt


# --- as functions, as a page, and with buttons -------------------------------------------------------------------


def test_by_functions(capsys):
    examine()
    assert len(capsys.readouterr().out.splitlines()) == len(PATIENTS) + 1
    examine("D")
    text = capsys.readouterr().out
    assert find("D").program in text
    assert "It raises RuntimeError: one of the variables" in text
    assert 'Measure: examine("D", measure=1)' in text
    examine("D", measure=4)
    assert capsys.readouterr().out == "D has measurements 1 to 3.\n"
    examine("D", program=find("D").mended)
    assert capsys.readouterr().out.startswith("The symptom is gone.")
    examine("Z")
    assert capsys.readouterr().out == "There is no patient 'Z': they are A to L.\n"


@pytest.fixture
def shown(monkeypatch):
    """What panels show, as if there were a notebook: (text, page, widget)."""
    pytest.importorskip("ipywidgets")
    found = []
    monkeypatch.setattr(
        ward.panel, "show", lambda text, page, controls=None: found.append((text, page, controls and controls()))
    )
    return found


def parts(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child)


def press(widget, name):
    next(part for part in parts(widget) if getattr(part, "description", None) == name).click()


def text_of(widget):
    return " ".join(part.value for part in parts(widget) if isinstance(getattr(part, "value", None), str))


def test_the_page_holds_every_patient_with_all_readings_and_the_cause(shown):
    examine()
    page = shown[0][1]
    assert page.count("<details>") == sum(2 + len(patient.measurements) for patient in PATIENTS)
    for patient in PATIENTS:
        assert f"{patient.cause}. " in page


def test_with_buttons(shown):
    examine()
    widget = shown[0][2]
    press(widget, "K")
    assert "It learns, but worse" in text_of(widget)
    assert "graph cut" not in text_of(widget)
    press(widget, "Name the cause")
    assert "Choose a cause first." in text_of(widget)
    press(widget, "Has encoder a gradient when the optimizer steps?")
    assert "False; False; False; ... False" in text_of(widget)
    causes = next(part for part in parts(widget) if getattr(part, "options", None))
    for cause, words in (("wrong axis", "Not wrong axis"), ("graph cut", "Yes: graph cut")):
        causes.value = cause
        press(widget, "Name the cause")
        assert words in text_of(widget)
    assert "You took 1 of 4 measurements." in text_of(widget)
    press(widget, "Run what I changed")
    assert "Nothing has been changed." in text_of(widget)
    program = [part for part in parts(widget) if getattr(part, "value", None) == find("K").program][-1]
    program.value = find("K").mended
    press(widget, "Run what I changed")
    assert "The symptom is gone." in text_of(widget)
    press(widget, "A")
    assert "It learns, but worse" not in text_of(widget)
    press(widget, "K ✓")
    assert "The symptom is gone." in text_of(widget)  # what was done at a bed is still there


def test_a_line_says_where_it_stands():
    assert Measurement("", "x", "optimizer.step()").line == "`print(x)` before `optimizer.step()`"
    assert Measurement("", "x").line == "`print(x)` at the end"
