"""Loads what training left in its work folder, with the weights rounded as in the GGUF file."""

from pathlib import Path

import torch

from model import Config, DemoModel
from quantize import round_matrices
from tokenizer import load_tokenizer


def load_rounded(work: Path):
    tokenizer = load_tokenizer(work / "tokenizer.json")
    model = DemoModel(Config(vocab_size=tokenizer.get_vocab_size()))
    model.load_state_dict(torch.load(work / "checkpoint.pt", weights_only=True)["model"])
    return round_matrices(model).eval(), tokenizer
