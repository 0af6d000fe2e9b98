"""Makes a tiny story about a subject."""

import random

from phrasing import choose_innermost

from . import cast, plots

SUBJECTS = [*cast.ANIMALS, *cast.PEOPLE, *cast.PLACES, *cast.THINGS]
COMMON_KINDS = cast.ANIMALS[:60] + cast.PEOPLE[:40]


def takes_an(word: str) -> bool:
    return word[0] in "aeiou" and not word.startswith("uni")


def with_article(words: str) -> str:
    return ("an " if takes_an(words) else "a ") + words


def fit_articles(text: str) -> str:
    """Turns 'a owl' into 'an owl' where a slot has brought in a vowel."""
    words = text.split(" ")
    for i in range(len(words) - 1):
        if words[i] in ("a", "A") and takes_an(words[i + 1]):
            words[i] += "n"
    return " ".join(words)


def choose_all(text: str, rng: random.Random) -> str:
    while "[" in text:
        text = choose_innermost(text, rng)
    return text


def name_and_pronouns(kind: str, rng: random.Random, other_than: str = "") -> tuple[str, tuple[str, str, str]]:
    while True:
        if kind in cast.MALE or (kind not in cast.FEMALE and rng.random() < 0.5):
            name, pronouns = rng.choice(cast.BOYS), ("he", "him", "his")
        else:
            name, pronouns = rng.choice(cast.GIRLS), ("she", "her", "her")
        if name != other_than:
            return name, pronouns


def opening(subject: str, hero: str, rng: random.Random) -> str:
    adjective, look = rng.choice(cast.ADJECTIVES), rng.choice(cast.LOOKS)
    start = rng.choice(("Once upon a time there was", "Once upon a time there was", "There once was", "Long ago there was"))
    if subject in cast.PLACES:
        return f"{start} a {look} {subject} {cast.PLACES[subject]}. A {hero} named {{N}} lived there."
    if subject in cast.THINGS:
        return f"{start} a {adjective} {hero} named {{N}}, who had a {look} {subject}."
    return (
        f"{start} a {adjective} {hero} named {{N}}, who lived {rng.choice(plots.HERO_HOMES)}. "
        f"{{N}} loved {rng.choice(plots.HERO_LOVES)}."
    )


def tell(subject: str | None, rng: random.Random) -> str:
    """A story of 60 to 120 words. Without a subject a hero is chosen; a word unknown here is a hero too."""
    preface = f"Here is a story about {with_article(subject)}. " if subject else ""
    subject = subject or rng.choice(COMMON_KINDS)
    if subject in cast.PLACES:
        hero, plot = rng.choice(COMMON_KINDS), rng.choice(plots.PLACE_PLOTS)
    elif subject in cast.THINGS:
        hero, plot = rng.choice(COMMON_KINDS), rng.choice(plots.THING_PLOTS)
    else:
        hero, plot = subject, rng.choice(plots.HERO_PLOTS)
    friend = rng.choice([kind for kind in COMMON_KINDS if kind not in (hero, subject)])
    name, (he, him, his) = name_and_pronouns(hero, rng)
    friend_name, (friend_he, friend_him, friend_his) = name_and_pronouns(friend, rng, other_than=name)
    text = " ".join(part for part in (opening(subject, hero, rng), plot, rng.choice(plots.ENDINGS)) if part)
    text = choose_all(text, rng).format(
        N=name, he=he, him=him, his=his, He=he.capitalize(), S=subject, F=friend_name, f=friend,
        fhe=friend_he, fhim=friend_him, fhis=friend_his,
    )
    return preface + fit_articles(text)
