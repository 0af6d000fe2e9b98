"""Writes questions with the model's greedy answers, as a test for engines that run the GGUF file.

    python3 tools/demo_model/expected.py --work build/demo_model --out models/demo/expected.json

Only answers whose best token leads by at least MARGIN_MIN logits everywhere are taken, so that an
engine that rounds differently must still give them.
"""

import argparse
import json
import random
from dataclasses import asdict
from pathlib import Path

from evaluate import fresh_questions
from facts import FACTS
from generate import answer
from off_topic import OFF_TOPIC
from small_talk import SMALL_TALK
from trained import load_rounded

CASES = {"fact": (FACTS, 20), "small talk": (SMALL_TALK, 4), "off topic": (OFF_TOPIC, 3)}
STORY_CASES = 3
STORY_REQUESTS = [
    f"tell me a {kind}story{subject}"
    for subject in ("", " about a fox", " about a lighthouse", " about an owl", " about a lantern", " about a pirate", " about a dragon")
    for kind in ("", "tiny ")
]
MARGIN_MIN = 1.0


def cases(model, tokenizer, kind: str, questions: list[str], wanted: int):
    """The first `wanted` questions whose answers have the margin."""
    for question in questions:
        found = answer(model, tokenizer, [{"role": "user", "content": question}])
        if found.min_margin >= MARGIN_MIN and wanted > 0:
            wanted -= 1
            yield {"kind": kind, "user": question} | asdict(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/demo_model"))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    model, tokenizer = load_rounded(options.work)
    found = []
    for kind, (table, wanted) in CASES.items():
        pairs = fresh_questions(table)
        random.Random(7).shuffle(pairs)
        found += cases(model, tokenizer, kind, [question for question, _ in pairs], wanted)
    found += cases(model, tokenizer, "story", STORY_REQUESTS, STORY_CASES)
    options.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(found)} cases, smallest margin {min(case['min_margin'] for case in found):.2f}")


if __name__ == "__main__":
    main()
