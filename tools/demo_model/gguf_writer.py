"""Writes GGUF version 3 files: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from quantize import q8_0_bytes

ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
TYPE_F32, TYPE_Q8_0 = 0, 8


def string_bytes(text: str) -> bytes:
    data = text.encode("utf-8")
    return struct.pack("<Q", len(data)) + data


def value_bytes(value) -> tuple[int, bytes]:
    """The type number and the bytes of a metadata value; Python's type chooses."""
    if isinstance(value, bool):
        return BOOL, struct.pack("<?", value)
    if isinstance(value, int):
        return UINT32, struct.pack("<I", value)
    if isinstance(value, float):
        return FLOAT32, struct.pack("<f", value)
    if isinstance(value, str):
        return STRING, string_bytes(value)
    kinds, parts = zip(*(value_bytes(item) for item in value))
    # Whole numbers in arrays (token types) are int32 by custom.
    kind = INT32 if kinds[0] == UINT32 else kinds[0]
    return ARRAY, struct.pack("<IQ", kind, len(parts)) + b"".join(parts)


@dataclass(frozen=True)
class TensorBytes:
    name: str
    shape: tuple[int, ...]
    kind: int
    data: bytes


def tensor_bytes(name: str, weights: np.ndarray) -> TensorBytes:
    """Matrices as Q8_0, vectors as F32."""
    if weights.ndim == 2:
        return TensorBytes(name, weights.shape, TYPE_Q8_0, q8_0_bytes(weights))
    return TensorBytes(name, weights.shape, TYPE_F32, weights.astype("<f4").tobytes())


def padding(length: int) -> bytes:
    return b"\0" * (-length % ALIGNMENT)


def write_gguf(path: Path, metadata: dict, tensors: list[TensorBytes]):
    """Writes the file under a temporary name and renames it when it is whole."""
    header = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, value in metadata.items():
        kind, data = value_bytes(value)
        header += string_bytes(key) + struct.pack("<I", kind) + data
    offset = 0
    for tensor in tensors:
        # GGUF counts dimensions from the fastest one.
        dimensions = tensor.shape[::-1]
        header += string_bytes(tensor.name) + struct.pack("<I", len(dimensions))
        header += struct.pack(f"<{len(dimensions)}Q", *dimensions)
        header += struct.pack("<IQ", tensor.kind, offset)
        offset += len(tensor.data) + len(padding(len(tensor.data)))
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(header + padding(len(header)))
        for tensor in tensors:
            file.write(tensor.data + padding(len(tensor.data)))
    os.replace(temporary, path)
