"""Phrasing patterns: one line that stands for many ways to ask a question.

`[a|b|c]` chooses one of the alternatives (an empty one is allowed), `{name}` one phrase of GROUPS;
both nest. `{word}` is a word that does not exist. `expand` draws one phrasing; `roughen` gives it the carelessness of a typing user.
"""

import hashlib
import random
import re

GROUPS = {
    "how": (
        "how do i|how do i|how do i|how can i|how can i|how to|how do you|how would i|how does one|"
        "how could i|how should i|what is the way to|what's the way to|i want to|i would like to|i need to|"
        "is there a way to|can i|can you tell me how to|tell me how to|what do i type to|show me how to|"
        "which command lets me|what command do i use to|what must i do to|please explain how to|"
        "what is the best way to|how am i supposed to|is it possible to|help me|i'd like to|how might i"
    ),
    "what": (
        "what is|what is|what is|what's|whats|what are|explain|tell me about|what is meant by|describe|"
        "can you explain|please explain|explain to me|what exactly is|i do not understand|define|"
        "what do you mean by|could you explain|what about"
    ),
    "model": (
        "a model|a model|the model|my model|models|the models|my models|an llm|a language model|my llm|"
        "one model|this model|llama3.2|a large model|some model|an old model|a new model|it"
    ),
}

LIGHT_WORDS = {"do", "the", "a", "an", "to", "i", "is", "my", "can", "of", "me", "it", "does", "in", "for"}
OPENERS = (
    "hi, |hello, |hey, |ok, |so |and |please |please tell me: |quick question: |one more thing: |"
    "sorry, |hello lar, |hey lar, |lar, |i wonder: |tell me, |now |well, |actually, |question: "
).split("|")
CLOSERS = (
    " please| in lar| with lar| using lar| on linux| exactly| again| here| then| thanks| on my machine|"
    " for me| now| in detail| really| on my computer| anyway| right now| correctly| easily| quickly"
).split("|")
ONSETS = "b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh sl sp st t th tr v w z".split()
VOWELS = "a a e e i i o o u ea oo ai ie ou y".split()
CODAS = ["", "", "", *"n r l t s d m ck st nd ng rt p".split()]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
HELD_OUT_SHARE = 0.07


def made_up_word(rng: random.Random) -> str:
    """Stands for all the words that the model has never seen."""
    syllable = lambda: rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)
    return "".join(syllable() for _ in range(rng.choice((1, 2, 2, 3))))


def choose_innermost(pattern: str, rng: random.Random) -> str:
    return re.sub(r"\[([^\[\]]*)\]", lambda m: rng.choice(m[1].split("|")), pattern)


def draw_group(name: str, rng: random.Random) -> str:
    return made_up_word(rng) if name == "word" else rng.choice(GROUPS[name].split("|"))


def expand(pattern: str, rng: random.Random) -> str:
    """One phrasing of the pattern, in the pattern's own spelling."""
    while "[" in pattern:
        pattern = choose_innermost(pattern, rng)
    pattern = re.sub(r"\{(\w+)\}", lambda m: draw_group(m[1], rng), pattern)
    return re.sub(r" +", " ", pattern).strip()


def is_held_out(phrasing: str) -> bool:
    """A fixed share of all phrasings, chosen by hash, is kept from training; very short ones never."""
    if len(phrasing.split()) < 4:
        return False
    digest = hashlib.sha256(phrasing.lower().encode()).digest()
    return int.from_bytes(digest[:4], "big") < HELD_OUT_SHARE * 2**32


def draw(patterns, rng: random.Random, held_out: bool = False) -> str:
    """One phrasing from the training side, or from the held-out side."""
    for _ in range(400):
        phrasing = expand(rng.choice(patterns), rng)
        if is_held_out(phrasing) == held_out:
            break
    return phrasing


def mistype(text: str, rng: random.Random) -> str:
    """One slip of the finger: a letter lost, doubled, swapped or wrong."""
    places = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    if not places:
        return text
    i = rng.choice(places)
    slip = rng.randrange(4)
    if slip == 0:
        return text[:i] + text[i + 1 :]
    if slip == 1:
        return text[:i] + text[i] + text[i:]
    if slip == 2:
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return text[:i] + rng.choice(LETTERS) + text[i + 1 :]


def drop_light_word(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    places = [i for i, word in enumerate(words) if word.lower() in LIGHT_WORDS]
    if len(words) > 3 and places:
        del words[rng.choice(places)]
    return " ".join(words)


def telegram(text: str) -> str:
    """Only the words that carry the question."""
    words = [word for word in text.split(" ") if word.lower() not in LIGHT_WORDS | {"how", "what"}]
    return " ".join(words) if len(words) > 1 else text


def punctuate(text: str, rng: random.Random) -> str:
    if text[-1] in "?.!":
        return text if rng.random() < 0.8 else text[:-1]
    return text + rng.choices(["", "?", ".", " ?", "??", "!"], [45, 48, 3, 2, 1, 1])[0]


def capitalise(text: str, rng: random.Random) -> str:
    draw_ = rng.random()
    if draw_ < 0.45:
        text = text[0].upper() + text[1:]
        return re.sub(r"\bi\b", "I", text)
    if draw_ < 0.9:
        return text
    if draw_ < 0.97:
        return text.lower()
    return text.upper()


def roughen(text: str, rng: random.Random) -> str:
    """Adds openers, closers, lost words, slips, punctuation and capitals as users do."""
    if rng.random() < 0.05:
        text = telegram(text)
    if rng.random() < 0.12:
        text = drop_light_word(text, rng)
    if rng.random() < 0.10:
        text = rng.choice(OPENERS) + text
    if rng.random() < 0.13 and text[-1] not in "?.!":
        text += rng.choice(CLOSERS)
    if rng.random() < 0.07:
        text = mistype(text, rng)
    return capitalise(punctuate(text, rng), rng)
