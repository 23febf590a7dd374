"""Worker processes load at the same time, in order, tell their errors, and never outlive or hang those who wait."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.utils.data import DataLoader, IterableDataset, TensorDataset, get_worker_info
from teachgrad.utils.data import crew as crew_module
from teachgrad.utils.data.crew import context_for
from teachgrad.utils.data.worker import Failure, Job, Parcel
from tests.utils import loading
from tests.utils.loading import LateFirst, Marks, Meeting, Numbers, Pids, Trouble

pytestmark = pytest.mark.filterwarnings("ignore:This DataLoader will create")
forks = pytest.mark.skipif(sys.platform != "linux", reason="this system does not fork")
unix = pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's")


@pytest.fixture(autouse=True)
def in_time(monkeypatch):
    """No test may hang: after a while the alarm rings in whatever it does."""

    def ring(*_):
        raise TimeoutError("a loader hangs")

    monkeypatch.setattr(crew_module, "GRACE", 0.1)
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 40)  # long, for busy machines: who passes does not wait
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def two(dataset, **settings):
    return DataLoader(dataset, num_workers=2, **settings)


def numbers(walk):
    return [batch.tolist() for batch in walk]


def ended(processes, seconds=20):
    deadline = time.monotonic() + seconds
    while any(process.is_alive() for process in processes) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not any(process.is_alive() for process in processes)


@forks
def test_walks_are_pytorchs_in_order_chance_and_streams():
    assert loading.walks(tg) == loading.recorded()


def test_batches_come_in_order_and_equal_those_of_one_process():
    data = TensorDataset(tg.arange(44.0).reshape(11, 4), tg.arange(11))
    alone, together = list(DataLoader(data, 3)), list(two(data, batch_size=3))
    assert [type(batch) for batch in together] == [list] * 4
    for ours, theirs in zip(alone, together, strict=True):
        assert [(t.dtype, t.tolist()) for t in ours] == [(t.dtype, t.tolist()) for t in theirs]
    together[0][0].zero_()  # what comes from a worker can be written to


def test_two_load_at_the_same_time():
    assert numbers(two(Meeting(context_for(None).Barrier(2)))) == [[0], [1], [2], [3]]


def test_out_of_order_nobody_waits_for_the_slow_one():
    allowed = context_for(None).Event()
    walk = iter(two(LateFirst(allowed), in_order=False))
    assert next(walk).tolist() == [1]
    allowed.set()
    assert sorted(numbers(walk)) == [[0], [2], [3], [4], [5]]


def test_a_worker_knows_who_it_is_and_can_be_prepared():
    assert get_worker_info() is None
    assert list(two(Marks(2), batch_size=None, worker_init_fn=loading.mark)) == ["0 was here", "1 was here"]
    assert "TEACHGRAD_TEST_MARK" not in os.environ


def test_an_error_comes_with_the_workers_traceback_and_the_walk_goes_on():
    walk = iter(two(Trouble("error")))
    assert [next(walk).tolist() for _ in range(2)] == [[0], [1]]
    with pytest.raises(
        ValueError, match=r"^Caught ValueError in DataLoader worker process 0.\nOriginal Trace"
    ) as error:
        next(walk)
    assert 'raise ValueError("number two is bad")' in str(error.value)
    assert numbers(walk) == [[3], [4], [5], [6], [7]]


def test_an_error_in_this_process_does_not_end_the_walk_either():
    walk = iter(DataLoader(Trouble("error", size=4)))
    assert [next(walk).tolist() for _ in range(2)] == [[0], [1]]
    with pytest.raises(ValueError, match=r"^number two is bad$"):
        next(walk)
    assert numbers(walk) == [[3]]


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [("missing_key", KeyError, "KeyError: 'two'\n"), ("own_error", RuntimeError, "Caught PickyError in DataLoader")],
)
def test_errors_that_are_made_in_their_own_way_arrive(what, kind, words):
    with pytest.raises(kind) as error:
        list(two(Trouble(what)))
    assert words in str(error.value)


def test_an_error_in_the_beginning_arrives():
    with pytest.raises(LookupError, match="Caught LookupError in DataLoader worker process 0") as error:
        list(two(Numbers(), worker_init_fn=loading.refuse))
    assert "worker 0 does not begin" in str(error.value)


def test_a_batch_that_cannot_travel_is_an_error_that_arrives():
    with pytest.raises((AttributeError, pickle.PicklingError), match=r"(?s)in DataLoader worker process 0.*lock_of"):
        list(two(Numbers(), collate_fn=loading.lock_of))


@pytest.mark.parametrize(
    ("what", "why"),
    [("exit", "ended with exit code 3"), pytest.param("killed", "was killed by SIGKILL", marks=unix)],
)
def test_a_worker_that_is_gone_is_an_error_and_ends_the_others(what, why):
    walk = iter(two(Trouble(what)))
    processes = walk._crew.processes
    with pytest.raises(RuntimeError, match=rf"^DataLoader worker \(pid\(s\) \d+\) exited unexpectedly(?s:.*){why}"):
        list(walk)
    assert ended(processes)
    assert list(walk) == []


def test_too_long_a_wait_is_an_error_and_ends_the_workers():
    walk = iter(two(Trouble("endless"), timeout=1))
    assert [next(walk).tolist() for _ in range(2)] == [[0], [1]]
    with pytest.raises(RuntimeError, match=r"^DataLoader timed out after 1 seconds"):
        next(walk)
    assert ended(walk._crew.processes)


@unix
def test_an_interrupt_ends_endless_workers():
    walk = iter(two(Trouble("endless")))
    assert [next(walk).tolist() for _ in range(2)] == [[0], [1]]
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        next(walk)
    assert ended(walk._crew.processes)


@unix
def test_workers_themselves_are_not_interrupted():
    loader = two(Numbers(20), prefetch_factor=1)
    walk = iter(loader)
    first = next(walk).tolist()
    for process in walk._crew.processes:
        os.kill(process.pid, signal.SIGINT)
    assert [first, *numbers(walk)] == [[i] for i in range(20)]


@pytest.mark.parametrize("begun", [True, False])
def test_a_walk_that_nobody_holds_any_more_takes_its_workers_along(begun):
    walk = iter(two(Numbers(1000)))
    if begun:
        next(walk)
    processes = walk._crew.processes
    gc.disable()
    try:
        del walk
        assert ended(processes)
    finally:
        gc.enable()


def test_the_end_of_a_walk_ends_the_workers():
    walk = iter(two(Numbers(4)))
    assert len(list(walk)) == 4
    assert ended(walk._crew.processes)


@unix
def test_workers_do_not_outlive_the_process_that_started_them():
    program = (
        "import os, signal; from teachgrad.utils.data import DataLoader; from tests.utils.loading import Trouble\n"
        "walk = iter(DataLoader(Trouble('endless'), num_workers=2, multiprocessing_context='fork'))\n"
        "next(walk), next(walk), os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    # The workers hold this pipe too: it ends when the last of them has.
    done = subprocess.run(command, capture_output=True, text=True, timeout=40, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")


def test_workers_that_stay_are_the_same_in_every_walk():
    loader = two(Pids(4), batch_size=None, persistent_workers=True)
    first = set(loader)
    for _ in loader:
        break  # the rest of this walk is thrown away
    assert set(loader) == first
    processes = loader._iterator._crew.processes
    assert {process.pid for process in processes} == first
    del loader
    assert ended(processes)


def test_workers_that_were_lost_are_replaced():
    loader = two(Trouble("exit", size=3), persistent_workers=True)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="exited unexpectedly"):
            list(loader)


@pytest.mark.parametrize("stays", [True, False])
def test_a_task_for_a_worker_that_is_gone_is_an_error(stays):
    loader = two(Numbers(20), prefetch_factor=1, persistent_workers=stays)
    walk = iter(loader)
    for process in walk._crew.processes:
        process.kill()
    assert ended(walk._crew.processes)
    with pytest.raises(RuntimeError, match="exited unexpectedly"):
        walk.restart(loader) if stays else walk._crew.give(0, ([0],))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"timeout": 3}, "requires timeout == 0"),
        ({"num_workers": 1, "prefetch_factor": 0}, "prefetch_factor must be greater than 0"),
    ],
)
def test_a_loader_that_could_not_work_is_refused_when_a_walk_begins(settings, words):
    with pytest.raises(AssertionError, match=rf"{words}(?s:.*)Fix: "):
        iter(DataLoader(Numbers(), **settings))


def test_how_processes_start_can_be_a_context():
    context = context_for(None)
    assert context_for(context) is context


def test_a_process_that_starts_anew_gets_all_it_needs():
    loader = DataLoader(Numbers(3), num_workers=1, multiprocessing_context="spawn")
    assert numbers(loader) == [[0], [1], [2]]


def test_what_cannot_be_taken_to_another_process_is_refused_with_a_remedy():
    loader = two(Numbers(), collate_fn=lambda examples: examples, multiprocessing_context="spawn")
    with pytest.raises((AttributeError, pickle.PicklingError), match=r"(?s)Why: .*pickled.*Fix: .*\.py file"):
        iter(loader)


def test_what_a_notebook_defines_cannot_be_imported_and_the_error_says_so():
    kind = type("Mine", (), {"__module__": "__main__", "__qualname__": "Mine"})
    main = sys.modules["__main__"]
    main.Mine = kind
    rebuild, arguments = Parcel(Job(kind(), None, 1, 0)).__reduce__()
    del main.Mine
    with pytest.raises(RuntimeError, match=r"(?s)could not load the data set.*Mine.*Why: .*notebook.*Fix: .*\.py file"):
        rebuild(*arguments).open()


def test_an_exception_of_a_kind_that_only_the_worker_knows_arrives_as_text():
    class LocalError(Exception):
        pass

    failure = Failure(LocalError("somewhere"), 1)
    with pytest.raises(LocalError, match="Caught LocalError in DataLoader worker process 1"):
        failure.throw()


def test_a_stream_that_is_longer_than_it_said_warns():
    class Stream(IterableDataset):
        def __len__(self):
            return 2

        def __iter__(self):
            return iter(range(3))

    loader = DataLoader(Stream(), batch_size=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(loader)
    assert len(loader) == 2
    with pytest.warns(UserWarning, match=r"reported to be 2 \(when accessing len\(dataloader\)\), but 3 samples"):
        list(loader)


def test_more_workers_than_cores_warn(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    with pytest.warns(UserWarning, match=r"will create 2 worker processes in total. Our suggested max .* is 1"):
        two(Numbers())


@forks
def test_arrays_travel_with_their_types():
    class Arrays(Numbers):
        def __getitem__(self, index):
            return np.full(2, index, np.int8), {"half": tg.tensor([0.5], dtype=tg.float16)}

    ((first, rest),) = two(Arrays(2), batch_size=2)
    assert (first.dtype, first.tolist()) == (tg.int8, [[0, 0], [1, 1]])
    assert rest["half"].dtype is tg.float16
