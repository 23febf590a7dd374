"""A benchmark's time means something only if its result is right, and a table only if it says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import arrays, runner, table, tensors, worker
from benchmarks.peers import BY_HAND, PEERS, TEACHGRAD, Peer
from benchmarks.workloads import WORKLOADS

NEURON = WORKLOADS[0]
ABSENT = Peer("Absent", "a_package_that_nobody_has", "tensors")


def result(peer, workload):
    step, read = peer.prepare(workload.name, workload.data())
    return read([step() for _ in range(worker.CHECKED_STEPS)][-1])


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.name)
def test_teachgrad_finds_the_gradients_that_were_worked_out_by_hand(workload):
    assert runner.agree(result(TEACHGRAD, workload), result(BY_HAND, workload))


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.name)
def test_a_run_leaves_the_numbers_that_all_start_from_as_they_are(workload):
    before, data = workload.data(), workload.data()
    for peer in (TEACHGRAD, BY_HAND):
        step, _ = peer.prepare(workload.name, data)
        step()
    assert {name: array.tolist() for name, array in data.items()} == {n: a.tolist() for n, a in before.items()}


def test_every_workload_can_be_said_in_all_words():
    names = [workload.name for workload in WORKLOADS]
    assert all(hasattr(words, name) for words in (arrays, tensors) for name in names)


def test_a_small_difference_is_one():
    assert runner.agree([1.0, 2.0], [1.000005, 2.0])
    assert not runner.agree([1.0, 2.0], [1.0001, 2.0])
    assert not runner.agree([1.0], [1.0, 2.0])


def test_peers_are_measured_in_processes_of_their_own():
    found = runner.measure((TEACHGRAD, BY_HAND, ABSENT), (NEURON,), rounds=2)
    assert found.absent == ["Absent"]
    assert set(found.versions) == {"teachgrad", "NumPy by hand"}
    assert [len(times) for times in found.seconds.values()] == [2, 2]
    assert all(0 < seconds < 1 for times in found.seconds.values() for seconds in times)


def test_a_peer_with_one_thread_is_told_so():
    assert TEACHGRAD.environment["OMP_NUM_THREADS"] == "1"
    (unlimited,) = (peer for peer in PEERS if not peer.one_thread)
    assert "OMP_NUM_THREADS" not in unlimited.environment


def test_the_table_says_what_is_missing_and_what_is_wrong():
    found = runner.Findings(versions={"teachgrad": "1", "NumPy by hand": "2", "Wrong": "3"}, absent=["Absent"])
    found.seconds = {
        ("teachgrad", "neuron"): [2e-5, 4e-5, 9e-5],
        ("NumPy by hand", "neuron"): [1e-5, 1e-5, 3e-3],
        ("Wrong", "neuron"): [],
    }
    peers = (TEACHGRAD, BY_HAND, Peer("Wrong", "numpy", "arrays"), ABSENT)
    lines = table.text(found, peers, (NEURON,), load=0.0, rounds=3).splitlines()
    row = next(line for line in lines if line.startswith(NEURON.title))
    assert row.split()[2:] == ["40.0", "10.0", "(0.50)", "-"]  # the middle of 1/2, 1/4 and 100/3, not 10/40
    assert lines[-2:] == ["Not installed, so not measured: Absent.", "DIFFERENT RESULT, so no time: Wrong, neuron."]


def test_an_unknown_workload_is_refused():
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        env=dict(os.environ),
    )
    assert run.returncode == 2
    assert "no such workload: nothing" in run.stderr
