"""Saving and loading: what goes through a file unchanged, what a damaged file does, and what a failing save leaves."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
from collections import Counter, OrderedDict

import numpy as np
import pytest

import teachgrad as tg
from teachgrad import nn, optim
from teachgrad.serialization import BLANK, CHECKSUM, STRUCTURE


def content(obj):
    """The bytes that `save` writes."""
    file = io.BytesIO()
    tg.save(obj, file)
    return file.getvalue()


def again(obj):
    return tg.load(io.BytesIO(content(obj)))


def safetensors(header, data=b""):
    """A file of the format, put together by hand from its description."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


# What goes through unchanged


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 3, -1.5, "text\n\u00e4\u20ac", 2**70, float("inf"), float("-inf"), 1e-310, -0.0),
        *([], (), {}, [1, [2, (3,)]], {"a": {"b": None}}, {1: "int", "1": "str", (1, 2): "tuple", None: 0, 2.5: 1}),
        *({1}, OrderedDict([("z", 1), ("a", 2)]), Counter("aab"), [True, 1, 1.0], BLANK, {BLANK: CHECKSUM}),
        *(tg.Size([2, 3]), tg.float32, tg.bool, tg.device("cpu")),
    ],
    ids=repr,
)
def test_plain_values_keep_value_and_type(value):
    loaded = again(value)
    assert (type(loaded), repr(loaded)) == (type(value), repr(value))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (5,), (2, 3)])
def test_tensors_keep_type_shape_and_bits(dtype, shape):
    numbers = np.random.default_rng(0).integers(-9, 9, shape).astype(dtype)
    loaded = again(tg.from_numpy(numbers))
    assert (loaded.numpy().dtype, loaded.numpy().shape) == (numbers.dtype, numbers.shape)
    assert loaded.numpy().tobytes() == numbers.tobytes()
    assert loaded.numpy().flags.writeable


def test_special_floats_keep_their_bits():
    numbers = np.array([np.nan, -np.nan, np.inf, -np.inf, -0.0, 5e-324])
    assert again(tg.from_numpy(numbers)).numpy().tobytes() == numbers.tobytes()


def test_tensors_of_mixed_types_lie_aligned_in_the_file():
    mixed = {"b": tg.tensor([True]), "d": tg.tensor([1.0], dtype=tg.float64), "h": tg.tensor([1.0], dtype=tg.half)}
    whole = content(mixed)
    start = 8 + int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8:start])
    sizes = {"F64": 8, "F16": 2, "BOOL": 1}
    places = [(start + entry["data_offsets"][0], sizes[entry["dtype"]]) for n, entry in header.items() if n in mixed]
    assert [place % size for place, size in places] == [0, 0, 0]
    assert list(again(mixed)) == ["b", "d", "h"]


def test_transposed_sliced_and_expanded_tensors_keep_their_elements():
    x = tg.arange(12.0).reshape(3, 4)
    views = [x.T, x[1:, ::2], x[:, 0], tg.ones(1).expand(3)]
    assert [t.tolist() for t in again(views)] == [t.tolist() for t in views]


def test_a_view_takes_the_room_of_its_own_elements_only():
    assert len(content(tg.zeros(100_000)[:2])) < 1000


def test_requires_grad_and_being_a_parameter_are_kept():
    w, p, frozen = again([tg.ones(2, requires_grad=True), nn.Parameter(tg.ones(1)), nn.Parameter(tg.ones(1), False)])
    assert [type(t) for t in (w, p, frozen)] == [tg.Tensor, nn.Parameter, nn.Parameter]
    assert [t.requires_grad for t in (w, p, frozen)] == [True, True, False]


def test_a_computed_tensor_comes_back_as_a_leaf_without_gradient():
    x = tg.ones(2, requires_grad=True)
    y = x * 2
    y.sum().backward()
    x_again, y_again = again((x, y))
    assert (y_again.is_leaf, y_again.requires_grad, x_again.grad) == (True, True, None)


def test_the_same_memory_is_written_once_and_shared_again():
    shared = tg.ones(1000)
    states = {"encoder": shared, "decoder": shared.detach(), "copy": shared.clone()}
    assert len(content(states)) < 2.5 * 4000
    loaded = again(states)
    loaded["encoder"].zero_()
    assert (loaded["decoder"].sum().item(), loaded["copy"].sum().item()) == (0.0, 1000.0)
    assert loaded["decoder"]._version == 1


def test_names_that_meet_are_told_apart():
    odd = {
        "a.b": tg.tensor(1),
        "a": {"b": tg.tensor(2)},
        "__metadata__": tg.tensor(3),
        "": tg.tensor(4),
        1: tg.tensor(5),
    }
    odd["1"] = tg.tensor(6)
    loaded = again(odd)
    assert list(loaded) == list(odd)
    assert [loaded["a.b"], loaded["a"]["b"], *(loaded[key] for key in list(odd)[2:])] == [1, 2, 3, 4, 5, 6]


def test_training_goes_on_after_loading_a_checkpoint_as_if_nothing_had_happened(tmp_path):
    def start():
        tg.manual_seed(0)
        model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
        return model, optim.Adam(model.parameters(), lr=0.1)

    def train(model, optimizer, steps):
        for _ in range(steps):
            loss = (model(tg.tensor([[1.0, -1.0]])) - 3).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()

    straight = train(*start(), 6)
    model, optimizer = start()
    loss = train(model, optimizer, 3)
    state = {"epoch": 3, "model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict()}
    tg.save(state | {"loss": loss, "rng": tg.get_rng_state()}, tmp_path / "checkpoint.pt")

    model, optimizer = start()
    tg.manual_seed(9)
    checkpoint = tg.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert (checkpoint["epoch"], checkpoint["loss"], list(checkpoint["optimizer_state_dict"]["state"])) == (
        *(3, loss),
        [0, 1, 2, 3],
    )
    assert type(checkpoint["model_state_dict"]) is OrderedDict
    model.load_state_dict(checkpoint["model_state_dict"])
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    assert train(model, optimizer, 3) == straight
    tg.set_rng_state(checkpoint["rng"])
    after = tg.rand(3).tolist()
    start()
    assert after == tg.rand(3).tolist()


# Files


def test_paths_of_all_kinds_and_open_files(tmp_path):
    for target in (tmp_path / "a.pt", str(tmp_path / "b.pt")):
        tg.save([1], target)
        assert tg.load(target) == [1]
    with (tmp_path / "c.pt").open("wb") as file:
        tg.save([2], file)
    with (tmp_path / "c.pt").open("rb") as file:
        assert tg.load(file) == [2]


@pytest.mark.parametrize("location", [None, "cpu", tg.device("cpu"), lambda storage, place: storage, {"cuda:0": "cpu"}])
def test_map_location_may_say_the_cpu_in_every_way(location):
    assert tg.load(io.BytesIO(content(tg.ones(1))), map_location=location, weights_only=False).item() == 1.0


def test_the_same_object_gives_the_same_bytes():
    assert content({"a": tg.ones(2), "b": {1, 2}}) == content({"a": tg.ones(2), "b": {1, 2}})


def test_a_file_of_another_program_gives_a_dictionary():
    # These bytes were written by the package safetensors 0.8.0.
    recorded = (
        b'\0\1\0\0\0\0\0\0{"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[3],"data_offsets":[0,24]},'
        b'"w":{"dtype":"F32","shape":[1,2],"data_offsets":[24,32]},"h":{"dtype":"F16","shape":[],"data_offsets":[32,34]},'
        b'"b":{"dtype":"BOOL","shape":[2],"data_offsets":[34,36]}}   '
    )
    numbers = np.array([1, 2, 3]).tobytes() + np.array([1.5, -2], "f4").tobytes() + np.float16(0.5).tobytes() + b"\1\0"
    loaded = tg.load(io.BytesIO(recorded + numbers))
    assert {name: tensor.tolist() for name, tensor in loaded.items()} == {
        "n": [1, 2, 3],
        "w": [[1.5, -2.0]],
        "h": 0.5,
        "b": [True, False],
    }


def test_files_of_the_first_version_are_still_read():
    recorded = (
        b'0\1\0\0\0\0\0\0{"__metadata__":{'
        b'"teachgrad.sha256":"4309cdd33c79ecbe512a7c5d2242dd3a867c9e33a7a4af2586cd9655a80fff6a","teachgrad.structure":'
        b'"{\\"OrderedDict\\":[[\\"w\\",{\\"tensor\\":\\"w\\",\\"requires_grad\\":true}],'
        b'[\\"t\\",{\\"tuple\\":[3,{\\"float\\":\\"inf\\"},null]}]]}"},'
        b'"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}    \0\0\xc0?\0\0\0\xc0'
    )
    loaded = tg.load(io.BytesIO(recorded))
    assert repr(loaded["w"]) == "tensor([ 1.5000, -2.0000], requires_grad=True)"
    assert (type(loaded), list(loaded), loaded["t"]) == (OrderedDict, ["w", "t"], (3, float("inf"), None))


def test_a_file_without_tensors_or_without_anything_but_braces():
    assert tg.load(io.BytesIO(safetensors({}))) == {}


def test_loading_needs_neither_nn_nor_is_it_loaded_with_teachgrad(tmp_path):
    tg.save({"w": tg.ones(1)}, tmp_path / "w.pt")
    code = (
        "import sys, teachgrad as tg; before = 'teachgrad.serialization' in sys.modules;"
        f"print(before, tg.load({str(tmp_path / 'w.pt')!r}), 'teachgrad.nn' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False {'w': tensor([1.])} False\n"


# A save that fails


class Failing(dict):
    """Pretends to be a plain dictionary until it is looked at."""


def test_a_refused_object_leaves_the_old_file_as_it_was(tmp_path):
    path = tmp_path / "model.pt"
    tg.save([1], path)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        tg.save([tg.ones(3), Failing()], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_as_it_was(tmp_path, monkeypatch, step):
    def full(*args):
        raise OSError(28, "No space left on device")

    path = tmp_path / "model.pt"
    tg.save([1], path)
    before = path.read_bytes()
    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        tg.save([2], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX")
def test_a_link_stays_a_link_and_a_mode_a_mode(tmp_path):
    (tmp_path / "real.pt").write_bytes(b"")
    (tmp_path / "real.pt").chmod(0o640)
    (tmp_path / "link.pt").symlink_to("real.pt")
    tg.save([1], tmp_path / "link.pt")
    assert (tmp_path / "link.pt").is_symlink()
    assert tg.load(tmp_path / "real.pt") == [1]
    assert (tmp_path / "real.pt").stat().st_mode & 0o777 == 0o640
    tg.save([1], os.devnull)
    assert not os.path.isfile(os.devnull)  # noqa: PTH113 - a device has no Path worth the name


# Errors


def recursive():
    loop = [1]
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("obj", "kind", "words"),
    [
        (nn.Linear(1, 1), TypeError, r"cannot pickle 'Linear' object\n.*Why: .*\n.*Fix: .*state_dict\(\)"),
        (optim.SGD([tg.ones(1, requires_grad=True)], lr=0.1), TypeError, r"'SGD'(.|\n)*state_dict\(\)"),
        ({"a": [np.ones(2)]}, TypeError, r"cannot pickle 'ndarray' object at 'a.0'(.|\n)*from_numpy"),
        (np.float32(1), TypeError, r"'float32'(.|\n)*item\(\)"),
        (lambda: 1, TypeError, "cannot pickle 'function' object"),
        (1j, TypeError, "'complex'"),
        ({tg.ones(1): 1}, TypeError, "cannot pickle 'Tensor' object at 'keys'"),
        (recursive(), ValueError, "Circular reference detected\n.*Why: .*\n.*Fix: "),
    ],
    ids=["module", "optimizer", "array", "NumPy's number", "function", "complex", "tensor as key", "loop"],
)
def test_what_cannot_be_stored_is_refused_with_its_place_and_a_remedy(obj, kind, words):
    with pytest.raises(kind, match=words):
        content(obj)


def test_more_names_than_a_header_holds_are_refused(monkeypatch):
    monkeypatch.setattr("teachgrad.serialization.HEADER_LIMIT", 1000)
    with pytest.raises(ValueError, match=r"(?s)take \d+ bytes, .* 1000.*Fix: "):
        content(["x" * 1000])


def test_a_place_to_save_to_has_to_be_one(tmp_path):
    for target in (None, 3):
        with pytest.raises(
            AttributeError, match="expected 'f' to be string, path, or a file-like object with a 'write'"
        ):
            tg.save(1, target)
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'read'"):
        tg.load(None)
    with pytest.raises(RuntimeError, match=r"Parent directory .*nowhere does not exist"):
        tg.save(1, tmp_path / "nowhere" / "x.pt")
    with pytest.raises(TypeError, match="opened as text"):
        tg.load(io.StringIO("text"))
    with pytest.raises(FileNotFoundError):
        tg.load(tmp_path / "x.pt")
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        tg.load(io.BytesIO(content(1)), map_location="cuda")


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


CONTRADICTIONS = (
    (b"hello", "begins with b'hello'"),
    (b"\0" * 100, "corrupted"),
    (b"\xff" * 100, "corrupted"),
    ((2**62).to_bytes(8, "little") + b"{}", "corrupted"),
    ((10**7).to_bytes(8, "little") + b"{}", "unexpected EOF, expected 9999998 more bytes"),
    (safetensors(b"{"), "no JSON"),
    (safetensors(b'{"a": \xff}'), "no JSON"),
    (safetensors(b"{" + b"[" * 100_000), "no JSON"),
    (safetensors(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"), "corrupted"),
    (safetensors(b'{"a": {"a": 1}, "a": 2}'), "names something twice"),
    (safetensors({"a": entry()}, bytes(7)), "expected 1 more bytes"),
    (safetensors({"a": entry()}, bytes(9)), "speaks of 8 bytes of numbers, and there are 9"),
    (safetensors({"a": entry(), "b": entry(offsets=(4, 12))}, bytes(12)), "'b' begin at byte 4, .* end at 8"),
    (safetensors({"a": entry(), "b": entry(offsets=(12, 20))}, bytes(20)), "'b' begin at byte 12, .* end at 8"),
    (safetensors({"a": entry(offsets=(8, 0))}, bytes(8)), "does not fill its place"),
    (safetensors({"a": entry(offsets=(-8, 0))}, bytes(8)), "not whole numbers"),
    (safetensors({"a": entry(offsets=(0, 8, 8))}, bytes(8)), "does not fill its place"),
    (safetensors({"a": entry(offsets=(0, True))}, bytes(8)), "not whole numbers"),
    (safetensors({"a": entry(shape=(2.0,))}, bytes(8)), "not whole numbers"),
    (safetensors({"a": entry(shape=(-1, -2))}, bytes(8)), "not whole numbers"),
    (safetensors({"a": entry(shape=(2**40, 2**40))}, bytes(8)), "does not fill its place"),
    (safetensors({"a": entry(shape=(2**31, 2**31, 2**32), offsets=(0, 0))}), "does not fill its place"),
    (safetensors({"a": entry(shape=(0, 2**62, 2**62), offsets=(0, 0))}), "impossible shape"),
    (safetensors({"a": entry(shape=[1] * 99, offsets=(0, 4))}, bytes(4)), "impossible shape"),
    (safetensors({"a": entry(shape=(2**64,), offsets=(0, 0))}), "not whole numbers"),
    (safetensors({"a": entry("BF16", offsets=(0, 4))}, bytes(4)), "can't convert 'a' of type 'BF16'"),
    (safetensors({"a": entry([], offsets=(0, 4))}, bytes(4)), "can't convert 'a' of type"),
    (safetensors({"a": entry("BOOL", offsets=(0, 2))}, b"\1\2"), "neither 0 .* nor 1"),
    (safetensors({"a": {"dtype": "F32"}}), "does not give type, shape and place of 'a'"),
    (safetensors({"a": None}), "does not give type, shape and place of 'a'"),
    (safetensors({"__metadata__": {"a": 1}}), "names and texts"),
    (safetensors({"__metadata__": []}), "names and texts"),
    (safetensors({"__metadata__": {STRUCTURE: "1"}}), "checksum"),
    (safetensors({"__metadata__": {CHECKSUM: "1"}}), "checksum"),
)


@pytest.mark.parametrize(("file", "words"), CONTRADICTIONS, ids=map(str, range(len(CONTRADICTIONS))))
def test_a_file_that_contradicts_itself_is_refused(file, words):
    with pytest.raises(RuntimeError, match=rf"(?s){words}.*Fix: "):
        tg.load(io.BytesIO(file))


def test_an_empty_file_says_so():
    with pytest.raises(EOFError, match=r"(?s)Ran out of input.*Fix: .*seek\(0\)"):
        tg.load(io.BytesIO())


PICKLES = (b"PK\3\4" + bytes(60), *(pickle.dumps({"w": 1}, protocol) for protocol in (2, 3, 4, 5)))


@pytest.mark.parametrize("file", PICKLES, ids=["zip", "2", "3", "4", "5"])
def test_pytorchs_own_files_are_refused_with_the_way_out(file):
    with pytest.raises(pickle.UnpicklingError, match=r"(?s)Weights only load failed.*runs no program.*save_file"):
        tg.load(io.BytesIO(file))


@pytest.mark.parametrize(
    "structure", ["{", "[1]", '{"tensor": "b"}', '{"list": 1}', '{"dict": [[{"list": []}, 1]]}', "{}"]
)
def test_a_structure_that_makes_no_sense_is_refused_even_with_a_right_checksum(structure):
    file = safetensors({"__metadata__": {CHECKSUM: BLANK, STRUCTURE: structure}})
    with pytest.raises(RuntimeError, match="what it says about its own structure makes no sense"):
        tg.load(io.BytesIO(file.replace(BLANK.encode(), hashlib.sha256(file).hexdigest().encode())))


SAMPLE = {"epoch": 3, "w": [tg.tensor([1.5, -2.0]), (tg.tensor([True]), "x")], "state": {0: tg.tensor([1, 2])}}


def test_every_file_that_is_cut_short_is_refused():
    whole = content(SAMPLE)
    for length in range(len(whole)):
        with pytest.raises((RuntimeError, EOFError), match="Why: "):
            tg.load(io.BytesIO(whole[:length]))


def test_every_changed_byte_is_found():
    whole = content(SAMPLE)
    draw = np.random.default_rng(0)
    for place in range(len(whole)):
        for other in {whole[place] ^ 1, whole[place] ^ 0x20, whole[place] ^ 0x80, *draw.integers(0, 256, 2).tolist()}:
            if other != whole[place]:
                damaged = whole[:place] + bytes([other]) + whole[place + 1 :]
                with pytest.raises((RuntimeError, pickle.UnpicklingError), match="Why: "):
                    tg.load(io.BytesIO(damaged))


def test_blocks_that_are_moved_doubled_or_dropped_are_found():
    whole = content(SAMPLE)
    draw = np.random.default_rng(1)
    for _ in range(500):
        a, b, c = sorted(draw.integers(0, len(whole) + 1, 3).tolist())
        for damaged in (whole[:a] + whole[b:], whole[:b] + whole[a:], whole[:a] + whole[b:c] + whole[a:b] + whole[c:]):
            if damaged != whole and damaged:
                with pytest.raises((RuntimeError, pickle.UnpicklingError), match="Why: "):
                    tg.load(io.BytesIO(damaged))
