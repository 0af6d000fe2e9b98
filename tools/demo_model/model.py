"""The demo model: a small Llama (RMS norm, rotary positions, grouped-query attention, SwiGLU).

Rotary positions turn neighbouring pairs (2i, 2i+1), which is how GGUF files of architecture
`llama` store their query and key rows, so the export needs no permutation.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Config:
    vocab_size: int
    context_length: int = 1024
    width: int = 256
    blocks: int = 5
    heads: int = 4
    kv_heads: int = 2
    feed_forward: int = 512
    rope_base: float = 10000.0
    norm_eps: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads


def rotary_table(config: Config) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines of shape [context_length, head_width / 2]."""
    pairs = torch.arange(0, config.head_width, 2, dtype=torch.float32)
    frequencies = config.rope_base ** (-pairs / config.head_width)
    angles = torch.outer(torch.arange(config.context_length, dtype=torch.float32), frequencies)
    return angles.cos(), angles.sin()


def rotate(x: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor) -> torch.Tensor:
    """Turns the pairs (2i, 2i+1) of x [batch, heads, tokens, head_width] by their positions."""
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = torch.stack((even * cosines - odd * sines, even * sines + odd * cosines), dim=-1)
    return turned.flatten(-2).type_as(x)


class RmsNorm(nn.Module):
    def __init__(self, width: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


class Attention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        kv_width = config.kv_heads * config.head_width
        self.query = nn.Linear(config.width, config.width, bias=False)
        self.key = nn.Linear(config.width, kv_width, bias=False)
        self.value = nn.Linear(config.width, kv_width, bias=False)
        self.output = nn.Linear(config.width, config.width, bias=False)

    def forward(self, x, cosines, sines):
        batch, tokens, width = x.shape
        split = lambda y, heads: y.view(batch, tokens, heads, -1).transpose(1, 2)
        query = rotate(split(self.query(x), self.config.heads), cosines, sines)
        key = rotate(split(self.key(x), self.config.kv_heads), cosines, sines)
        value = split(self.value(x), self.config.kv_heads)
        group = self.config.heads // self.config.kv_heads
        key = key.repeat_interleave(group, dim=1)
        value = value.repeat_interleave(group, dim=1)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.output(mixed.transpose(1, 2).reshape(batch, tokens, width))


class FeedForward(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.gate = nn.Linear(config.width, config.feed_forward, bias=False)
        self.up = nn.Linear(config.width, config.feed_forward, bias=False)
        self.down = nn.Linear(config.feed_forward, config.width, bias=False)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Block(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.attention_norm = RmsNorm(config.width, config.norm_eps)
        self.attention = Attention(config)
        self.feed_forward_norm = RmsNorm(config.width, config.norm_eps)
        self.feed_forward = FeedForward(config)

    def forward(self, x, cosines, sines):
        x = x + self.attention(self.attention_norm(x), cosines, sines)
        return x + self.feed_forward(self.feed_forward_norm(x))


class DemoModel(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.blocks))
        self.norm = RmsNorm(config.width, config.norm_eps)
        cosines, sines = rotary_table(config)
        self.register_buffer("cosines", cosines, persistent=False)
        self.register_buffer("sines", sines, persistent=False)
        self.start_weights()

    def start_weights(self):
        nn.init.normal_(self.embedding.weight, std=self.config.width ** -0.5)
        for block in self.blocks:
            for linear in (m for m in block.modules() if isinstance(m, nn.Linear)):
                nn.init.normal_(linear.weight, std=linear.in_features ** -0.5)
            nn.init.zeros_(block.attention.output.weight)
            nn.init.zeros_(block.feed_forward.down.weight)

    def hidden(self, ids: torch.Tensor) -> torch.Tensor:
        """Final hidden states [batch, tokens, width] of token ids [batch, tokens]."""
        x = self.embedding(ids).float()
        cosines, sines = self.cosines[: ids.shape[1]], self.sines[: ids.shape[1]]
        for block in self.blocks:
            x = block(x, cosines, sines)
        return self.norm(x)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """The embedding doubles as the output matrix."""
        return F.linear(hidden, self.embedding.weight)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.logits(self.hidden(ids))
