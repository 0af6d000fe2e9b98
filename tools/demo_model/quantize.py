"""Q8_0: blocks of 32 weights as one f16 scale and 32 signed bytes."""

import numpy as np
import torch
from torch import nn

BLOCK = 32


def q8_0_parts(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scales [blocks, 1] as f16 and numbers [blocks, 32] as int8 of rows that are multiples of 32."""
    blocks = weights.astype(np.float32).reshape(-1, BLOCK)
    scales = np.abs(blocks).max(axis=1, keepdims=True) / np.float32(127)
    inverse = np.divide(1, scales, out=np.zeros_like(scales), where=scales > 0)
    scaled = blocks * inverse
    numbers = np.trunc(scaled + np.copysign(np.float32(0.5), scaled))
    return scales.astype(np.float16), numbers.astype(np.int8)


def q8_0_bytes(weights: np.ndarray) -> bytes:
    scales, numbers = q8_0_parts(weights)
    return np.concatenate((scales.view(np.int8), numbers), axis=1).tobytes()


def q8_0_round(weights: np.ndarray) -> np.ndarray:
    """The weights as a reader of the file sees them."""
    scales, numbers = q8_0_parts(weights)
    return (scales.astype(np.float32) * numbers.astype(np.float32)).reshape(weights.shape)


@torch.no_grad()
def round_matrices(model: nn.Module) -> nn.Module:
    """Rounds all matrices of the model in place to what Q8_0 can hold."""
    for parameter in model.parameters():
        if parameter.dim() == 2:
            parameter.copy_(torch.from_numpy(q8_0_round(parameter.numpy())))
    return model
