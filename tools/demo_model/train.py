"""Trains Lar's demo model and writes it as a GGUF file.

    python3 tools/demo_model/train.py --out models/demo/lar-demo.q8_0.gguf

Everything it learns from is made by the modules beside this one. A work folder keeps the
vocabulary and a checkpoint, from which an interrupted run goes on.
"""

import argparse
import copy
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from evaluate import report
from exchanges import Conversation
from export import export
from model import Config, DemoModel
from muon import Muon
from quantize import round_matrices
from rows import COPIED, EXACT, STORY, draw_batch
from tokenizer import load_tokenizer, train_tokenizer

BATCH_TOKENS = 4096
MATRIX_RATE, OTHER_RATE = 0.01, 2e-3
WARM_UP_STEPS = 50
COOL_DOWN_SHARE = 0.5
# Stories are long, so each token weighs less; but who it is about must not be lost on the way.
WEIGHTS = {STORY: 0.4, COPIED: 3.0, EXACT: 1.0}
MARGIN = 2.5  # Taken off the right logit of exact answers, so that rounding flips nothing.
MARGIN_FROM = 0.75
NOISE = 0.003  # Of a row's largest weight; about what Q8_0 rounding does.
NOISE_FROM = 0.85
CHECKPOINT_EVERY = 25


def vocabulary_texts():
    """Text for the vocabulary: all that is said, with questions counting more than stories."""
    rng = random.Random(1)
    for _ in range(40000):
        conversation = Conversation(rng)
        exchange = conversation.fact() if rng.random() < 0.5 else conversation.next()
        yield "user\n" + exchange.question
        if not exchange.is_story or rng.random() < 0.3:
            yield "assistant\n" + exchange.answer
        if rng.random() < 0.1:
            yield "system\nYou are a helpful assistant."


def rate_factor(step: int, steps: int) -> float:
    """Warm-up, a plateau, and a straight way down to nearly nothing."""
    cool_down_from = steps * (1 - COOL_DOWN_SHARE)
    if step < WARM_UP_STEPS:
        return (step + 1) / WARM_UP_STEPS
    return min(1.0, max(0.02, (steps - step) / (steps - cool_down_from)))


def make_optimizers(model: DemoModel):
    matrices = [p for p in model.blocks.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if not any(p is m for m in matrices)]
    return [Muon(matrices, lr=MATRIX_RATE), torch.optim.Adam(others, lr=OTHER_RATE, betas=(0.9, 0.98))]


def loss_of(model: DemoModel, batch, margin: float) -> torch.Tensor:
    """Mean loss over the assistant's tokens; stories weigh less since they are long."""
    inputs, targets, judgements = batch
    judged = judgements > 0
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.hidden(inputs)
        logits = model.logits(hidden[judged])
    exact = (judgements[judged] == EXACT).float()
    weights = sum(weight * (judgements[judged] == kind) for kind, weight in WEIGHTS.items())
    target = targets[judged]
    handicap = torch.zeros_like(logits, dtype=torch.float32)
    handicap.scatter_(1, target[:, None], (margin * exact)[:, None])
    losses = F.cross_entropy(logits.float() - handicap, target, reduction="none")
    return (losses * weights).sum() / weights.sum()


@torch.no_grad()
def add_noise(model: DemoModel) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Disturbs all matrices and returns what they were."""
    before = []
    for parameter in model.parameters():
        if parameter.dim() == 2:
            before.append((parameter, parameter.clone()))
            spread = parameter.abs().amax(dim=1, keepdim=True) * NOISE
            parameter.add_(torch.randn_like(parameter) * spread)
    return before


@torch.no_grad()
def restore(before):
    for parameter, values in before:
        parameter.copy_(values)


def train(model, tokenizer, steps: int, checkpoint: Path):
    optimizers = make_optimizers(model)
    first_step = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        first_step = state["step"]
        for optimizer, kept in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(kept)
    base_rates = [optimizer.param_groups[0]["lr"] for optimizer in make_optimizers(model)]
    started, mean_loss = time.time(), None
    for step in range(first_step, steps):
        rng = random.Random(f"row {step}")
        batch = draw_batch(tokenizer, rng, BATCH_TOKENS)
        done = step / steps
        margin = MARGIN * min(1.0, max(0.0, done - MARGIN_FROM) / 0.1)
        before = add_noise(model) if done >= NOISE_FROM else []
        loss = loss_of(model, batch, margin)
        loss.backward()
        restore(before)
        for optimizer, base_rate in zip(optimizers, base_rates):
            optimizer.param_groups[0]["lr"] = base_rate * rate_factor(step, steps)
            optimizer.step()
        model.zero_grad()
        mean_loss = loss.item() if mean_loss is None else 0.95 * mean_loss + 0.05 * loss.item()
        if (step + 1) % 20 == 0:
            pace = (time.time() - started) / (step + 1 - first_step)
            print(f"step {step + 1}/{steps}, loss {mean_loss:.4f}, {pace:.2f} s a step", flush=True)
        if (step + 1) % CHECKPOINT_EVERY == 0 or step + 1 == steps:
            state = {
                "step": step + 1,
                "model": model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in optimizers],
            }
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="GGUF file to write")
    parser.add_argument("--work", type=Path, default=Path("build/demo_model"), help="vocabulary and checkpoint")
    parser.add_argument("--steps", type=int, default=2800)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    options.work.mkdir(parents=True, exist_ok=True)
    vocabulary = options.work / "tokenizer.json"
    if not vocabulary.exists():
        train_tokenizer(vocabulary_texts()).save(str(vocabulary))
    tokenizer = load_tokenizer(vocabulary)

    model = DemoModel(Config(vocab_size=tokenizer.get_vocab_size()))
    train(model, tokenizer, options.steps, options.work / "checkpoint.pt")

    rounded = round_matrices(copy.deepcopy(model))
    print("with Q8_0 weights:")
    report(rounded, tokenizer)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    export(model, tokenizer, options.out)
    print(f"wrote {options.out}, {options.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
