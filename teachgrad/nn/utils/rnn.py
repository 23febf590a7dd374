"""Sequences of unequal lengths: padded to one length, or packed without padding, as ``torch.nn.utils.rnn``.

Packed, the elements lie step by step: the first ones of all sequences, the second ones of all that have one, and so on,
with the longest sequence first, so that those that are still going on are always the first rows:

    a b c d
    e f g          a e h   b f i   c g   d        batch_sizes 3, 3, 2, 1
    h i
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from teachgrad.errors import explained
from teachgrad.graph import Array
from teachgrad.ops.creation import full
from teachgrad.ops.shape import cat, reshape, stack
from teachgrad.tensor import Tensor, wrap


class Packed(NamedTuple):
    """What a packed sequence holds."""

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(Packed):
    """Sequences without padding, as ``torch.nn.utils.rnn.PackedSequence``; `pack_padded_sequence` makes it.

    Attributes:
        data: the elements of all sequences, step by step: (sum of lengths, *).
        batch_sizes: how many sequences have a first element, a second, ...
        sorted_indices: which sequence comes first, second, ...; None if they came sorted.
        unsorted_indices: where each sequence has gone.
    """

    __slots__ = ()

    def __new__(
        cls,
        data: Tensor,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> Self:
        """See the class; `data` may be the pair of data and batch sizes."""
        if batch_sizes is None:
            data, batch_sizes = data
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """The same sequences in another type, as ``torch.Tensor.to``."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        return type(self)(data, self.batch_sizes, self.sorted_indices, self.unsorted_indices)

    def cpu(self) -> Self:
        """The same sequences: there is no other device."""
        return self

    def double(self) -> Self:
        """The same sequences as float64."""
        return self.to(self.data.detach().double().dtype)

    def float(self) -> Self:
        """The same sequences as float32."""
        return self.to(self.data.detach().float().dtype)

    @property
    def is_cuda(self) -> bool:
        """False: there is no other device than the CPU."""
        return False


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Where each element has gone, as ``torch.nn.utils.rnn.invert_permutation``.

    >>> import teachgrad as tg
    >>> invert_permutation(tg.tensor([2, 0, 1]))
    tensor([1, 2, 0])
    """
    return None if permutation is None else wrap(np.argsort(permutation.array))


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Sequences without their padding, as ``torch.nn.utils.rnn.pack_padded_sequence``.

    Args:
        input: padded sequences: (T, N, *), or (N, T, *) with `batch_first`.
        lengths: how many elements of each sequence count: N whole numbers.
        batch_first: see `input`.
        enforce_sorted: whether the lengths are known to descend; else the sequences are sorted.

    Raises:
        RuntimeError: if there is not one length for each sequence, one is below 1, or they do not descend.

    >>> import teachgrad as tg
    >>> padded = tg.tensor([[1, 2, 3], [4, 5, 0]])
    >>> pack_padded_sequence(padded, [3, 2], batch_first=True).data
    tensor([1, 4, 2, 5, 3])
    """
    batch, time = (0, 1) if batch_first else (1, 0)
    counts = lengths.array if isinstance(lengths, Tensor) else np.array(lengths, np.int64)
    if counts.ndim != 1:
        raise _unfit(f"'lengths' argument should be a 1D CPU int64 tensor, but got {counts.ndim}D cpu Long tensor")
    counts, order = counts.astype(np.int64), None
    if not enforce_sorted:
        order = np.argsort(-counts, kind="stable")
        counts = counts[order]
        input = input.index_select(batch, wrap(order))
    total = input.shape[batch]
    _check_lengths(counts, total, input.shape[time])
    steps, sequences = np.nonzero(np.arange(counts[0])[:, None] < counts)
    rows = sequences * input.shape[1] + steps if batch_first else steps * total + sequences
    data = reshape(input, -1, *input.array.shape[2:])[wrap(rows)]
    return PackedSequence(data, wrap(np.bincount(steps)), None if order is None else wrap(order))


def _check_lengths(counts: Array, total: int, longest: int) -> None:
    if len(counts) != total:
        raise _unfit(f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} (batch_size={total})")
    if (counts <= 0).any():
        raise _unfit(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0",
            fix="leave empty sequences out.",
        )
    if (np.diff(counts) > 0).any():
        raise _unfit(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you "
            "do not need ONNX exportability.",
            why=f"the longest sequence comes first, and the lengths are {counts.tolist()}.",
            fix="pass enforce_sorted=False: results come back in your order.",
        )
    if counts[0] > longest:
        raise _unfit(f"Expected lengths of at most {longest}, the steps of the input, but got {counts[0]}")


def _unfit(
    words: str,
    why: str = "a length says how many elements of a sequence are no padding.",
    fix: str = "give one for each sequence, as in [len(s) for s in sequences].",
) -> RuntimeError:
    return explained(RuntimeError, words, why, fix)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """Sequences padded to one length, and their lengths, as ``torch.nn.utils.rnn.pad_packed_sequence``.

    Args:
        sequence: what `pack_padded_sequence` gave, or a recurrent layer made of it.
        batch_first: whether the result is to be (N, T, *), not (T, N, *).
        padding_value: what to fill up with.
        total_length: the T that is wanted; by default the longest length.

    Raises:
        ValueError: if `total_length` is too short.
    """
    data, sizes = sequence.data, sequence.batch_sizes.array
    longest = len(sizes)
    if total_length is not None and total_length < longest:
        raise explained(
            ValueError,
            "Expected total_length to be at least the length of the longest sequence in input, but got "
            f"total_length={total_length} and max sequence length being {longest}",
            why="padding makes sequences longer, never shorter.",
            fix=f"give {longest} or more, or leave it out.",
        )
    lengths = (sizes[:, None] > np.arange(sizes[0])).sum(0)
    places = np.full((total_length or longest, sizes[0]), len(data))  # the row of padding, but for what there is
    places[:longest][np.arange(sizes[0]) < sizes[:, None]] = np.arange(len(data))
    padding = full((1, *data.array.shape[1:]), padding_value, dtype=data.dtype)
    padded = cat([data, padding])[wrap(places)]
    if batch_first:
        padded = padded.transpose(0, 1)
    if sequence.unsorted_indices is None:
        return padded, wrap(lengths)
    back = sequence.unsorted_indices
    return padded.index_select(0 if batch_first else 1, back), wrap(lengths[back.array])


def pad_sequence(
    sequences: Iterable[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Sequences of unequal lengths in one tensor, filled up, as ``torch.nn.utils.rnn.pad_sequence``.

    Args:
        sequences: tensors (length, *), with the same sizes but for the first.
        batch_first: whether the result is to be (N, T, *), not (T, N, *).
        padding_value: what to fill up with.
        padding_side: "right", after the elements, or "left".

    Raises:
        RuntimeError: if there is nothing to pad, or the other sizes differ.

    >>> import teachgrad as tg
    >>> pad_sequence([tg.tensor([1, 2, 3]), tg.tensor([4])], batch_first=True)
    tensor([[1, 2, 3],
            [4, 0, 0]])
    """
    if not isinstance(sequences, Iterable):
        raise explained(
            RuntimeError,
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}",
            why="several sequences are put into one tensor.",
            fix="give a list of tensors.",
        )
    if padding_side not in ("left", "right"):
        raise explained(
            RuntimeError,
            f"Expected padding_side to be one of left or right, but got {padding_side}.",
            why="the padding comes before the elements or after them.",
            fix='give "right" or "left".',
        )
    given = list(sequences)
    if not given:
        raise explained(
            RuntimeError,
            "received an empty list of sequences",
            why="without a sequence there is neither a size nor a type.",
            fix="check how the list is made; an empty batch can be skipped.",
        )
    longest = max(len(sequence) for sequence in given)
    padded = []
    for sequence in given:
        padding = full((longest - len(sequence), *given[0].array.shape[1:]), padding_value, dtype=sequence.dtype)
        padded.append(cat([sequence, padding] if padding_side == "right" else [padding, sequence]))
    return stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """The sequences of a padded tensor, each of its own length, as ``torch.nn.utils.rnn.unpad_sequence``."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[:length] for row, length in zip(rows, lengths.tolist())]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences of unequal lengths without padding, as ``torch.nn.utils.rnn.pack_sequence``.

    >>> import teachgrad as tg
    >>> packed = pack_sequence([tg.tensor([1, 2, 3]), tg.tensor([4, 5])])
    >>> packed.data, packed.batch_sizes
    (tensor([1, 4, 2, 5, 3]), tensor([2, 2, 1]))
    """
    return pack_padded_sequence(pad_sequence(sequences), [len(s) for s in sequences], enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences that were packed, as ``torch.nn.utils.rnn.unpack_sequence``."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
