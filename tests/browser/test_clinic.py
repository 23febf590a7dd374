"""The ward of lesson 15 as a learner works in it: measures, names a wrong and the right cause, mends."""

from __future__ import annotations

from teachgrad.course.clinic import find
from tests.browser.jupyterlab import errors, open_notebook, photograph, run_all, set_theme
from tests.browser.test_course import cell, says


def test_a_patient_is_measured_diagnosed_and_mended(lab, page):
    open_notebook(page, lab, "15_clinic")
    assert errors(page, run_all(page)) == []
    ward, patient = cell(page, "examine()"), find("C")
    ward.scroll_into_view_if_needed()
    ward.get_by_role("button", name="C", exact=True).click()
    says(ward, "The loss creeps.")
    ward.get_by_role("button", name=patient.measurements[-1].question).click()
    says(ward, "(1, 1, 1)")
    ward.get_by_role("button", name="Name the cause").click()
    says(ward, "Choose a cause first.")
    for cause, words in (("graph cut", "Not graph cut"), (patient.cause, "Yes: softmax twice")):
        ward.get_by_text(cause, exact=True).first.click()
        ward.get_by_role("button", name="Name the cause").click()
        says(ward, words)
    ward.get_by_role("button", name="Run what I changed").click()
    says(ward, "Nothing has been changed.")
    ward.locator("textarea").fill(patient.mended)
    page.keyboard.press("End")
    ward.get_by_role("button", name="Run what I changed").click()
    says(ward, "The symptom is gone.")
    ward.get_by_role("button", name="C ✓").wait_for()
    for theme in ("Light", "Dark"):
        set_theme(page, theme)
        photograph(page, f"15_ward-{theme.lower()}")
