"""Generates answers with the PyTorch model, one token after the other."""

from dataclasses import dataclass

import torch

from evaluate import sampling_chances
from tokenizer import CHAT_END, render_prompt

ANSWER_TOKENS_MAX = 250


@dataclass(frozen=True)
class Answer:
    prompt: str
    prompt_tokens: list[int]
    text: str
    tokens: list[int]  # With the end token.
    min_margin: float  # Smallest distance between the best and the second logit.


@torch.no_grad()
def answer(model, tokenizer, messages: list[dict], sampler: torch.Generator | None = None) -> Answer:
    """Greedy without a sampler; with one, as Lar samples by default."""
    prompt = render_prompt(messages)
    prompt_tokens = tokenizer.encode(prompt).ids
    end = tokenizer.token_to_id(CHAT_END)
    tokens, margins = [], []
    while len(tokens) < ANSWER_TOKENS_MAX and (not tokens or tokens[-1] != end):
        hidden = model.hidden(torch.tensor([prompt_tokens + tokens]))
        logits = model.logits(hidden[0, -1:])
        best = logits[0].topk(2)
        margins.append((best.values[0] - best.values[1]).item())
        if sampler is None:
            tokens.append(best.indices[0].item())
        else:
            tokens.append(torch.multinomial(sampling_chances(logits)[0], 1, generator=sampler).item())
    text = tokenizer.decode([token for token in tokens if token != end])
    return Answer(prompt, prompt_tokens, text, tokens, min(margins))
