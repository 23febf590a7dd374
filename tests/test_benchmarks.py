"""A benchmark's time means something only if its result is right, and a table only if it says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import memory, picture, readme, results, runner, table, worker
from benchmarks.peers import BY_HAND, PEERS, TEACHGRAD, Peer
from benchmarks.workloads import WORKLOADS
from teachgrad.viz.scene import Rect

ROOT = Path(__file__).parent.parent
NEURON = WORKLOADS[0]
SHORT = [w for w in WORKLOADS if w.name not in ("graph", "importing", "nodes_100000", "nodes_1000000")]
ABSENT = Peer("Absent", "a_package_that_nobody_has", "tensors")


@pytest.mark.parametrize("workload", SHORT, ids=lambda w: w.name)
def test_teachgrad_finds_the_gradients_that_were_worked_out_by_hand_and_the_data_stay_as_they_are(workload):
    before, data = workload.data(), workload.data()
    prepared = [peer.prepare(workload, data) for peer in (TEACHGRAD, BY_HAND)]
    found = [worker.Bench(*pair, replace(workload, checked=2)).result for pair in prepared if pair is not None]
    assert all(runner.agree(found[0], other) for other in found)
    assert data.keys() == before.keys()
    assert all(np.array_equal(data[name], before[name]) for name in data)


def test_what_has_no_form_by_hand_is_known():
    without = [workload.name for workload in SHORT if BY_HAND.prepare(workload, workload.data()) is None]
    assert without == ["transformer", "curvature"]
    assert all(TEACHGRAD.prepare(workload, workload.data()) for workload in SHORT)


def test_a_small_difference_is_one():
    assert runner.agree([[2, 5.0, 3.0, 4.0]], [[2, 5.0001, 3.0, 4.0001]])
    assert not runner.agree([[2, 5.0, 3.0, 4.0]], [[2, 5.0, 3.0, 4.001]])
    assert not runner.agree([[2, 5.0, 3.0, 4.0]], [[2, 5.001, 3.0, 4.0]])
    assert not runner.agree([[2, 5.0, 3.0, 4.0]], [[2, 5.0, 3.0, 4.0]] * 2)
    assert not runner.agree([[1, 0.0, float("nan")]], [[1, 0.0, 0.0]])


def test_a_fingerprint_tells_large_arrays_apart():
    x = np.random.default_rng(0).normal(size=(100, 1000))
    y = x.copy()
    y[57, 3] += 5  # between the elements that are looked at
    assert runner.agree(worker.fingerprint([x]), worker.fingerprint([x]))
    assert not runner.agree(worker.fingerprint([x]), worker.fingerprint([y]))
    assert not runner.agree(worker.fingerprint([x]), worker.fingerprint([x[:-1]]))


def test_peers_are_measured_in_processes_of_their_own():
    found = runner.measure((TEACHGRAD, BY_HAND, ABSENT), (NEURON,), rounds=2)
    assert found.absent == ["Absent"]
    assert set(found.versions) == {"teachgrad", "NumPy by hand"}
    assert found.reference == {"neuron": "NumPy by hand"}
    assert [len(times) for times in found.seconds.values()] == [2, 2]
    assert all(0 < seconds < 1 for times in found.seconds.values() for seconds in times)
    assert found.memory["NumPy by hand", "neuron"]["peak"] < found.memory["teachgrad", "neuron"]["peak"] < 20_000


def test_a_peer_with_one_thread_is_told_so_and_the_others_take_large_workloads_alone():
    assert TEACHGRAD.environment["OMP_NUM_THREADS"] == "1"
    free = [peer for peer in PEERS if not peer.one_thread]
    assert len(free) == 2
    assert all("OMP_NUM_THREADS" not in peer.environment for peer in free)
    assert not any(peer.takes(NEURON) for peer in free)
    assert {peer.beside.title for peer in free} == {"teachgrad, all threads"}


def test_memory_is_what_lasts_and_what_a_step_needs_besides():
    def prepare():
        kept = np.zeros(100_000)
        return lambda: (kept + 1).sum()

    found = memory.traced(prepare)
    assert 800_000 <= found["live"] < 805_000
    assert 800_000 <= found["peak"] < 805_000


def findings():
    """Times that are easily followed, of three peers, one of which is wrong."""
    found = runner.Findings(versions={"teachgrad": "1", "NumPy by hand": "2", "Wrong": "3"}, absent=["Absent"])
    found.seconds = {
        ("teachgrad", "neuron"): [2e-5, 4e-5, 9e-5],
        ("NumPy by hand", "neuron"): [1e-5, 1e-5, 3e-3],
        ("Wrong", "neuron"): [],
    }
    found.memory = {("teachgrad", "neuron"): {"live": 1500, "peak": 250}}
    found.reference = {"neuron": "NumPy by hand"}
    peers = (TEACHGRAD, BY_HAND, Peer("Wrong", "numpy", "arrays"), ABSENT)
    return results.summary(found, peers, (NEURON,), load=0.0)


def test_the_table_says_what_is_missing_and_what_is_wrong():
    lines = table.text(findings()).splitlines()
    times, ratios, bytes_ = (line.split()[2:] for line in lines if line.startswith(NEURON.title))
    assert times == ["40.0", "10.0"]
    assert ratios == ["0.50", "(0.38", "to", "16.92)"]  # the middle of 1/2, 1/4 and 100/3, not 10/40
    assert bytes_ == ["1.5", "+", "0.2"]
    assert lines[-2:] == ["Not installed, so not measured: Absent.", "DIFFERENT RESULT, so no time: Wrong, neuron."]


def test_the_geometric_mean_makes_twice_and_half_one():
    assert table.geometric_mean([2.0, 0.5]) == pytest.approx(1.0)


def test_results_are_read_as_they_were_written(tmp_path):
    made = findings()
    results.write(made, tmp_path / "results.json")
    assert results.read(tmp_path / "results.json") == made
    (line,) = (line for line in (tmp_path / "results.json").read_text().splitlines() if 'NumPy by hand": {' in line)
    assert line.endswith("},")  # all of a peer on one line


def test_the_readme_and_its_picture_show_the_results_that_are_kept():
    kept = results.read()
    assert readme.words(kept) in (ROOT / "README.md").read_text(encoding="utf-8")
    assert picture.draw(kept) == picture.FILE.read_text(encoding="utf-8")
    assert [workload["name"] for workload in kept["workloads"]] == [workload.name for workload in WORKLOADS]


def test_the_picture_has_a_bar_for_each_time_as_long_as_its_logarithm():
    marks = picture.scene(findings()).marks
    bars = {mark.look: mark for mark in marks if isinstance(mark, Rect) and mark.x == picture.LEFT}
    assert list(bars) == ["bar0", "bar1"]  # of 40 and of 10 microseconds, on an axis that begins at one
    assert bars["bar0"].width / bars["bar1"].width == pytest.approx(np.log10(40) / np.log10(10))
    assert [mark.text for mark in marks if getattr(mark, "look", "") == "amount"][:2] == ["40 µs", "0.5×"]


def test_an_unknown_workload_is_refused():
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"], capture_output=True, text=True, cwd=ROOT, env=dict(os.environ)
    )
    assert run.returncode == 2
    assert "no such workload: nothing" in run.stderr
