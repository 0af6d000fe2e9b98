"""Writes a trained model and its vocabulary as a Q8_0 GGUF file of architecture `llama`."""

import json
from pathlib import Path

from gguf_writer import tensor_bytes, write_gguf
from model import Config, DemoModel
from tokenizer import CHAT_END, CHAT_TEMPLATE, END_OF_TEXT, SPECIAL_TOKENS

FILE_TYPE_Q8_0 = 7
NORMAL_TOKEN, CONTROL_TOKEN = 1, 3

# Names inside a block: ours, GGUF's.
BLOCK_TENSORS = {
    "attention_norm.weight": "attn_norm.weight",
    "attention.query.weight": "attn_q.weight",
    "attention.key.weight": "attn_k.weight",
    "attention.value.weight": "attn_v.weight",
    "attention.output.weight": "attn_output.weight",
    "feed_forward_norm.weight": "ffn_norm.weight",
    "feed_forward.gate.weight": "ffn_gate.weight",
    "feed_forward.up.weight": "ffn_up.weight",
    "feed_forward.down.weight": "ffn_down.weight",
}


def model_metadata(config: Config) -> dict:
    return {
        "general.architecture": "llama",
        "general.type": "model",
        "general.name": "Lar Demo",
        "general.description": "A very small model that answers questions about using Lar and tells tiny stories.",
        "general.license": "MIT",
        "general.languages": ["en"],
        "general.file_type": FILE_TYPE_Q8_0,
        "general.quantization_version": 2,
        "llama.context_length": config.context_length,
        "llama.embedding_length": config.width,
        "llama.block_count": config.blocks,
        "llama.feed_forward_length": config.feed_forward,
        "llama.attention.head_count": config.heads,
        "llama.attention.head_count_kv": config.kv_heads,
        "llama.attention.layer_norm_rms_epsilon": config.norm_eps,
        "llama.rope.dimension_count": config.head_width,
        "llama.rope.freq_base": config.rope_base,
        "llama.vocab_size": config.vocab_size,
    }


def tokenizer_metadata(tokenizer) -> dict:
    vocabulary = tokenizer.get_vocab()
    tokens = sorted(vocabulary, key=vocabulary.get)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [CONTROL_TOKEN if t in SPECIAL_TOKENS else NORMAL_TOKEN for t in tokens],
        "tokenizer.ggml.merges": [" ".join(merge) for merge in merges],
        "tokenizer.ggml.bos_token_id": vocabulary[END_OF_TEXT],
        "tokenizer.ggml.eos_token_id": vocabulary[CHAT_END],
        "tokenizer.ggml.eot_token_id": vocabulary[CHAT_END],
        "tokenizer.ggml.padding_token_id": vocabulary[END_OF_TEXT],
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": CHAT_TEMPLATE,
    }


def model_tensors(model: DemoModel):
    weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    yield tensor_bytes("token_embd.weight", weights["embedding.weight"])
    for block in range(model.config.blocks):
        for ours, gguf in BLOCK_TENSORS.items():
            yield tensor_bytes(f"blk.{block}.{gguf}", weights[f"blocks.{block}.{ours}"])
    yield tensor_bytes("output_norm.weight", weights["norm.weight"])


def export(model: DemoModel, tokenizer, path: Path):
    metadata = model_metadata(model.config) | tokenizer_metadata(tokenizer)
    write_gguf(path, metadata, list(model_tensors(model)))
