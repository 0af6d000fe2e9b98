"""Conversations as training rows: token ids, and for each token how its prediction is judged."""

import random

import torch

from exchanges import Conversation
from stories.cast import BOYS, GIRLS
from tokenizer import CHAT_END, CHAT_START, render_message

IGNORED, STORY, COPIED, EXACT = 0, 1, 2, 3

# Who a story is about is decided in its opening. Most stories stop there, so that more fit in.
OPENING_ONLY = 0.7
OPENING_LETTERS = 150

SYSTEM_SHARE = 0.1
SYSTEM_PROMPTS = (
    "You are a helpful assistant.",
    "You are a friendly assistant who answers briefly.",
    "Answer in one sentence.",
    "You are Lar's demo model.",
    "Be polite and helpful.",
    "You are an expert on running language models.",
)


def fill_row(tokenizer, rng: random.Random, length: int) -> tuple[list[int], list[int]]:
    """One conversation of `length` + 1 tokens, cut at the end, and the judgement of each token."""
    ids, judgements = [], []

    def encode(text: str) -> list[int]:
        return tokenizer.encode(text).ids

    def add(text: str, judgement: int, copied_words=()):
        new = encode(text)
        copied = {token for word in copied_words for token in encode(" " + word)}
        ids.extend(new)
        judgements.extend(COPIED if token in copied else judgement for token in new)

    if rng.random() < SYSTEM_SHARE:
        add(render_message("system", rng.choice(SYSTEM_PROMPTS)), IGNORED)
    conversation = Conversation(rng)
    while len(ids) <= length:
        exchange = conversation.next()
        add(render_message("user", exchange.question) + CHAT_START + "assistant\n", IGNORED)
        if exchange.is_story:
            names = [name for name in BOYS + GIRLS if name in exchange.answer]
            copied = names + [exchange.subject] if exchange.subject else names
            if rng.random() < OPENING_ONLY:
                add(exchange.answer[:OPENING_LETTERS].rpartition(" ")[0], STORY, copied)
                add(CHAT_END, IGNORED)
            else:
                add(exchange.answer + CHAT_END, STORY, copied)
        else:
            add(exchange.answer + CHAT_END, EXACT)
        add("\n", IGNORED)
    return ids[: length + 1], judgements[: length + 1]


# Row lengths and how often they come; every batch has the same number of tokens.
ROW_LENGTHS = {128: 4, 256: 10, 512: 3, 1024: 1}


def draw_batch(tokenizer, rng: random.Random, tokens: int):
    """Inputs, targets and judgements, each [rows, row length]."""
    length = rng.choices(list(ROW_LENGTHS), ROW_LENGTHS.values())[0]
    rows = [fill_row(tokenizer, rng, length) for _ in range(tokens // length)]
    ids = torch.tensor([row[0] for row in rows])
    judgements = torch.tensor([row[1] for row in rows])
    return ids[:, :-1], ids[:, 1:], judgements[:, 1:]
