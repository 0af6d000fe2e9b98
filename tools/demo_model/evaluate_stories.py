"""Whether stories hold together, by what a program can see.

    python3 tools/demo_model/evaluate_stories.py --work build/demo_model

A story is counted as coherent if it is about the subject asked for, has at most two names (the
hero's and the friend's), uses no name before it was introduced and ends by itself.
"""

import argparse
import re
from pathlib import Path

import torch

from generate import answer
from stories.cast import BOYS, GIRLS
from stories.teller import with_article
from trained import load_rounded

KNOWN = "fox owl bear dragon pirate robot lighthouse bridge library lantern kite clock".split()
NEW = "flamingo sloth jaguar plumber chimney sausage".split()
REQUESTS = ("tell me a story about {}", "A tiny story about {}, please")


def is_coherent(story: str, subject: str) -> bool:
    names = [word for word in re.findall(r"\w+", story) if word in BOYS + GIRLS]
    introduced = set(re.findall(r"named (\w+)|friend (\w+),", story))
    introduced = {name for pair in introduced for name in pair if name}
    opening = " ".join(story.split()[6:30])  # Behind "Here is a story about a ...".
    return subject in opening and len(set(names)) <= 2 and set(names) <= introduced and story[-1] in '.!?"'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/demo_model"))
    options = parser.parse_args()
    model, tokenizer = load_rounded(options.work)
    for group, subjects in (("known", KNOWN), ("new", NEW)):
        for way in ("greedy", "sampled"):
            good = 0
            for number, subject in enumerate(subjects):
                sampler = None if way == "greedy" else torch.Generator().manual_seed(number)
                request = REQUESTS[number % len(REQUESTS)].format(with_article(subject))
                story = answer(model, tokenizer, [{"role": "user", "content": request}], sampler)
                coherent = is_coherent(story, subject)
                good += coherent
                print(f"[{'good' if coherent else 'BAD'}] {request}\n{story}\n")
            print(f"{group} subjects, {way}: {good}/{len(subjects)} coherent\n", flush=True)


if __name__ == "__main__":
    main()
