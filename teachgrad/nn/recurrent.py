"""Recurrent layers, for sequences: RNN, LSTM and GRU, and their single steps, the cells.

What a step computes, and how gradients flow back through time, stands in `ops.recurrence`. Here are the parameters, and
how layers and directions are put together.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from teachgrad.dtypes import dtype
from teachgrad.errors import brief, explained
from teachgrad.nn import functional, init
from teachgrad.nn.module import Module
from teachgrad.nn.parameter import Parameter
from teachgrad.nn.utils.rnn import PackedSequence
from teachgrad.ops.creation import empty
from teachgrad.ops.recurrence import GRU as GRU_STEP
from teachgrad.ops.recurrence import LSTM as LSTM_STEP
from teachgrad.ops.recurrence import RELU, TANH, Cell, course, recurrence
from teachgrad.ops.shape import cat, stack
from teachgrad.tensor import Tensor, wrap

STEPS = {"RNN_TANH": (TANH, 1), "RNN_RELU": (RELU, 1), "LSTM": (LSTM_STEP, 4), "GRU": (GRU_STEP, 3)}


class RNNBase(Module):
    """What the recurrent layers share, as ``torch.nn.RNNBase``.

    Every layer and direction has weights ``weight_ih_l0`` for what comes in and ``weight_hh_l0`` for the hidden state,
    and biases likewise; 0 is the number of the layer, and the names of the direction back end in ``_reverse``. They
    start uniform between -1 / sqrt(H) and 1 / sqrt(H): PyTorch's numbers under the same seed.

    Args:
        mode: "RNN_TANH", "RNN_RELU", "LSTM" or "GRU".
        input_size: the size of an element of a sequence.
        hidden_size: the size H of the state.
        num_layers: how many layers, each of which takes the states of the one before as its sequence.
        bias: whether there are biases.
        batch_first: whether sequences are (N, T, *), not (T, N, *).
        dropout: the probability with which states are dropped between the layers.
        bidirectional: whether each layer also goes backwards, with weights of its own.
        proj_size: 0: projected states are outside of teachgrad.
        device: the CPU, or nothing.
        dtype: of weights and biases.

    Raises:
        TypeError: if a size is no whole number.
        ValueError: if a size is not positive, or `dropout` no probability.
        NotImplementedError: for another `proj_size`.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        if proj_size:
            raise explained(
                NotImplementedError,
                f"proj_size={proj_size} is not supported",
                why="LSTMs whose hidden state is a projection of the cell's are outside of teachgrad.",
                fix="leave it out, and put an nn.Linear behind the layer.",
            )
        super().__init__()
        self.proj_size = proj_size
        _check_settings(input_size, hidden_size, num_layers, bias, batch_first, dropout)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self._names: list[list[str]] = []  # of the parameters, for each layer and direction
        directions = ("", "_reverse") if bidirectional else ("",)
        size = STEPS[mode][1] * hidden_size
        for layer in range(num_layers):
            inputs = input_size if layer == 0 else hidden_size * len(directions)
            for suffix in directions:
                shapes: dict[str, tuple[int, ...]] = {"weight_ih": (size, inputs), "weight_hh": (size, hidden_size)}
                if bias:
                    shapes |= {"bias_ih": (size,), "bias_hh": (size,)}
                self._names.append([f"{name}_l{layer}{suffix}" for name in shapes])
                for name, shape in zip(self._names[-1], shapes.values(), strict=True):
                    self.register_parameter(name, Parameter(empty(*shape, device=device, dtype=dtype)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights and biases anew."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing: it puts weights together in a GPU's memory, as ``torch.nn.RNNBase.flatten_parameters``."""

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._names]

    def extra_repr(self) -> str:
        """The sizes, and those settings that are not what they are by default."""
        usual = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0, "bidirectional": False}
        settings = [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *settings])

    # Running

    def _run(self, input: Any, given: Sequence[Tensor] | None) -> tuple[Any, list[Tensor]]:
        """The states of the last layer at all steps, and the last states of all layers, each kind by itself."""
        packed = isinstance(input, PackedSequence)
        if packed:
            rows, batch_sizes, order, back = input
            sizes = tuple(batch_sizes.tolist())
            shape: tuple[int, ...] = rows.array.shape[:1]
            if given is not None and order is not None:
                given = [state.index_select(1, order) for state in given]
        else:
            rows = self._by_steps(input)
            shape = rows.array.shape[:2]
            sizes = (shape[1],) * shape[0]
        self._check_input(rows, 2 if packed else 3)
        first = self._first_states(given, sizes[0] if sizes else 0, rows, batched=packed or input.array.ndim == 3)
        if not sizes:
            raise explained(
                RuntimeError,
                "Expected sequence length to be larger than 0 in RNN",
                why=f"the input has shape {tuple(input.shape)}: there is no step to take.",
                fix="check how the sequences are cut; batch_first=True takes (N, T, *).",
            )
        out, last = self._through_layers(rows, sizes, shape, first)
        if packed:
            if back is not None:
                last = [state.index_select(1, back) for state in last]
            return PackedSequence(out, batch_sizes, order, back), last
        if input.array.ndim == 2:
            return out.squeeze(1), [state.squeeze(1) for state in last]
        return out.transpose(0, 1) if self.batch_first else out, last

    def _by_steps(self, input: Tensor) -> Tensor:
        """The input as (T, N, *)."""
        if input.array.ndim not in (2, 3):
            mode, tensor = ("RNN", " tensor") if self.mode.startswith("RNN") else (self.mode, "")
            raise explained(
                ValueError,
                f"{mode}: Expected input to be 2D or 3D, got {input.array.ndim}D{tensor} instead",
                why=f"a batch of sequences is {self._layout()}, a single one (T, {self.input_size}); the input has "
                f"shape {tuple(input.shape)}.",
                fix="numbers alone need a dimension of size 1 each: x.unsqueeze(-1).",
            )
        if input.array.ndim == 2:
            return input.unsqueeze(1)
        return input.transpose(0, 1) if self.batch_first else input

    def _layout(self) -> str:
        return f"({'N, T' if self.batch_first else 'T, N'}, {self.input_size})"

    def _check_input(self, rows: Tensor, ndim: int) -> None:
        weight: Tensor = getattr(self, self._names[0][0])
        if rows.dtype != weight.dtype:
            raise explained(
                ValueError,
                f"RNN input dtype ({rows.dtype}) does not match weight dtype ({weight.dtype}). Convert input: "
                f"input.to({weight.dtype}), or convert model: model.to({rows.dtype})",
                why="a matrix product converts neither of its factors.",
                fix="do one of the two.",
            )
        if rows.array.ndim != ndim:
            raise explained(
                RuntimeError,
                f"input must have {ndim} dimensions, got {rows.array.ndim}",
                why=f"packed data is a matrix with one row for each element; here it has shape {tuple(rows.shape)}.",
                fix="pack sequences of vectors.",
            )
        if rows.array.shape[-1] != self.input_size:
            raise explained(
                RuntimeError,
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {rows.array.shape[-1]}",
                why=f"the layer was made for elements of {self.input_size} numbers: {self._layout()}.",
                fix="check the order of the dimensions, or the input_size of the layer.",
            )

    def _first_states(self, given: Sequence[Tensor] | None, batch: int, like: Tensor, batched: bool) -> list[Any]:
        """For each layer and direction the states to start from: those that are given, or zeros."""
        kinds = STEPS[self.mode][0].states
        wanted = (len(self._names), batch, self.hidden_size)
        if given is None:
            zeros = wrap(np.zeros(wanted[1:], like.array.dtype))
            return [[zeros] * kinds] * wanted[0]
        shown = wanted if batched else (wanted[0], self.hidden_size)
        if any(state.array.ndim != len(shown) for state in given):
            raise _wrong_rank([state.array.ndim for state in given], shown)
        if not batched:
            given = [state.unsqueeze(1) for state in given]
        for place, state in enumerate(given):
            if state.array.shape != wanted:
                name = f"hidden[{place}]" if kinds == 2 else "hidden"
                raise explained(
                    RuntimeError,
                    f"Expected {name} size {wanted}, got {list(state.array.shape)}",
                    why="there is one state for each layer and direction, and each sequence of the batch, of "
                    f"{self.hidden_size} numbers.",
                    fix=f"start from torch.zeros{shown}, or leave it out.",
                )
        return list(zip(*given, strict=True))

    def _through_layers(
        self, rows: Tensor, sizes: tuple[int, ...], shape: tuple[int, ...], first: list[Sequence[Tensor]]
    ) -> tuple[Tensor, list[Tensor]]:
        cell = STEPS[self.mode][0]
        directions = 2 if self.bidirectional else 1
        last: list[Sequence[Tensor]] = []
        out = rows
        for layer in range(self.num_layers):
            if layer > 0 and self.dropout > 0:
                out = functional.dropout(out, self.dropout, self.training)
            flat = out.reshape(-1, out.array.shape[-1])
            both = []
            for direction in range(directions):
                place = layer * directions + direction
                way = course(sizes, direction == 1, shape)
                weights = [getattr(self, name) for name in self._names[place]]
                states = _along(cell, flat, weights, first[place], way)
                both.append(states[0])
                last.append([_last(state, sizes, direction == 1) for state in states])
            out = both[0] if directions == 1 else cat(both, -1)
        return out, [stack(states) for states in zip(*last, strict=True)]


def _along(cell: Cell, flat: Tensor, weights: list[Tensor], first: Sequence[Tensor], way: Any) -> list[Tensor]:
    """The states of one layer in one direction."""
    weight_ih, weight_hh, *biases = weights
    bias_hh = None
    if not biases:
        from_input = functional.linear(flat, weight_ih)
    elif cell is GRU_STEP:  # where the reset gate stands between the biases
        from_input = functional.linear(flat, weight_ih, biases[0])
        bias_hh = biases[1]
    else:
        from_input = functional.linear(flat, weight_ih, biases[0] + biases[1])
    return recurrence(cell, from_input, weight_hh, first, bias_hh, way)


def _last(states: Tensor, sizes: tuple[int, ...], reverse: bool) -> Tensor:
    """The states after the last step of each sequence, (N, H); going backwards, that is step 0."""
    if states.array.ndim == 3:
        return states[0 if reverse else -1]
    if reverse:
        return states[: sizes[0]]
    counts, sequences = np.array(sizes), np.arange(sizes[0])
    lengths = (counts[:, None] > sequences).sum(0)
    return states[wrap((np.cumsum(counts) - counts)[lengths - 1] + sequences)]


def _wrong_rank(found: list[int], wanted: tuple[int, ...]) -> RuntimeError:
    batch = "batched 3-D" if len(wanted) == 3 else "unbatched 2-D"
    if len(found) == 2:
        words = (
            f"For {batch} input, hx and cx should also be {len(wanted)}-D but got ({found[0]}-D, {found[1]}-D) tensors"
        )
    else:
        words = f"For {batch} input, hx should also be {len(wanted)}-D but got {found[0]}-D tensor"
    return explained(
        RuntimeError,
        words,
        why="states have a dimension for the layers, and one for the batch if the input has one.",
        fix=f"start from torch.zeros{wanted}, or leave it out.",
    )


def _check_settings(
    input_size: Any, hidden_size: Any, num_layers: Any, bias: Any, batch_first: Any, dropout: Any
) -> None:
    if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout <= 1:
        raise _bad(ValueError, "dropout should be a number in range [0, 1] representing the probability of an element "
                   "being zeroed", f"dropout is {dropout!r}.")  # fmt: skip
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            explained(
                UserWarning,
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}",
                why="a single layer is the last one.",
                fix="use nn.Dropout on its output.",
            ),
            stacklevel=4,
        )
    for name, value, kind in (("bias", bias, bool), ("batch_first", batch_first, bool),
                              ("input_size", input_size, int), ("hidden_size", hidden_size, int)):  # fmt: skip
        if not isinstance(value, kind):
            words = f"{name} should be of type {kind.__name__}, got: {type(value).__name__}"
            raise _bad(TypeError, words, f"{name} is {brief(value)}.")
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
        if value <= 0:
            raise _bad(ValueError, f"{name} must be greater than zero", f"{name} is {value}.")


def _bad(kind: type[Any], words: str, why: str) -> Exception:
    error: Exception = explained(kind, words, why, fix="check the order of the arguments, or name them.")
    return error


class RNN(RNNBase):
    """Elman's network, h(t) = tanh(W_ih x(t) + b_ih + W_hh h(t - 1) + b_hh), as ``torch.nn.RNN``.

    Args:
        input_size: the size of an element of a sequence.
        hidden_size: the size H of the state.
        num_layers: how many layers, each of which takes the states of the one before as its sequence.
        nonlinearity: "tanh" or "relu".
        bias: whether there are biases.
        batch_first: whether sequences are (N, T, *), not (T, N, *).
        dropout: the probability with which states are dropped between the layers.
        bidirectional: whether each layer also goes backwards, with weights of its own.
        device: the CPU, or nothing.
        dtype: of weights and biases.

    Raises:
        ValueError: for another nonlinearity, and see `RNNBase`.

    >>> import teachgrad as tg
    >>> layer = RNN(3, 4, num_layers=2)
    >>> output, last = layer(tg.ones(5, 2, 3))
    >>> layer, output.shape, last.shape
    (RNN(3, 4, num_layers=2), torch.Size([5, 2, 4]), torch.Size([2, 2, 4]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise _not_tanh_or_relu(ValueError, f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(
            f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, bias, batch_first, dropout,
            bidirectional, device=device, dtype=dtype,
        )  # fmt: skip
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Tensor | None = None) -> tuple[Any, Tensor]:
        """The states of the last layer at all steps, and those of all layers after the last step.

        Args:
            input: (T, N, input_size), (N, T, input_size) with `batch_first`, (T, input_size), or packed sequences.
            hx: the states to start from, (layers * directions, N, H), without N if the input has none; by default 0.

        Returns:
            (T, N, directions * H), laid out like the input, and states like `hx`.
        """
        out, (last,) = self._run(input, None if hx is None else [hx])
        return out, last


class GRU(RNNBase):
    """The gated recurrent unit (Cho, 2014), as ``torch.nn.GRU``; its gates say how much of the state is renewed.

    Arguments and errors are those of `RNNBase`, and what it takes and gives is as for `RNN`.

    >>> import teachgrad as tg
    >>> output, last = GRU(3, 4, bidirectional=True)(tg.ones(5, 2, 3))
    >>> output.shape, last.shape
    (torch.Size([5, 2, 8]), torch.Size([2, 2, 4]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(
            "GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            device=device, dtype=dtype,
        )  # fmt: skip

    forward = RNN.forward


class LSTM(RNNBase):
    """The long short-term memory (Hochreiter and Schmidhuber, 1997), as ``torch.nn.LSTM``.

    Beside the hidden state there is a cell state, to which each step adds; so gradients reach far back.

    Args:
        input_size: the size of an element of a sequence.
        hidden_size: the size H of the states.
        num_layers: how many layers, each of which takes the states of the one before as its sequence.
        bias: whether there are biases.
        batch_first: whether sequences are (N, T, *), not (T, N, *).
        dropout: the probability with which states are dropped between the layers.
        bidirectional: whether each layer also goes backwards, with weights of its own.
        proj_size: 0: projected states are outside of teachgrad.
        device: the CPU, or nothing.
        dtype: of weights and biases.

    Raises:
        See `RNNBase`.

    >>> import teachgrad as tg
    >>> output, (hidden, cell) = LSTM(3, 4)(tg.ones(5, 2, 3))
    >>> output.shape, hidden.shape, cell.shape
    (torch.Size([5, 2, 4]), torch.Size([1, 2, 4]), torch.Size([1, 2, 4]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(
            "LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size,
            device, dtype,
        )  # fmt: skip

    def forward(self, input: Any, hx: Sequence[Tensor] | None = None) -> tuple[Any, tuple[Tensor, Tensor]]:
        """The hidden states of the last layer at all steps, and both states of all layers after the last step.

        Args:
            input: as for `RNN`.
            hx: the pair of hidden and cell states to start from, each as for `RNN`.

        Returns:
            The hidden states, and the pair of states like `hx`.
        """
        if isinstance(hx, Tensor):
            raise explained(
                IndexError,
                f"index 1 is out of bounds for dimension 0 with size {hx.array.shape[0] if hx.array.ndim else 0}",
                why="an LSTM starts from two states, and this is a single tensor.",
                fix="give the pair: lstm(x, (h0, c0)).",
            )
        out, (hidden, cell) = self._run(input, hx)
        return out, (hidden, cell)


# Single steps


class RNNCellBase(Module):
    """What the cells share: weights and biases as those of a layer, without a number in their names."""

    cell: Cell
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any, dtype: dtype | None
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        size = num_chunks * hidden_size
        self.weight_ih = Parameter(empty(size, input_size, device=device, dtype=dtype))
        self.weight_hh = Parameter(empty(size, hidden_size, device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(size, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights and biases anew."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def extra_repr(self) -> str:
        """The sizes, and those settings that are not what they are by default."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")

    def _step(self, input: Tensor, given: Sequence[Tensor] | None, names: Sequence[str]) -> list[Tensor]:
        """The states after this step, (N, H); without N if the input has none."""
        self._check_dims("input", input)
        batched = input.array.ndim == 2
        x = input if batched else input.unsqueeze(0)
        if given is None:
            states = [wrap(np.zeros((x.array.shape[0], self.hidden_size), x.array.dtype))] * self.cell.states
        else:
            for name, state in zip(names, given, strict=True):
                self._check_dims(name, state)
            states = [state if batched else state.unsqueeze(0) for state in given]
        self._check_sizes(x, states)
        from_input = functional.linear(x, self.weight_ih, self.bias_ih)
        from_hidden = functional.linear(states[0], self.weight_hh, self.bias_hh)
        made = self.cell.step(from_input, from_hidden, states)[: self.cell.states]
        return list(made) if batched else [state.squeeze(0) for state in made]

    def _check_dims(self, name: str, value: Tensor) -> None:
        if value.array.ndim not in (1, 2):
            raise explained(
                ValueError,
                f"{self._get_name()}: Expected {name} to be 1D or 2D, got {value.array.ndim}D instead",
                why=f"a cell takes one step: (N, size), or (size) alone; here is shape {tuple(value.shape)}.",
                fix="take the elements one after the other: for x in sequence. Whole sequences: nn.RNN, LSTM, GRU.",
            )

    def _check_sizes(self, x: Tensor, states: Sequence[Tensor]) -> None:
        batch, size = x.array.shape
        if size != self.input_size:
            words = f"input has inconsistent input_size: got {size} expected {self.input_size}"
            raise self._misfit(words)
        for place, state in enumerate(states):
            if state.array.shape[0] != batch:
                raise self._misfit(
                    f"Input batch size {batch} doesn't match hidden{place} batch size {state.array.shape[0]}"
                )
            if state.array.shape[1] != self.hidden_size:
                raise self._misfit(
                    f"hidden{place} has inconsistent hidden_size: got {state.array.shape[1]}, expected "
                    f"{self.hidden_size}"
                )

    def _misfit(self, words: str) -> RuntimeError:
        return explained(
            RuntimeError,
            words,
            why=f"the cell takes inputs (N, {self.input_size}) and states (N, {self.hidden_size}).",
            fix="check the sizes that the cell was made with, and the shapes of what it is given.",
        )


class RNNCell(RNNCellBase):
    """One step of an `RNN`, as ``torch.nn.RNNCell``.

    Args:
        input_size: the size of the input.
        hidden_size: the size H of the state.
        bias: whether there are biases.
        nonlinearity: "tanh" or "relu".
        device: the CPU, or nothing.
        dtype: of weights and biases.

    >>> import teachgrad as tg
    >>> cell, state = RNNCell(3, 4), None
    >>> for x in tg.ones(5, 2, 3):
    ...     state = cell(x, state)
    >>> cell, state.shape
    (RNNCell(3, 4), torch.Size([2, 4]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    @property
    def cell(self) -> Cell:  # type: ignore[override]
        """The step, by the nonlinearity that is set."""
        if self.nonlinearity not in ("tanh", "relu"):
            raise _not_tanh_or_relu(RuntimeError, f"Unknown nonlinearity: {self.nonlinearity}")
        return TANH if self.nonlinearity == "tanh" else RELU

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The state after this step: (N, H) for an input (N, input_size), starting from `hx` or 0."""
        return self._step(input, None if hx is None else [hx], ["hidden"])[0]

    def extra_repr(self) -> str:
        """The sizes, and those settings that are not what they are by default."""
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}")


class GRUCell(RNNCellBase):
    """One step of a `GRU`, as ``torch.nn.GRUCell``.

    >>> import teachgrad as tg
    >>> GRUCell(3, 4)(tg.ones(2, 3)).shape
    torch.Size([2, 4])
    """

    cell = GRU_STEP

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: dtype | None = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The state after this step: (N, H) for an input (N, input_size), starting from `hx` or 0."""
        return self._step(input, None if hx is None else [hx], ["hidden"])[0]


class LSTMCell(RNNCellBase):
    """One step of an `LSTM`, as ``torch.nn.LSTMCell``.

    >>> import teachgrad as tg
    >>> hidden, cell = LSTMCell(3, 4)(tg.ones(2, 3))
    >>> hidden.shape, cell.shape
    (torch.Size([2, 4]), torch.Size([2, 4]))
    """

    cell = LSTM_STEP

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: dtype | None = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: Sequence[Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """Hidden and cell state after this step, each (N, H), starting from the pair `hx` or 0."""
        hidden, cell = self._step(input, hx, ["hx[0]", "hx[1]"])
        return hidden, cell


def _not_tanh_or_relu(kind: type[Any], words: str) -> Exception:
    error: Exception = explained(
        kind, words, why="the state passes through one of these two.", fix='give "tanh" or "relu".'
    )
    return error
