"""Writes questions with the model's greedy answers, as a test for engines that run the GGUF file.

    python3 tools/demo_model/expected.py --work build/demo_model --out models/demo/expected.json

Only answers whose best token leads by at least MARGIN_MIN logits everywhere are taken, so that an
engine that rounds differently must still give them.
"""

import argparse
import json
import random
from pathlib import Path

from evaluate import fresh_questions, judge
from facts import FACTS
from off_topic import OFF_TOPIC
from small_talk import SMALL_TALK
from tokenizer import CHAT_END, render_prompt
from trained import load_rounded

CASES = {"fact": (FACTS, 20), "small talk": (SMALL_TALK, 5), "off topic": (OFF_TOPIC, 5)}
MARGIN_MIN = 1.0


def cases(model, tokenizer, kind: str, table, wanted: int) -> list[dict]:
    """The first `wanted` questions, in a fixed random order, whose answers have the margin."""
    pairs = fresh_questions(table)
    random.Random(7).shuffle(pairs)
    found = []
    for question, answer in pairs:
        judged = judge(model, tokenizer, question, answer)
        if len(found) < wanted and judged.right and judged.min_margin >= MARGIN_MIN:
            prompt = render_prompt([{"role": "user", "content": question}])
            found.append(
                {
                    "kind": kind,
                    "user": question,
                    "prompt": prompt,
                    "prompt_tokens": tokenizer.encode(prompt).ids,
                    "answer": answer,
                    "answer_tokens": tokenizer.encode(answer + CHAT_END).ids,
                    "min_margin": round(judged.min_margin, 3),
                }
            )
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/demo_model"))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    model, tokenizer = load_rounded(options.work)
    found = []
    for kind, (table, wanted) in CASES.items():
        found += cases(model, tokenizer, kind, table, wanted)
    options.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(found)} cases, smallest margin {min(case['min_margin'] for case in found):.2f}")


if __name__ == "__main__":
    main()
