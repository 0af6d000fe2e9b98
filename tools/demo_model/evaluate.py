"""How many known answers the model gives, word for word.

Greedy decoding gives exactly the wanted answer if and only if, with the wanted answer as input, the
wanted token is the best one everywhere. Likewise the chance of the wanted answer under sampling is
the product of its tokens' chances. So one forward pass a question is enough for both.
"""

import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from facts import FACTS
from off_topic import OFF_TOPIC
from phrasing import draw, is_held_out
from small_talk import SMALL_TALK
from tokenizer import CHAT_END, render_prompt

TEMPERATURE, TOP_K, TOP_P = 0.8, 40, 0.9
TABLES = {"facts": FACTS, "small talk": SMALL_TALK, "off topic": OFF_TOPIC}


@dataclass(frozen=True)
class Judged:
    question: str
    answer: str
    right: bool
    sampled_chance: float
    min_margin: float  # Smallest lead of the best token over the second.


def held_out_questions(table, per_row: int = 3) -> list[tuple[str, str]]:
    """Phrasings by the training patterns that the hash keeps from training."""
    rng = random.Random(2026)
    pairs = []
    for row in table:
        drawn = {draw(row.asks, rng, held_out=True) for _ in range(per_row)}
        pairs += [(question, row.answer) for question in sorted(drawn) if is_held_out(question)]
    return pairs


def fresh_questions(table) -> list[tuple[str, str]]:
    """Questions written by hand, beside the patterns."""
    return [(question, row.answer) for row in table for question in row.fresh]


def sampling_chances(logits: torch.Tensor) -> torch.Tensor:
    """Chances [tokens, vocabulary] after temperature, top-k and top-p."""
    best, order = (logits.float() / TEMPERATURE).topk(TOP_K, dim=-1)
    chances = F.softmax(best, dim=-1)
    before = chances.cumsum(dim=-1) - chances
    chances = torch.where(before < TOP_P, chances, 0)
    chances = chances / chances.sum(dim=-1, keepdim=True)
    return torch.zeros_like(logits, dtype=torch.float32).scatter(-1, order, chances)


@torch.no_grad()
def judge(model, tokenizer, question: str, answer: str) -> Judged:
    prompt = tokenizer.encode(render_prompt([{"role": "user", "content": question}])).ids
    wanted = tokenizer.encode(answer + CHAT_END).ids
    hidden = model.hidden(torch.tensor([prompt + wanted]))[0, len(prompt) - 1 : -1]
    logits = model.logits(hidden)
    target = torch.tensor(wanted)
    chances = sampling_chances(logits).gather(-1, target[:, None])
    best = logits.topk(2, dim=-1)
    return Judged(
        question,
        answer,
        right=bool((best.indices[:, 0] == target).all()),
        sampled_chance=chances.prod().item(),
        min_margin=(best.values[:, 0] - best.values[:, 1]).min().item(),
    )


def judge_all(model, tokenizer, pairs) -> list[Judged]:
    return [judge(model, tokenizer, question, answer) for question, answer in pairs]


def summary(judged: list[Judged]) -> str:
    right = sum(j.right for j in judged)
    sampled = sum(j.sampled_chance for j in judged) / len(judged)
    return f"greedy {right}/{len(judged)} ({right / len(judged):.1%}), sampled {sampled:.1%}"


def report(model, tokenizer) -> dict[str, list[Judged]]:
    """Judges held-out and fresh questions of every table and prints the shares."""
    results = {}
    for name, table in TABLES.items():
        for side, pairs in (("held-out", held_out_questions(table)), ("fresh", fresh_questions(table))):
            results[f"{name}, {side}"] = judge_all(model, tokenizer, pairs)
            print(f"  {name}, {side}: {summary(results[f'{name}, {side}'])}", flush=True)
    return results
