"""Recurrent layers: what a network made of a sequence so far is one of its inputs in the next step.

Each kind is a `Cell`: the formulas of a single step. `unroll` takes a cell along a sequence, and `back_through_time`
takes gradients back the same way, from the last step to the first:

    h ──▶ step ──▶ h ──▶ step ──▶ h        state(t) = step(x(t), state(t - 1)), always with the same weights
          x(1)           x(2)

A whole sequence is one row of the table. As a chain of small operations it would give the same numbers, and take a
node for each of ten operations in each step. Two things make it fast. What the inputs contribute, x @ W_ihᵀ, is known
for all steps beforehand: one product makes it, outside. And in the backward pass, only what passes from step to step is
computed step by step; the local slopes before, and the gradients of weights and inputs after, are a few operations on
all steps together.

The rows of a sequence, one for each step of each example, lie one below the other, step by step. Sequences may end
early (see `nn.utils.rnn.PackedSequence`): then later steps have fewer rows than earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from teachgrad.graph import Array, Formula, Op
from teachgrad.ops.pointwise import logistic, sigmoid
from teachgrad.ops.table import result
from teachgrad.ops.together import Together
from teachgrad.tensor import Tensor

State = Sequence[Any]  # the hidden state of a step, and for an LSTM its cell state


@dataclass(frozen=True)
class Course:
    """The way that a sequence is gone.

    Attributes:
        rows: of each step.
        sizes: how many rows each step has: how many sequences are still going on.
        order: the steps in the order in which they are taken: forwards, or backwards.
        shape: the dimensions before the last one that the result is to have.
    """

    rows: tuple[slice, ...]
    sizes: tuple[int, ...]
    order: range
    shape: tuple[int, ...]


@lru_cache(maxsize=128)
def course(sizes: tuple[int, ...], reverse: bool, shape: tuple[int, ...]) -> Course:
    """The way through a sequence whose steps have so many rows."""
    stops = np.cumsum(sizes).tolist()
    rows = tuple(slice(stop - size, stop) for stop, size in zip(stops, sizes))
    steps = range(len(sizes))
    return Course(rows, sizes, steps[::-1] if reverse else steps, shape)


@dataclass(frozen=True)
class Cell:
    """One kind of recurrent step, in arithmetic that arrays and tensors understand alike.

    Attributes:
        states: how many states there are: 1, or 2 for hidden state and cell state.
        step: what comes out for (x @ W_ihᵀ, h @ W_hhᵀ, states): the new states, then what the slopes need besides.
        slopes: local derivatives, each of all rows together, for (what came out of the steps, the states before).
        back: for (slopes of a step, gradients of its states): the gradient of h @ W_hhᵀ, and those of the states before
            as far as they do not come through this product.
        to_input: the gradient of x @ W_ihᵀ, given those of h @ W_hhᵀ and of the hidden states, and the slopes.
    """

    states: int
    step: Callable[[Any, Any, State], tuple[Any, ...]]
    slopes: Callable[[Sequence[Any], State], tuple[Any, ...]]
    back: Callable[[Sequence[Any], State], tuple[Any, tuple[Any, ...]]]
    to_input: Callable[[Any, Any, Sequence[Any]], Any]


def parts(gates: Any, count: int) -> list[Any]:
    """The columns of several gates, which lie side by side."""
    size = gates.shape[1] // count
    return [gates[:, n * size : (n + 1) * size] for n in range(count)]


def _same(from_hidden: Any, to_hidden: Any, slopes: Sequence[Any]) -> Any:
    return from_hidden


# h' = tanh(x + h): Elman's network (1990), or with relu. The slope of tanh is 1 - tanh².

TANH = Cell(
    states=1,
    step=lambda x, from_h, state: (np.tanh(x + from_h),),
    slopes=lambda made, before: (1 - made[0] * made[0],),
    back=lambda slopes, to: (to[0] * slopes[0], (None,)),
    to_input=_same,
)
RELU = Cell(
    states=1,
    step=lambda x, from_h, state: (rectified(x + from_h),),
    slopes=lambda made, before: (made[0] > 0,),
    back=lambda slopes, to: (to[0] * slopes[0], (None,)),
    to_input=_same,
)


def rectified(x: Any) -> Any:
    """The larger of x and 0."""
    return x.relu() if isinstance(x, Tensor) else np.maximum(x, x.dtype.type(0))


# The long short-term memory (Hochreiter and Schmidhuber, 1997; Gers, 2000). Gates i, f and o open between 0 and 1:
#
#     c' = f c + i g        what is kept of the memory, and what is written to it
#     h' = o tanh(c')       what is read from it


def lstm_step(x: Any, from_h: Any, state: State) -> tuple[Any, ...]:
    """One step of an LSTM, with the gates i, f, g, o."""
    gates = gates_of_lstm(x + from_h)
    i, f, g, o = parts(gates, 4)
    c = f * state[1] + i * g
    return o * np.tanh(c), c, gates


def gates_of_lstm(z: Any) -> Any:
    """Sigmoids of all but the third part, which gets tanh. As σ(z) = (tanh(z / 2) + 1) / 2, one tanh does for all."""
    scale, shift = _of_gates(z.shape[1] // 4, z.dtype if isinstance(z, np.ndarray) else z.array.dtype)
    return np.tanh(z * scale) * scale + shift


@lru_cache(maxsize=64)
def _of_gates(size: int, dtype: np.dtype[Any]) -> Array:
    return np.repeat(np.array([[0.5, 0.5, 1, 0.5], [0.5, 0.5, 0, 0.5]], dtype), size, axis=1)


def lstm_slopes(made: Sequence[Any], before: State) -> tuple[Any, ...]:
    """Of c' by the gates i, f, g; of h' by o; of h' by c'; of c' by c."""
    _, c, gates = made
    i, f, g, o = parts(gates, 4)
    read = np.tanh(c)
    of_gates = [g * i * (1 - i), before[1] * f * (1 - f), i * (1 - g * g), read * o * (1 - o)]
    return np.concatenate(of_gates, 1), o * (1 - read * read), f


def lstm_back(slopes: Sequence[Any], to: State) -> tuple[Any, tuple[Any, ...]]:
    """Gradients of one step: h' is read from c', so c' gets a part of what arrives at h'."""
    of_gates, of_reading, f = slopes
    to_h, to_c = to
    to_c = to_c + to_h * of_reading
    return np.concatenate((to_c, to_c, to_c, to_h), 1) * of_gates, (None, to_c * f)


# The gated recurrent unit (Cho, 2014), as PyTorch has it, with the gate r behind the product:
#
#     n  = tanh(x_n + r h_n)
#     h' = n + z (h - n)          between the new and the old state


def gru_step(x: Any, from_h: Any, state: State) -> tuple[Any, ...]:
    """One step of a GRU, with the gates r, z, and n."""
    size = state[0].shape[1]
    squash = sigmoid if isinstance(x, Tensor) else logistic
    gates = squash(x[:, : 2 * size] + from_h[:, : 2 * size])
    r, z = parts(gates, 2)
    old = from_h[:, 2 * size :]
    new = np.tanh(x[:, 2 * size :] + r * old)
    return new + z * (state[0] - new), gates, new, old


def gru_slopes(made: Sequence[Any], before: State) -> tuple[Any, ...]:
    """Of h' by what comes from h to the gates r, z, n; by h itself; by what comes from x to n."""
    _, gates, new, old = made
    r, z = parts(gates, 2)
    of_new = (1 - z) * (1 - new * new)
    of_gates = [of_new * old * r * (1 - r), (before[0] - new) * z * (1 - z), of_new * r]
    return np.concatenate(of_gates, 1), z, of_new


def gru_back(slopes: Sequence[Any], to: State) -> tuple[Any, tuple[Any, ...]]:
    """Gradients of one step."""
    of_gates, z, _ = slopes
    return np.concatenate((to[0], to[0], to[0]), 1) * of_gates, (to[0] * z,)


def gru_to_input(from_hidden: Any, to_hidden: Any, slopes: Sequence[Any]) -> Any:
    """As for h, but that r does not stand before what comes from x."""
    size = to_hidden.shape[1]
    return np.concatenate((from_hidden[:, : 2 * size], to_hidden * slopes[2]), 1)


LSTM = Cell(2, lstm_step, lstm_slopes, lstm_back, _same)
GRU = Cell(1, gru_step, gru_slopes, gru_back, gru_to_input)


# Along a sequence, and back


def unroll(cell: Cell, x: Any, weight: Any, first: State, bias: Any, way: Course) -> list[tuple[Any, ...]]:
    """For each step the states before it and what comes out of it; as states, that goes into the next step."""
    trace: list[Any] = [None] * len(way.rows)
    turned = weight.T if isinstance(weight, Tensor) else np.ascontiguousarray(weight.T)  # twice as fast, many times
    state = first
    for t in way.order:
        if len(state[0]) != way.sizes[t]:
            state = _for_rows(state, first, way.sizes[t])
        from_h = np.dot(state[0], turned)
        if bias is not None:
            from_h = from_h + bias
        made = cell.step(x[way.rows[t]], from_h, state)
        trace[t] = (*state, *made)
        state = made[: cell.states]
    return trace


def _for_rows(state: State, first: State, count: int) -> State:
    """The states for a step with another number of rows: those of sequences that have ended go, and new ones begin."""
    have = len(state[0])
    return [s[:count] if have > count else np.concatenate((s, f[have:count])) for s, f in zip(state, first)]


def back_through_time(
    cell: Cell, way: Course, g: Any, trace: list[tuple[Any, ...]], x: Any, weight: Any, first: State, bias: Any
) -> list[Any]:
    """What flows back to x, to the weight, to the first states and to the bias.

    Tensors, whose gradient is itself to be differentiated, go the way forward once more, this time recorded.
    """
    if isinstance(g, Tensor):
        trace = unroll(cell, x, weight, first, bias, way)
    columns = [np.concatenate(column) for column in zip(*trace)]
    before, made = columns[: cell.states], columns[cell.states :]
    slopes = cell.slopes(made, before)
    upstream = [part.reshape(len(x), -1) for part in (g if cell.states > 1 else [g])]
    from_hidden: list[Any] = [None] * len(trace)  # gradients of h @ W_hhᵀ
    to_hidden: list[Any] = [None] * len(trace)
    starts: list[State] = []  # what reaches first states; sequences that begin last come first
    carried: State = ()  # what the step after hands back to this one
    for t in reversed(way.order):
        rows = way.rows[t]
        to = [part[rows] for part in upstream]
        if carried:
            if len(carried[0]) > len(to[0]):
                starts.append([c[len(to[0]) :] for c in carried])
            to = [_added(total, c) for total, c in zip(to, carried)]
        to_hidden[t] = to[0]
        from_hidden[t], direct = cell.back([slope[rows] for slope in slopes], to)
        through = np.dot(from_hidden[t], weight)
        carried = [through if direct[0] is None else through + direct[0], *direct[1:]]
    starts.append(carried)
    gates = np.concatenate(from_hidden)
    to_x = cell.to_input(gates, np.concatenate(to_hidden), slopes)
    to_first = [pieces[0] if len(pieces) == 1 else np.concatenate(pieces[::-1]) for pieces in zip(*starts)]
    return [to_x, np.dot(gates.T, before[0]), *to_first, *([] if bias is None else [gates.sum(0)])]


def _added(total: Any, carried: Any) -> Any:
    """A sum over the rows that both have."""
    have, count = len(carried), len(total)
    if have == count:
        return total + carried
    return total + carried[:count] if have > count else np.concatenate((total[:have] + carried, total[have:]))


# The rows of the table


def _of_one_state(place: int) -> Formula:
    return lambda g, a, b, c, together, trace: together.answer(place, g, trace, a, b, (c,), None)


def _of_one_state_and_bias(place: int) -> Formula:
    return lambda g, a, b, c, d, together, trace: together.answer(place, g, trace, a, b, (c,), d)


def _of_two_states(place: int) -> Formula:
    return lambda g, a, b, c, d, together, trace: together.answer(place, g, trace, a, b, (c, d), None)


def _rows(formula: Callable[[int], Formula], inputs: int, symbol: str, padded: str = "StackBackward0") -> tuple[Op, Op]:
    """A kind for sequences of equal length, and for packed ones. The names are those of PyTorch's last steps."""
    formulas = [formula(place) for place in range(inputs)]
    return Op(padded, formulas, ("together", "trace"), symbol), Op(
        "CatBackward0", formulas, ("together", "trace"), symbol
    )


RNN = _rows(_of_one_state, 3, "rnn")
GATED = _rows(_of_one_state, 3, "gru")
GATED_WITH_BIAS = _rows(_of_one_state_and_bias, 4, "gru")
LONG_SHORT = _rows(_of_two_states, 4, "lstm", "MkldnnRnnLayerBackward0")
# Of the two states of each step that the row of an LSTM gives, one kind.
HALF = tuple(
    Op(row.name, [lambda g, place: np.stack((np.zeros_like(g), g) if place else (g, np.zeros_like(g)))], ("place",))
    for row in LONG_SHORT
)


def recurrence(
    cell: Cell, x: Tensor, weight: Tensor, first: Sequence[Tensor], bias: Tensor | None, way: Course
) -> list[Tensor]:
    """The states of all steps: the hidden ones, and for an LSTM the cell states as well.

    Args:
        cell: the kind, such as `TANH`.
        x: what the inputs contribute, x @ W_ihᵀ with both biases, row by row: (rows, gates * H).
        weight: W_hh, of shape (gates * H, H).
        first: the states to start from, each (N, H).
        bias: of a GRU, what is added to h @ W_hhᵀ: (3 * H), or None.
        way: see `course`.

    Returns:
        Each of shape (*way.shape, H).
    """
    arrays = [state.array for state in first]
    trace = unroll(cell, x.array, weight.array, arrays, None if bias is None else bias.array, way)
    made = [step[n] for n in range(cell.states, 2 * cell.states) for step in trace]
    shape = (*way.shape, arrays[0].shape[1])
    packed = len(way.shape) == 1
    attributes = (Together(partial(back_through_time, cell, way)), trace)
    if cell.states == 1:
        rows = RNN if cell in (TANH, RELU) else GATED if bias is None else GATED_WITH_BIAS
        inputs = (x, weight, *first) if bias is None else (x, weight, *first, bias)
        return [result(rows[packed], np.concatenate(made).reshape(shape), inputs, attributes)]
    both = result(LONG_SHORT[packed], np.concatenate(made).reshape(2, *shape), (x, weight, *first), attributes)
    return [result(HALF[packed], half, (both,), (place,)) for place, half in enumerate(both.array)]
