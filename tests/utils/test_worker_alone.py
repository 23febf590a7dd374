"""A worker of a loader lives its whole life in this process, where it can be watched; test_workers.py forks."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import random
import signal
import threading
from types import SimpleNamespace

import numpy as np
import pytest

import teachgrad as tg
from teachgrad.utils.data import DataLoader, IterableDataset, TensorDataset, get_worker_info, info, worker
from teachgrad.utils.data.worker import Failure, Job, Parcel, Signal
from tests.utils import loading
from tests.utils.loading import Marks, Numbers, Trouble


class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(3))


class Chances(Numbers):
    def __getitem__(self, index):
        about = get_worker_info()
        return tg.rand(1).item(), random.random(), about.id, about.num_workers, about.seed


class Ending(Numbers):
    """Raises what only a stream may raise."""

    def __getitem__(self, index):
        raise StopIteration


@pytest.fixture
def parent(monkeypatch):
    """A parent process that is there until `gone` is closed."""
    here, gone = multiprocessing.Pipe()
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(sentinel=here))
    yield gone
    here.close()
    gone.close()


@pytest.fixture
def life(parent, monkeypatch):
    """A function that lets a worker answer tasks one after the other, and ends it."""
    monkeypatch.setattr(info, "current", None)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    numpys, pythons = np.random.get_state(), random.getstate()  # noqa: NPY002 - it is others' that are kept

    def live(dataset, tasks, *, number=0, init=None, **settings):
        job = Job(DataLoader(dataset, **settings)._recipe(), init, 2, base_seed=70)
        (ours, theirs), (results, answers) = multiprocessing.Pipe(), multiprocessing.Pipe()
        heard = []

        def direct():
            for task in tasks:
                ours.send(task)
                heard.append(pickle.loads(results.recv_bytes()))
            ours.send(None)

        director = threading.Thread(target=direct)
        director.start()
        worker.run(Parcel(job), number, theirs, answers)
        director.join()
        return heard

    with tg.random.fork_rng():
        yield live
    np.random.set_state(numpys)  # noqa: NPY002
    random.setstate(pythons)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_it_answers_each_task_with_the_batch_of_a_loader_alone(life):
    data = TensorDataset(tg.arange(12.0).reshape(6, 2))
    expected = list(DataLoader(data, batch_size=3))
    heard = life(data, [([0, 1, 2],), ([3, 4, 5],)], batch_size=3)
    assert [batch[0].tolist() for batch in heard] == [batch[0].tolist() for batch in expected]


def test_it_leaves_interrupts_to_its_parent(life):
    life(Numbers(), [])
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_it_is_seeded_by_its_number_and_knows_who_it_is(life):
    ((chance, pythons, *about),) = life(Chances(), [(0,)], number=1, batch_size=None)
    assert about == [1, 2, 71]
    assert chance == tg.rand(1, generator=tg.Generator().manual_seed(71)).item()
    assert pythons == random.Random(71).random()


def test_a_stream_ends_and_begins_again(life):
    heard = life(Stream(), [(None,)] * 4 + [Signal.RESTART, (None,)], batch_size=None)
    assert heard == [0, 1, 2, Signal.ENDED, Signal.RESTART, 0]


def test_errors_are_answers_and_the_next_task_is_done(life):
    failure, after = life(Trouble("error"), [(2,), (3,)], batch_size=None)
    assert (failure.kind, after) == (ValueError, 3)
    assert failure.words.startswith("Caught ValueError in DataLoader worker process 0.\nOriginal Traceback")


def test_only_a_stream_may_end(life):
    (failure,) = life(Ending(), [(0,)], batch_size=None)
    assert failure.kind is StopIteration


def test_what_is_wrong_in_the_beginning_is_every_answer(life):
    heard = life(Numbers(), [([0],), ([1],)], number=1, init=loading.refuse)
    assert [failure.kind for failure in heard] == [LookupError] * 2
    assert "worker 1 does not begin" in heard[0].words


def test_it_does_first_what_it_was_told_to(life, monkeypatch):
    monkeypatch.setenv("TEACHGRAD_TEST_MARK", "nobody")
    assert life(Marks(1), [(0,)], init=loading.mark, batch_size=None) == ["0 was here"]


def test_what_cannot_travel_becomes_an_error_and_an_unknown_error_a_known_one(life):
    class LocalError(Exception):
        pass

    (failure,) = life(Numbers(), [([0],)], collate_fn=loading.lock_of)
    assert issubclass(failure.kind, AttributeError | pickle.PicklingError)
    failure = pickle.loads(worker._packed(Failure(LocalError("somewhere"), 1), 1))
    assert failure.kind is RuntimeError
    assert "LocalError: somewhere" in failure.words


@pytest.fixture
def left(monkeypatch):
    """Instead of ending this process, raise what tells of it."""

    def leave(code):
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)


@pytest.mark.parametrize("lost", ["the parent", "its pipe"])
def test_it_leaves_when_nobody_is_left_to_work_for(lost, parent, left):
    ours, theirs = multiprocessing.Pipe()
    (parent if lost == "the parent" else ours).close()
    with pytest.raises(SystemExit, match="1"):
        worker._listen(theirs, None, threading.Event())


def test_it_leaves_when_nobody_takes_its_answers(left):
    ours, theirs = multiprocessing.Pipe()
    ours.close()
    with pytest.raises(SystemExit, match="1"):
        worker._deliver(SimpleNamespace(get=lambda: b"an answer"), theirs)
