"""`save` and `load`: tensors, and the dictionaries and lists that hold them, in a file.

The file is in the safetensors format: the length of a header, the header (JSON: name, type, shape and place of each
tensor), and the numbers. Nothing in it can run code, unlike in a pickle, so a file from a stranger is safe to open;
and other programs read it. What lies around the tensors (dictionaries, lists, plain values) is a second text of JSON,
kept with the header under `STRUCTURE`; a checksum, under `CHECKSUM`, tells a damaged file from a sound one.

This module knows what can be stored, and nothing of modules or optimizers: those give and take their state as
dictionaries.

The format: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NoReturn

import numpy as np

from teachgrad import dtypes
from teachgrad.device import device, require_cpu
from teachgrad.errors import brief, explained
from teachgrad.graph import Array
from teachgrad.size import Size
from teachgrad.tensor import Tensor, wrap

__all__ = ["load", "save"]

HEADER_LIMIT = 100_000_000  # bytes, as other readers of the format have it
STRUCTURE, CHECKSUM = "teachgrad.structure", "teachgrad.sha256"
BLANK = "0" * 64  # stands for the checksum while the checksum is computed

CODES = {
    "F64": dtypes.float64, "F32": dtypes.float32, "F16": dtypes.float16, "I64": dtypes.int64, "I32": dtypes.int32,
    "I16": dtypes.int16, "I8": dtypes.int8, "U8": dtypes.uint8, "BOOL": dtypes.bool_,
}  # fmt: skip
CODE_OF = {kind: code for code, kind in CODES.items()}
DTYPES = {kind.name: kind for kind in CODES.values()}
SEQUENCES: dict[str, Callable[..., Any]] = {"list": list, "tuple": tuple, "set": set, "Size": Size}
MAPPINGS: dict[str, Callable[..., Any]] = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}
SINGLE: dict[str, Callable[[str], Any]] = {"float": float, "dtype": DTYPES.__getitem__, "device": device}
PLAIN = (type(None), bool, int, float, str)


def save(obj: Any, f: Any) -> None:
    """Write an object to a file, as ``torch.save``. If writing fails, a file that was there before stays as it was.

    Tensors that show exactly the same memory, such as shared weights, are written once and share it again after
    loading; any other view is written with its own elements only. Whether a tensor requires grad is kept, its history
    and its `.grad` are not.

    Args:
        obj: tensors, numbers, strings, None, and dictionaries, lists, tuples and sets of them, nested to any depth: the
            `state_dict()` of modules and optimizers, and whole checkpoints.
        f: a path, or a file opened for writing bytes.

    Raises:
        TypeError: for every other object, such as a whole module.
        ValueError: if an object contains itself.
        RuntimeError: if there is no such folder.
        AttributeError: if `f` is neither path nor file.

    >>> import io
    >>> import teachgrad as tg
    >>> file = io.BytesIO()
    >>> tg.save({"epoch": 3, "weights": [tg.ones(2)]}, file)
    >>> _ = file.seek(0)
    >>> tg.load(file)
    {'epoch': 3, 'weights': [tensor([1., 1.])]}
    """
    if not isinstance(f, str | os.PathLike) and not hasattr(f, "write"):
        raise explained(
            AttributeError,
            "expected 'f' to be string, path, or a file-like object with a 'write' attribute",
            why=f"this is {brief(f)}.",
            fix='give the name of a file second: torch.save(model.state_dict(), "model.safetensors").',
        )
    content = _content(obj)
    if isinstance(f, str | os.PathLike):
        _replace(Path(f), content)
    else:
        f.write(content)


def load(f: Any, map_location: Any = None, *, weights_only: bool = True) -> Any:
    """The object that `save` wrote, as ``torch.load``. A file of tensors from another program gives a dictionary.

    Args:
        f: a path, or a file opened for reading bytes.
        map_location: the CPU. A function or a dictionary is accepted and not asked, as there is one device only.
        weights_only: accepted because programs say it. A file holds nothing but tensors and plain values either way.

    Raises:
        RuntimeError: if the file was cut short or changed, or is in no format known here.
        EOFError: if it is empty.
        pickle.UnpicklingError: if it is one of PyTorch's own files, or another pickle.
        FileNotFoundError: if there is none.
    """
    if not callable(map_location) and not isinstance(map_location, dict):
        require_cpu(map_location)
    if isinstance(f, str | os.PathLike):
        return _object(Path(f).read_bytes())
    if not hasattr(f, "read"):
        raise explained(
            AttributeError,
            f"'{type(f).__name__}' object has no attribute 'read'",
            why=f"{brief(f)} is neither a path nor an open file.",
            fix='give the name of a file: torch.load("model.safetensors").',
        )
    content = f.read()
    if not isinstance(content, bytes):
        raise explained(
            TypeError,
            f"expected bytes, got {type(content).__name__}",
            why="the file was opened as text.",
            fix='open it with mode "rb", or give its path.',
        )
    return _object(content)


# Writing


class Shelf:
    """The arrays that a file is to hold, each under a name of its own.

    Attributes:
        arrays: name and array, in the order in which they were put here.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self._names: dict[Any, str] = {}  # by memory

    def put(self, array: Array, path: tuple[str, ...]) -> str:
        """Take an array in, and return its name: made of its path, unless that very memory is here already."""
        memory = (array.ctypes.data, array.shape, array.strides, array.dtype) if array.size else object()
        if memory not in self._names:
            name = ".".join(path) or "tensor"
            while name in self.arrays or name == "__metadata__":
                name += "'"
            self.arrays[name] = array
            self._names[memory] = name
        return self._names[memory]


def _content(obj: Any) -> bytes:
    """The whole file."""
    shelf = Shelf()
    try:
        structure = json.dumps(_described(obj, shelf, ()), separators=(",", ":"))
    except RecursionError:
        raise explained(
            ValueError,
            "Circular reference detected",
            why="a list or dictionary contains itself, or is nested hundreds of levels deep.",
            fix="save the tensors in it in a dictionary of one level.",
        ) from None
    header: dict[str, Any] = {"__metadata__": {CHECKSUM: BLANK, STRUCTURE: structure}}
    header |= dict.fromkeys(shelf.arrays)  # names keep their order; places go by the size of elements: all are aligned
    chunks, end = [], 0
    for name, array in sorted(shelf.arrays.items(), key=lambda item: -item[1].itemsize):
        start, end = end, end + array.nbytes
        code = CODE_OF[dtypes.of(array)]
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [start, end]}
        chunks.append(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    if len(text) > HEADER_LIMIT:
        raise explained(
            ValueError,
            f"names and plain values take {len(text)} bytes, and the header of a file holds {HEADER_LIMIT}",
            why="all that is no tensor is written as text into the header.",
            fix="turn long lists of numbers into tensors.",
        )
    head = len(text).to_bytes(8, "little") + text
    return b"".join((head.replace(BLANK.encode(), _checksum(head, *chunks).encode(), 1), *chunks))


def _checksum(head: bytes, *rest: bytes | memoryview) -> str:
    """The SHA-256 of a file that has `BLANK` where its checksum will be."""
    digest = hashlib.sha256(head)
    for chunk in rest:
        digest.update(chunk)
    return digest.hexdigest()


def _described(value: Any, shelf: Shelf | None, path: tuple[str, ...]) -> Any:
    """A value as JSON: what JSON has no word for is ``{kind: content}``. Tensors go on the shelf, if there is one."""
    kind = type(value)
    if kind in PLAIN:
        return value if kind is not float or math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, Tensor) and shelf is not None:
        described: dict[str, Any] = {"tensor": shelf.put(value.array, path)}
        if kind.__name__ == "Parameter":  # known by its name: there is no need to load nn for those who do not use it
            described["parameter"] = True
        return described | ({"requires_grad": True} if value.requires_grad else {})
    if kind is dtypes.dtype:
        return {"dtype": value.name}
    if kind is device:
        return {"device": str(value)}
    name = kind.__name__
    if SEQUENCES.get(name) is kind:
        return {name: [_described(entry, shelf, (*path, str(i))) for i, entry in enumerate(value)]}
    if MAPPINGS.get(name) is kind:
        keys = [_described(key, None, (*path, "keys")) for key in value]
        entries = [_described(entry, shelf, (*path, str(key))) for key, entry in value.items()]
        return {name: list(zip(keys, entries))}
    raise _not_storable(value, path)


def _not_storable(value: Any, path: tuple[str, ...]) -> TypeError:
    kind, place = type(value), f" at {'.'.join(path)!r}" if path else ""
    if hasattr(value, "state_dict"):
        why = "to load a whole module or optimizer its code would have to be in the file, and no file holds code here."
        fix = "save its state: torch.save(model.state_dict(), path). Later: model.load_state_dict(torch.load(path))."
    elif isinstance(value, np.ndarray | np.generic):
        why = "arrays and numbers of NumPy are neither tensors nor Python's numbers."
        fix = "convert: torch.from_numpy(array), number.item()."
    else:
        why = "a file holds tensors, numbers, strings, None, and dictionaries, lists, tuples and sets of them."
        fix = "leave it out, or save what it is made of, such as a dictionary of its attributes."
    return explained(TypeError, f"cannot pickle '{kind.__name__}' object{place}", why, fix)


def _replace(path: Path, content: bytes) -> None:
    """Write a new file beside the old one and let it take the old one's place: whoever looks sees one of the two."""
    target = path.resolve()  # a link stays a link
    if target.exists() and not target.is_file():  # such as /dev/null: nothing there to be kept
        target.write_bytes(content)
        return
    if not target.parent.is_dir():
        raise explained(
            RuntimeError,
            f"Parent directory {path.parent} does not exist.",
            why="a file is made in a folder that is there.",
            fix="make the folder first: Path(...).mkdir(parents=True), or correct the path.",
        )
    new = target.with_name(f".{target.name}.{os.urandom(4).hex()}.tmp")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            new.chmod(target.stat().st_mode)
        new.replace(target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


# Reading


def _object(content: bytes) -> Any:
    """The object in a file, after everything about it has been checked."""
    header, start = _header(content)
    metadata = _metadata(header.pop("__metadata__", {}))
    arrays = _arrays(header, memoryview(content)[start:])
    if STRUCTURE not in metadata and CHECKSUM not in metadata:
        return {name: wrap(array) for name, array in arrays.items()}
    checksum = metadata.get(CHECKSUM, "")
    head = content[:start].replace(checksum.encode(), BLANK.encode(), 1)
    if _checksum(head, memoryview(content)[start:]) != checksum:
        _refuse("its content does not have the checksum that was stored with it: something was changed since.")
    try:
        return _rebuilt(_parsed(metadata[STRUCTURE]), {name: wrap(array) for name, array in arrays.items()})
    except (KeyError, TypeError, ValueError, RecursionError):
        _refuse("what it says about its own structure makes no sense.")


def _header(content: bytes) -> tuple[dict[str, Any], int]:
    """The header, and where it ends."""
    if not content:
        raise explained(
            EOFError,
            "Ran out of input",
            why="the file is empty: nothing was saved to it, or it has to be read from its beginning.",
            fix="save again; for an open file, file.seek(0) goes back to the beginning.",
        )
    length = int.from_bytes(content[:8], "little")
    if content[8:9] != b"{" or length > HEADER_LIMIT:
        _refuse_foreign(content)
    start = 8 + length
    if len(content) < start:
        _refuse_cut(start - len(content))
    try:
        header = _parsed(content[8:start])
    except (ValueError, RecursionError):
        _refuse("its header is no JSON, or names something twice.")
    return header, start


def _parsed(text: str | bytes) -> Any:
    """JSON in which no key may come twice."""

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        if len(entries) < len(pairs):
            raise ValueError("a key comes twice")
        return entries

    return json.loads(text, object_pairs_hook=distinct)


def _metadata(entries: Any) -> dict[str, str]:
    if not isinstance(entries, dict) or not all(isinstance(text, str) for text in entries.values()):
        _refuse("what its header says about the file is not made of names and texts.")
    return entries


def _arrays(header: dict[str, Any], data: memoryview) -> dict[str, Array]:
    """The arrays that a header describes: one after the other, without gaps, to the very end of the file."""
    places = {name: _place(name, entry) for name, entry in header.items()}
    end = 0
    for name, (_, _, first, last) in sorted(places.items(), key=lambda item: item[1][2:]):
        if first != end:
            _refuse(f"the numbers of {name!r} begin at byte {first}, and those before them end at {end}.")
        end = last
    if end > len(data):
        _refuse_cut(end - len(data))
    if end < len(data):
        _refuse(f"its header speaks of {end} bytes of numbers, and there are {len(data)}.")
    return {name: _array(name, data[first:last], dtype, shape) for name, (dtype, shape, first, last) in places.items()}


def _place(name: str, entry: Any) -> tuple[dtypes.dtype, list[int], int, int]:
    """Type, shape, first byte and the byte after the last of one tensor."""
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        _refuse(f"its header does not give type, shape and place of {name!r}.")
    code, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    for numbers in (shape, offsets):
        if not isinstance(numbers, list) or not all(type(n) is int and 0 <= n < 2**63 for n in numbers):
            _refuse(f"shape and place of {name!r} are not whole numbers.")
    if not isinstance(code, str) or code not in CODES:
        raise explained(
            RuntimeError,
            f"can't convert {name!r} of type {code!r:.20}",
            why=f"tensors are of one of the types {', '.join(DTYPES)} here.",
            fix="convert the tensor where the file was made, as in x.float().",
        )
    if len(offsets) != 2 or offsets[1] - offsets[0] != math.prod(shape) * CODES[code].itemsize:
        _refuse(f"{name!r} with shape {shape} does not fill its place, bytes {offsets}.")
    return CODES[code], shape, offsets[0], offsets[1]


def _array(name: str, data: memoryview, dtype: dtypes.dtype, shape: list[int]) -> Array:
    if dtype is dtypes.bool_ and np.frombuffer(data, np.uint8).max(initial=0) > 1:
        _refuse(f"{name!r} has elements that are neither 0 (False) nor 1 (True).")
    try:
        return np.frombuffer(data, dtype.numpy.newbyteorder("<")).reshape(shape).astype(dtype.numpy)
    except ValueError:  # more dimensions, or larger ones around a 0, than NumPy has
        _refuse(f"{name!r} has the impossible shape {shape!r:.80}.")


def _rebuilt(node: Any, tensors: dict[str, Tensor]) -> Any:
    """The value that `_described` made this of. Raises KeyError, TypeError or ValueError if it never was one."""
    if not isinstance(node, dict):
        if type(node) not in PLAIN:
            raise TypeError
        return node
    if "tensor" in node:
        return _tensor(tensors[node["tensor"]], node.get("parameter") is True, node.get("requires_grad") is True)
    ((name, content),) = node.items()
    if name in SEQUENCES:
        return SEQUENCES[name](_rebuilt(entry, tensors) for entry in content)
    if name in MAPPINGS:
        return MAPPINGS[name]({_rebuilt(key, {}): _rebuilt(entry, tensors) for key, entry in content})
    return SINGLE[name](content)


def _tensor(stored: Tensor, parameter: bool, requires_grad: bool) -> Tensor:
    if not parameter:
        return stored.detach().requires_grad_(requires_grad)
    from teachgrad.nn.parameter import Parameter  # only here: without parameters there is no need to load nn

    return Parameter(stored, requires_grad)


def _refuse(why: str) -> NoReturn:
    raise explained(
        RuntimeError,
        "failed reading the file: invalid header or archive is corrupted",
        why,
        fix="save it again, or fetch it again from where it came from.",
    )


def _refuse_cut(missing: int) -> NoReturn:
    raise explained(
        RuntimeError,
        f"unexpected EOF, expected {missing} more bytes. The file might be corrupted.",
        why="the file ends before what its header announces: it was cut short, or not copied whole.",
        fix="save it again, or fetch it again from where it came from.",
    )


def _refuse_foreign(content: bytes) -> NoReturn:
    """The error for a file that is in another format."""
    if content[:2] in (b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        raise explained(
            UnpicklingError,
            "Weights only load failed.",
            why="this is a pickle, as torch.save of PyTorch writes it: a program that builds the objects, and may do "
            "anything else on the way. teachgrad runs no program from a file; its own files are safetensors.",
            fix='once, with PyTorch: safetensors.torch.save_file(torch.load(path), "model.safetensors"). Or save it '
            "anew with teachgrad.",
        )
    _refuse(f"it begins with {content[:12]!r}, and a file written by save() with a length and a header in braces.")
