"""Generates answers with the PyTorch model, one token after the other."""

import torch

from evaluate import sampling_chances
from tokenizer import CHAT_END, render_prompt

ANSWER_TOKENS_MAX = 250


@torch.no_grad()
def answer(model, tokenizer, messages: list[dict], sampler: torch.Generator | None = None) -> str:
    """Greedy without a sampler; with one, as Lar samples by default."""
    prompt_tokens = tokenizer.encode(render_prompt(messages)).ids
    end = tokenizer.token_to_id(CHAT_END)
    tokens = []
    while len(tokens) < ANSWER_TOKENS_MAX and (not tokens or tokens[-1] != end):
        hidden = model.hidden(torch.tensor([prompt_tokens + tokens]))
        logits = model.logits(hidden[0, -1:])
        if sampler is None:
            tokens.append(logits[0].argmax().item())
        else:
            tokens.append(torch.multinomial(sampling_chances(logits)[0], 1, generator=sampler).item())
    return tokenizer.decode([token for token in tokens if token != end])
