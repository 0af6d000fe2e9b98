"""Draws single exchanges: what a user says and what the model should answer."""

import random
from dataclasses import dataclass

from facts import FACTS
from off_topic import GIBBERISH_ANSWER, OFF_TOPIC, gibberish
from phrasing import draw, made_up_word, roughen
from small_talk import (
    NAME_ASKED,
    NAME_GIVEN,
    NAME_GREETING,
    NAME_KNOWN,
    NAME_UNKNOWN,
    NAMES,
    SMALL_TALK,
)
from stories.requests import ABOUT, AGAIN, ANY
from stories.teller import SUBJECTS, tell, with_article

KINDS = {"fact": 52, "small_talk": 10, "off_topic": 13, "story": 18, "name": 6, "repeat": 10, "gibberish": 2}
AGAIN_AFTER_STORY = 0.3
MADE_UP_SUBJECTS = 0.15  # Words it has never seen, so that it learns to copy any.
REPEAT_ASKED = ("repeat: {}", "Repeat: {}", "say {}", "Say: {}", "repeat after me: {}", "Please repeat: {}", "echo {}")


@dataclass(frozen=True)
class Exchange:
    question: str
    answer: str
    is_story: bool = False
    subject: str | None = None  # What a story was asked to be about.


class Conversation:
    """Draws exchanges one after the other and remembers what later ones depend on."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.user_name = None
        self.told_story = False

    def next(self) -> Exchange:
        if self.told_story and self.rng.random() < AGAIN_AFTER_STORY:
            return self.story(draw(AGAIN, self.rng), None)
        kind = self.rng.choices(list(KINDS), KINDS.values())[0]
        self.told_story = False
        return getattr(self, kind)()

    def from_table(self, table) -> Exchange:
        row = self.rng.choices(table, [len(row.asks) for row in table])[0]
        return Exchange(roughen(draw(row.asks, self.rng), self.rng), row.answer)

    def fact(self) -> Exchange:
        row = self.rng.choice(FACTS)
        return Exchange(roughen(draw(row.asks, self.rng), self.rng), row.answer)

    def small_talk(self) -> Exchange:
        return self.from_table(SMALL_TALK)

    def off_topic(self) -> Exchange:
        return self.from_table(OFF_TOPIC)

    def gibberish(self) -> Exchange:
        return Exchange(gibberish(self.rng), GIBBERISH_ANSWER)

    def repeat(self) -> Exchange:
        """Short practice in copying, which stories and names need."""
        words = " ".join(self.any_word() for _ in range(self.rng.randint(1, 6)))
        return Exchange(self.rng.choice(REPEAT_ASKED).format(words), words)

    def any_word(self) -> str:
        return self.rng.choice((self.rng.choice(SUBJECTS), self.rng.choice(NAMES), made_up_word(self.rng)))

    def name(self) -> Exchange:
        if self.rng.random() < 0.5:
            answer = NAME_KNOWN.format(name=self.user_name) if self.user_name else NAME_UNKNOWN
            return Exchange(roughen(draw(NAME_ASKED, self.rng), self.rng), answer)
        self.user_name = self.rng.choice((self.rng.choice(NAMES), made_up_word(self.rng).capitalize()))
        said = self.rng.choice(NAME_GIVEN).replace("<name>", self.user_name)
        return Exchange(said + self.rng.choice(("", ".", "!")), NAME_GREETING.format(name=self.user_name))

    def story(self, request: str | None = None, subject: str | None = None) -> Exchange:
        self.told_story = True
        if request is None and self.rng.random() < 0.75:
            subject = made_up_word(self.rng) if self.rng.random() < MADE_UP_SUBJECTS else self.rng.choice(SUBJECTS)
            article, _, noun = with_article(subject).partition(" ")
            if self.rng.random() < 0.12:
                article = self.rng.choice(("the", "my", "one"))
            request = draw(ABOUT, self.rng)
            request = request.replace("<article>", article).replace("<subject>", noun)
        elif request is None:
            request = draw(ANY + AGAIN[:2], self.rng)
        return Exchange(roughen(request, self.rng), tell(subject, self.rng), True, subject)
