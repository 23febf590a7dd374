"""The debug clinic as a learner meets it: choose what to measure, see it, name the cause, mend the program.

With buttons in a notebook; by a function where there are none; and as a page that opens without a kernel. What the
patients are, and what is measured of them: clinic.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from teachgrad import viz
from teachgrad.course import panel
from teachgrad.course.clinic import CAUSES, PATIENTS, Chart, Patient, examined, find
from teachgrad.viz.figure import Figure


def examine(
    name: str | None = None, *, measure: int | None = None, cause: str | None = None, program: str | None = None
) -> None:
    """See a patient of the debug clinic; measure something, name the cause, run a mended program.

    Args:
        name: the patient's letter; without it, all of them.
        measure: the number of a measurement to take.
        cause: what you think is the matter.
        program: the program as you have mended it.

    >>> examine("A", measure=2)
    Is .grad None when the optimizer steps?
      `print(model[0].weight.grad is None)` before `optimizer.step()`: True; True; True; ... True
    >>> examine("A", cause="wrong axis")
    Not wrong axis: then the probabilities of one image would not add up to 1.
    """
    if name is None:
        text = "\n".join(f"{patient.name}  {patient.complaint}" for patient in PATIENTS)
        page = "".join(
            f"<details><summary>{_head(patient)}</summary>{_page(patient)}</details>" for patient in PATIENTS
        )
        panel.show(f'{text}\n  See one of them: examine("A")', page, _ward)
        return
    try:
        patient = find(name)
    except LookupError as error:
        panel.show(str(error), panel.paragraph(str(error)))
        return
    if measure is not None:
        text = _measured(patient, measure)
    elif cause is not None:
        text = named(patient, cause)
    elif program is not None:
        text = treated(patient, program)
    else:
        panel.show(_text(patient), panel.paragraph(_head(patient)) + _page(patient), lambda: _bed(patient))
        return
    panel.show(text, panel.paragraph(text))


def ward_round(mended: bool = False) -> Figure:
    """The losses of all patients over their first steps; or of their mended programs.

    Returns:
        A figure with ``.svg``, ``.html``, ``.alt`` and ``.save(path)``.

    There is nothing like it in PyTorch.

    >>> ward_round().alt.partition(". ")[2].partition(". ")[0]
    'A: loss stays at 2.33'
    """
    charts = {patient.name: examined(patient, patient.mended if mended else None) for patient in PATIENTS}
    return viz.draw_curves({
        name + (": nan" if math.isnan(chart.losses[-1]) else ""): {"loss": chart.losses}
        for name, chart in charts.items()
        if chart.losses
    })  # fmt: skip


# --- what is said ------------------------------------------------------------------------------------------------


def named(patient: Patient, cause: str) -> str:
    """What is said to a learner who names a cause.

    >>> named(find("A"), "a virus").partition(":")[0]
    'a virus is none of the causes'
    """
    if cause not in CAUSES:
        return f"{cause} is none of the causes: {', '.join(CAUSES)}."
    if cause != patient.cause:
        return f"Not {cause}: {CAUSES[cause]}"
    return f"Yes: {cause}. {patient.why}"


def treated(patient: Patient, program: str) -> str:
    """What is said of a program that a learner has mended.

    >>> treated(find("A"), find("A").mended)
    'The symptom is gone. Loss 2.33 to 0.43.'
    >>> treated(find("A"), find("A").program)
    'Nothing has been changed.'
    """
    if program.split() == patient.program.split():
        return "Nothing has been changed."
    chart = examined(patient, program)
    if chart.error:
        return f"It raises {_first_line(chart)}"
    if chart.ill:
        telling = len(patient.measurements) - 1
        return f"The symptom is still there. {patient.measurements[telling].question} {chart.told(telling)}"
    return f"The symptom is gone. Loss {chart.losses[0]:.2f} to {chart.losses[-1]:.2f}."


def _measured(patient: Patient, number: int) -> str:
    if not 1 <= number <= len(patient.measurements):
        return f"{patient.name} has measurements 1 to {len(patient.measurements)}."
    return "\n  ".join(_reading(patient, patient.asked[number - 1]))


def _reading(patient: Patient, place: int) -> tuple[str, str]:
    """A measurement's question, and its line with what it showed."""
    measurement = patient.measurements[place]
    return measurement.question, f"{measurement.line}: {examined(patient).told(place)}"


def _first_line(chart: Chart) -> str:
    return chart.error.partition("\n")[0]


def _raises(patient: Patient) -> str:
    chart = examined(patient)
    return f"It raises {_first_line(chart)}" if chart.error else ""


def _head(patient: Patient) -> str:
    return f"{patient.name} “{patient.complaint}”"


def _text(patient: Patient) -> str:
    lines = [_head(patient), "", patient.program, *filter(None, [_raises(patient)])]
    lines += [f"{number}. {patient.measurements[place].question}" for number, place in enumerate(patient.asked, 1)]
    key = f'examine("{patient.name}", '
    lines += [f"  Measure: {key}measure=1)", f"  Name the cause: {key}cause=...), one of {', '.join(CAUSES)}"]
    return "\n".join([*lines, f"  Run what you have changed: {key}program=...)"])


def _page(patient: Patient) -> str:
    """A patient without a kernel: every measurement can be opened."""
    opened = "".join(_details(*_reading(patient, place)) for place in patient.asked)
    return _sheet(patient) + opened + _details("The cause", f"{patient.cause}. {patient.why}")


def _sheet(patient: Patient) -> str:
    return panel.code(patient.program) + (panel.paragraph(_raises(patient)) if _raises(patient) else "")


def _details(summary: str, text: str) -> str:
    return f"<details><summary>{panel.markup(summary)}</summary>{panel.paragraph(text)}</details>"


# --- with buttons ------------------------------------------------------------------------------------------------


def _ward() -> Any:
    """All patients: one button each, and below them the one who is seen."""
    bed, beds = panel.column(), dict[str, Any]()

    def press(button: Any) -> None:
        name = button.description[0]

        def well() -> None:
            button.description = f"{name} ✓"

        if name not in beds:
            beds[name] = _bed(find(name), well)
        bed.children = (beds[name],)

    names = [panel.button(patient.name, press) for patient in PATIENTS]
    return panel.column(panel.html(panel.paragraph("Whom do you want to see?")), panel.row(*names), bed)


def _bed(patient: Patient, well: Callable[[], None] = lambda: None) -> Any:
    """One patient: measurements to take, a cause to name, a program to mend; `well` is called when that succeeds."""
    readings: list[tuple[str, str]] = []
    findings, verdict, outcome = panel.html(""), panel.html(""), panel.html("")
    causes, program = panel.field(list(CAUSES), ""), panel.editor(patient.program)

    def measure(button: Any) -> None:
        button.disabled = True
        place = next(at for at in patient.asked if patient.measurements[at].question == button.description)
        readings.append(_reading(patient, place))
        findings.value = _table(readings)

    def name(_: Any) -> None:
        if causes.value is None:
            verdict.value = panel.paragraph("Choose a cause first.")
            return
        right = causes.value == patient.cause
        heading, _, rest = named(patient, causes.value).partition(". " if right else ": ")
        taken = f" You took {len(readings)} of {len(patient.asked)} measurements." if right else ""
        verdict.value = panel.coloured("right" if right else "not yet", heading, panel.paragraph(rest + taken))
        if right:
            whole.children = (*beginning, mend)

    def run(_: Any) -> None:
        text = treated(patient, program.value)
        right = text.startswith("The symptom is gone")
        outcome.value = panel.coloured("right" if right else "not yet", text)
        if right:
            well()

    buttons = [panel.button(patient.measurements[place].question, measure) for place in patient.asked]
    mend = panel.column(
        panel.html(panel.paragraph("Mend it:")), program, panel.button("Run what I changed", run), outcome
    )
    beginning = (
        panel.html(panel.paragraph(_head(patient)) + _sheet(patient)),
        panel.html(panel.paragraph("What do you want to measure?")),
        *buttons,
        findings,
        panel.html(panel.paragraph("What is the cause?")),
        causes,
        panel.button("Name the cause", name),
        verdict,
    )
    whole = panel.column(*beginning)
    return whole


def _table(readings: list[tuple[str, str]]) -> str:
    """What has been measured so far."""
    return "".join(
        f'<p style="margin:6px 0"><strong>{panel.markup(question)}</strong><br>{panel.markup(line)}</p>'
        for question, line in readings
    )
