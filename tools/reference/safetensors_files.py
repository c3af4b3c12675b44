"""Writes test/fixtures/safetensors.json: files of the Python package safetensors, and float16 and bfloat16 of NumPy and PyTorch.

    python tools/reference/safetensors_files.py [--out FILE]

- `files`: whole files in base64, with the tensors that the package finds in them: flat values in row-major order, as
  numbers, or as texts where a 64-bit integer or a number that JSON lacks is among them;
- `rounding`: SHA-256 of the results of whole sweeps, which a test repeats (see `rounding` below);
- `refused`: names and base64 of files that the package refuses, which the library must refuse, too.

Two more commands print JSON for tests that have a Python with the packages:

    python tools/reference/safetensors_files.py --read FILE     dtype, shape and SHA-256 of the bytes of each tensor
    python tools/reference/safetensors_files.py --store DIR     SHA-256 of the bytes of each row's tensors in a feature store, by key
"""

import argparse
import base64
import hashlib
import json
import struct
from pathlib import Path

import numpy as np
import safetensors
import torch
from safetensors import safe_open
from safetensors.torch import save

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "safetensors.json"
DTYPES = {
    "BOOL": torch.bool,
    "U8": torch.uint8,
    "I8": torch.int8,
    "I16": torch.int16,
    "U16": torch.uint16,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I32": torch.int32,
    "U32": torch.uint32,
    "F32": torch.float32,
    "F64": torch.float64,
    "I64": torch.int64,
    "U64": torch.uint64,
}


def sha256(data) -> str:
    return hashlib.sha256(bytes(data)).hexdigest()


def raw(tensor: torch.Tensor) -> bytes:
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""


def as_json(tensor: torch.Tensor) -> list:
    values = tensor.to(torch.float64).reshape(-1).tolist() if tensor.is_floating_point() else tensor.reshape(-1).tolist()
    if tensor.dtype in (torch.int64, torch.uint64):
        return [str(value) for value in values]
    if tensor.dtype == torch.bool:
        return [int(value) for value in values]
    return [value if not isinstance(value, float) or np.isfinite(value) else str(value) for value in values]


def file_case(name: str, tensors: dict, metadata: dict | None = None) -> dict:
    data = save(tensors, metadata)
    names = {value: key for key, value in DTYPES.items()}
    return {
        "name": name,
        "base64": base64.b64encode(data).decode(),
        "metadata": metadata or {},
        "tensors": {
            key: {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "values": as_json(tensor)}
            for key, tensor in tensors.items()
        },
    }


def files() -> list:
    generator = np.random.default_rng(7)
    every = {}
    for name, dtype in DTYPES.items():
        if dtype == torch.bool:
            values = torch.tensor([[True, False, True], [False, False, True]])
        elif dtype.is_floating_point:
            values = torch.from_numpy(generator.normal(0, 100, (2, 3))).to(dtype)
        else:
            info = torch.iinfo(dtype)
            numbers = [info.min, info.max, 0, 1, 2, int(generator.integers(3, 100))]
            values = torch.from_numpy(np.array(numbers, dtype=str(dtype).removeprefix("torch."))).reshape(2, 3)
        every[f"of_{name}"] = values
    odd = {
        "single": torch.tensor(1.5),
        "empty": torch.zeros(0, 5),
        "empty_too": torch.zeros(3, 0, dtype=torch.int64),
        "a name with spaces, ünïcode 😀 and \"quotes\"": torch.arange(3, dtype=torch.float32),
        "__proto__": torch.tensor([1, 2], dtype=torch.int32),
        "constructor": torch.tensor([3], dtype=torch.uint8),
    }
    special = torch.tensor([float("inf"), -float("inf"), float("nan"), -0.0, 65504.0, 2**-24, -(2**-14)])
    specials = {name: special.to(DTYPES[name]) for name in ("F16", "BF16", "F32", "F64")}
    return [
        file_case("every dtype", every, {"note": "zwölf"}),
        file_case("odd names and shapes", odd),
        file_case("special numbers", specials),
        file_case("no tensors", {}, {"only": "metadata"}),
    ]


def build(header: dict | str | bytes, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def refused() -> list:
    def tensor(begin, end, shape=(2,), dtype="F32"):
        return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}

    good = {"a": tensor(0, 8), "b": tensor(8, 16)}
    cases = {
        "nothing": b"",
        "half a length": b"\x10\x00\x00",
        "length beyond the file": build(good, bytes(16), 10_000),
        "length beyond 100 MB": build(good, bytes(16), 100_000_001),
        "length beyond 2^63": build(good, bytes(16), 2**64 - 1),
        "no JSON": build("{" + "x" * 15),
        "no UTF-8": build(b'{"\xff\xfe":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', bytes(4)),
        "a list": build("[1,2]"),
        "overlap": build({"a": tensor(0, 8), "b": tensor(4, 12)}, bytes(12)),
        "gap": build({"a": tensor(0, 8), "b": tensor(12, 20)}, bytes(20)),
        "gap at the start": build({"a": tensor(4, 12)}, bytes(12)),
        "out of range": build({"a": tensor(0, 8), "b": tensor(8, 16)}, bytes(12)),
        "bytes left over": build(good, bytes(20)),
        "shape and bytes disagree": build({"a": tensor(0, 8, (3,))}, bytes(8)),
        "dtype and bytes disagree": build({"a": tensor(0, 8, (2,), "F64")}, bytes(8)),
        "unknown dtype": build({"a": tensor(0, 8, (2,), "F31")}, bytes(8)),
        "negative offset": build({"a": tensor(-4, 4)}, bytes(4)),
        "negative size": build({"a": tensor(0, 8, (-1, -2))}, bytes(8)),
        "end before begin": build({"a": tensor(8, 0)}, bytes(8)),
        "fractional size": build({"a": tensor(0, 8, (1.5,))}, bytes(8)),
        "huge shape": build({"a": tensor(0, 8, (2**40, 2**40))}, bytes(8)),
        "missing offsets": build({"a": {"dtype": "F32", "shape": [2]}}, bytes(8)),
        "metadata of numbers": build({"__metadata__": {"a": 1}}),
    }
    for name, data in cases.items():
        try:
            safetensors.deserialize(data)
        except Exception:
            continue
        raise SystemExit(f"the package accepts: {name}")
    return [{"name": name, "base64": base64.b64encode(data).decode()} for name, data in cases.items()]


def rounding() -> dict:
    """Sweeps; every NaN of a result is written as the first quiet one, and sweeps of float32 leave NaN out."""
    halves = np.arange(0x10000, dtype=np.uint16)

    def quiet(values: np.ndarray) -> bytes:
        values = values.copy()
        values[np.isnan(values)] = np.nan
        return values.tobytes()

    def without_nan(bits: np.ndarray) -> np.ndarray:
        values = bits.astype(np.uint32).view(np.float32)
        return values[~np.isnan(values)]

    # Every 257th float32; and where ties lie: the midpoint above each finite half, and its neighbours on both sides.
    sweep = without_nan(np.arange(0, 2**32, 257, dtype=np.uint64))
    finite = np.arange(0, 0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)
    above = np.append(finite[1:], 65536.0)
    middle = ((finite + above) / 2).astype(np.float32).view(np.uint32)
    ties = without_nan(np.concatenate([middle - 1, middle, middle + 1]))
    brain = (np.arange(0, 0x7F80, dtype=np.uint32) << 16) + 0x8000
    brain_ties = without_nan(np.concatenate([brain - 1, brain, brain + 1]))

    def to_bfloat16(values: np.ndarray) -> bytes:
        return raw(torch.from_numpy(values).to(torch.bfloat16))

    with np.errstate(over="ignore"):
        return {
            "float16ToFloat32": sha256(quiet(halves.view(np.float16).astype(np.float32))),
            "float32ToFloat16": {
                "sweep": sha256(sweep.astype(np.float16).tobytes()),
                "ties": sha256(ties.astype(np.float16).tobytes()),
                "negativeTies": sha256((-ties).astype(np.float16).tobytes()),
            },
            "bfloat16ToFloat32": sha256(
                quiet(torch.from_numpy(halves.view(np.int16)).view(torch.bfloat16).to(torch.float32).numpy())
            ),
            "float32ToBfloat16": {"sweep": sha256(to_bfloat16(sweep)), "ties": sha256(to_bfloat16(brain_ties))},
        }


def read(path: str) -> dict:
    with safe_open(path, "pt") as file:
        names = {value: key for key, value in DTYPES.items()}
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        return {
            "metadata": file.metadata() or {},
            "tensors": {
                name: {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "sha256": sha256(raw(tensor))}
                for name, tensor in tensors.items()
            },
        }


def read_store(directory: str) -> dict:
    rows = {}
    for path in sorted(Path(directory).glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            names = set(file.keys())
            keys = file.get_tensor("row_keys").numpy()
            starts, lengths = (
                file.get_tensor(name).tolist() if name in names else None for name in ("row_starts", "row_lengths")
            )
            ragged = json.loads((path.parent / "store.json").read_text())["tensors"]
            for index in keys.any(axis=1).nonzero()[0].tolist():
                row = {}
                for name, described in ragged.items():
                    part = file.get_slice(name)
                    if described["shape"][:1] == ["length"]:
                        values = part[starts[index] : starts[index] + lengths[index]]
                    else:
                        values = part[index : index + 1]
                    row[name] = sha256(raw(values))
                rows[keys[index].tobytes().hex()] = row
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--read")
    parser.add_argument("--store")
    arguments = parser.parse_args()
    if arguments.read:
        print(json.dumps(read(arguments.read)))
    elif arguments.store:
        print(json.dumps(read_store(arguments.store)))
    else:
        fixture = {
            "generator": "tools/reference/safetensors_files.py",
            "versions": {"safetensors": safetensors.__version__, "numpy": np.__version__, "torch": torch.__version__},
            "files": files(),
            "refused": refused(),
            "rounding": rounding(),
        }
        arguments.out.write_text(json.dumps(fixture, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
