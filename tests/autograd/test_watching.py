"""Who watches the engine: anomaly mode names the line, the profiler counts, and nobody is watched when it is over."""

import gc
import re
import time
import warnings

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.profiler import ProfilerActivity, profile, record_function
from teachgrad.utils.checkpoint import CheckpointError, checkpoint
from teachgrad.watching import Watcher, watchers, watching


def leaf(value):
    return tg.tensor(value, requires_grad=True)


@pytest.fixture(autouse=True)
def nobody_watches_afterwards():
    yield
    assert watchers == []


# Anomaly mode


def test_anomaly_mode_names_the_line_of_the_forward_pass():
    x = leaf([4.0, 0.0])
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with tg.autograd.detect_anomaly():
            root = x.sqrt()  # this very line
            loss = (root * tg.tensor([1.0, 0.0])).sum()
            with pytest.raises(RuntimeError) as caught:
                loss.backward()
    words = str(caught.value)
    assert words.startswith("Function 'SqrtBackward0' returned nan values in its 0th output.")
    assert "test_watching.py" in words
    assert "root = x.sqrt()  # this very line" in words
    texts = [str(w.message) for w in warned]
    assert any(t.startswith("Anomaly Detection has been enabled") for t in texts)
    assert any(
        "Error detected in SqrtBackward0. Traceback of forward call" in t and "this very line" in t for t in texts
    )


def test_anomaly_mode_says_when_it_did_not_see_the_forward_pass():
    loss = leaf(0.0).sqrt() * 0
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with tg.autograd.set_detect_anomaly(True), pytest.raises(RuntimeError, match="SqrtBackward0"):
            loss.backward()
    assert any("No forward pass information available" in str(w.message) for w in warned)


def test_anomaly_mode_tells_where_a_failing_node_was_recorded():
    x = leaf([1.0, 2.0])
    with warnings.catch_warnings(record=True) as warned, tg.autograd.set_detect_anomaly(True):
        warnings.simplefilter("always")
        y = x.exp()
        loss = (y * y).sum()
        with tg.no_grad():
            y += 1
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            loss.backward()
    assert any("Error detected in MulBackward0" in str(w.message) and "(y * y).sum()" in str(w.message) for w in warned)


def test_anomaly_mode_can_be_turned_on_and_off_by_calls():
    tg.autograd.set_detect_anomaly(True)
    assert tg.is_anomaly_enabled()
    assert tg.is_anomaly_check_nan_enabled()
    tg.autograd.set_detect_anomaly(False)
    assert not tg.is_anomaly_enabled()


# The profiler


def test_the_profile_counts_operations_forward_and_backward():
    x = leaf(np.ones((3, 3)).tolist())
    with profile(activities=[ProfilerActivity.CPU]) as prof:
        with record_function("forward"):
            y = (x @ x).exp().sum()
        y.backward()
    rows = {row.key: row for row in prof.key_averages()}
    assert {key: row.count for key, row in rows.items()} == {
        "forward": 1,
        "aten::matmul": 1,
        "aten::exp": 1,
        "aten::sum": 1,
        "SumBackward0": 1,
        "ExpBackward0": 1,
        "MmBackward0": 1,
        "AccumulateGrad": 1,
    }
    inner = sum(rows[key].cpu_time_total for key in ("aten::matmul", "aten::exp", "aten::sum"))
    forward = rows["forward"]
    assert forward.cpu_time_total > inner > 0
    assert forward.self_cpu_time_total == pytest.approx(forward.cpu_time_total - inner)


def test_the_profile_is_a_table_sorted_and_cut():
    x = leaf([1.0, 2.0])
    with profile() as prof:
        for _ in range(3):
            (x * x).sin()
    lines = prof.key_averages().table(sort_by="count", row_limit=1).splitlines()
    assert re.split(r"\s{2,}", lines[1].strip()) == [
        *("Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "# of Calls")
    ]
    assert len([line for line in lines if "aten::" in line]) == 1
    assert lines[-1].startswith("Self CPU time total: ")
    assert [row.count for row in prof.key_averages()] == [3, 3]


def test_named_blocks_nest_decorate_and_are_told_in_a_readable_unit():
    @record_function("inner")
    def work():
        time.sleep(0.002)

    with profile() as prof, record_function("outer"):
        for _ in range(2):
            work()
    rows = {row.key: row for row in prof.key_averages()}
    assert (rows["outer"].count, rows["inner"].count) == (1, 2)
    inside = rows["inner"].cpu_time_total
    assert rows["outer"].cpu_time_total >= inside >= 4000
    assert rows["outer"].self_cpu_time_total == pytest.approx(rows["outer"].cpu_time_total - inside)
    assert prof.table() == prof.key_averages().table()
    assert re.search(r"inner .* [\d.]+ms  ", prof.table())


def test_nothing_is_measured_outside_of_the_block():
    x = leaf([1.0])
    with profile(enabled=False) as off:
        x * x
    with profile() as prof:
        pass
    x * x
    assert off.key_averages() == prof.key_averages() == []


# Watchers and saved values


def test_a_watcher_sees_what_each_node_sends_and_what_was_there_before():
    seen = []

    class Teller(Watcher):
        def sends(self, node, g, contributions, received):
            already = [None if parent is None else received.get(parent) for parent in node.parents]
            seen.append((node.name(), float(g), [float(c) for c in contributions], already))

    x = leaf(3.0)
    with watching(Teller()):
        (x * x + x).backward()
    assert [step[:3] for step in seen] == [("AddBackward0", 1.0, [1.0, 1.0]), ("MulBackward0", 1.0, [3.0, 3.0])]
    assert seen[1][3] == [1.0, 1.0]  # the path through `+ x` had arrived before


def test_a_checkpoint_keeps_no_intermediate_value():
    x = leaf(np.linspace(0.0, 1.0, 1000).tolist())
    held = []

    def layers(value):
        for _ in range(5):
            value = value.sin().exp()
            held.append(value)
        return value

    def saved(y):
        before = len(held)
        nodes, arrays = [y.grad_fn], 0
        while nodes:
            node = nodes.pop()
            arrays += isinstance(node.value, np.ndarray)
            arrays += sum(type(t) is tg.Tensor for t in node.tensors or ())
            nodes.extend(parent for parent in node.parents if parent is not None)
        assert len(held) == before
        return arrays

    plain, forgotten = layers(x), checkpoint(layers, x, use_reentrant=False)
    assert saved(plain) == 10
    assert saved(forgotten) == 0
    (expected,) = tg.autograd.grad(plain.sum(), x)
    (found,) = tg.autograd.grad(forgotten.sum(), x)
    assert found.tolist() == expected.tolist()
    assert len(held) == 15  # the layers ran a third time


def test_a_checkpoint_whose_second_run_differs_is_refused():
    x = leaf([1.0, 2.0])
    runs = []

    def changing(value):
        runs.append(1)
        return value.exp() if len(runs) == 1 else value.exp().sin()

    y = checkpoint(changing, x, use_reentrant=False)
    with pytest.raises(
        CheckpointError, match=r"saved during forward: 1\nNumber of tensors saved during recomputation: 2\."
    ):
        y.sum().backward()


@pytest.mark.parametrize(
    ("keep", "slope", "afterwards"),
    [
        (True, [0.005891, 0.145873, 0.394969, 0.037245], 0.471614),
        (False, [0.651664, 0.083067, 1.066544, 1.027624], 0.594421),
    ],
)
def test_a_second_run_draws_the_same_numbers_only_where_they_are_kept(keep, slope, afterwards):
    tg.manual_seed(3)
    x = leaf([1.0] * 4)
    y = checkpoint(lambda t: t * tg.rand(4) * t.sin(), x, use_reentrant=False, preserve_rng_state=keep)
    y.sum().backward()
    assert x.grad.tolist() == pytest.approx(slope, abs=1e-6)  # recorded from PyTorch
    assert tg.rand(1).item() == pytest.approx(afterwards, abs=1e-6)


def test_a_checkpoint_that_can_do_nothing_warns():
    with (
        pytest.warns(UserWarning, match="the use_reentrant parameter should be passed explicitly"),
        pytest.warns(UserWarning, match="None of the inputs have requires_grad=True. Gradients will be None"),
    ):
        checkpoint(tg.sin, tg.ones(2))


def test_a_packed_graph_is_freed_by_reference_counting():
    gc.collect()
    gc.disable()
    try:
        x = leaf([1.0, 2.0])
        with tg.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), tg.tensor):
            y = (x.exp() * x).sum()
        y.backward()
        del x, y
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_numbers_first_met_in_inference_mode_can_be_used_outside():
    with tg.inference_mode():
        tg.ones(2) * 0.123
    x = leaf([1.0, 2.0])
    (x * 0.123).sum().backward()
    assert x.grad.tolist() == pytest.approx([0.123, 0.123])
