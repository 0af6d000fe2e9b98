"""Ways to ask for a story; `<article>` and `<subject>` stand for what it is to be about."""

ABOUT = (
    "[tell|tell|tell|write|give|read|make] [me|us|] a [|tiny|short|little|small|nice|new|good|bedtime|fairy] [story|story|story|tale] about <article> <subject>",
    "[tell|tell|write] [me|] [a|another|one more] [|tiny|short] story [about|with|of] <article> <subject>",
    "a [|tiny|short|little] [story|tale] about <article> <subject>",
    "[can|could|would|will] you [please|] [tell|write] [me|] a [|tiny|short|little] story about <article> <subject>",
    "[i want|i would like|i'd like] [to hear|] a [|tiny|short] story about <article> <subject>",
    "story about <article> <subject>",
    "[do you know|have you got] a story about <article> <subject>",
    "[tell|write] me something about <article> <subject> in a story",
    "once upon a time there was <article> <subject>",
    "make up a story about <article> <subject>",
    "<subject> story",
    "[now|and now|next] [one|a story] about <article> <subject>",
)

ANY = (
    "[tell|write|give|read] [me|us|] a [|tiny|short|little|nice|new|good|bedtime|fairy|random] [story|story|tale]",
    "[a|] [story|tiny story|short story|bedtime story|fairy tale]",
    "[can|could|would|will] you [please|] [tell|write] [me|] a [|tiny|short|little|bedtime] story",
    "[i want|i would like|i'd like] [to hear|] a [|tiny|short|new] story",
    "do you know [a story|any stories|a fairy tale|stories]",
    "[make up|invent|think of] a story",
    "i am bored",
    "[tell|write] me [something nice|a fairy tale|something to read]",
    "i cannot sleep",
    "once upon a time",
)

AGAIN = (
    "another one",
    "[tell|give|write] [me|] another [one|story|]",
    "[one more|more|again|next|another|next one|a new one]",
    "[one more|another] story",
    "[i want|i'd like|can i have] [another|one more] [one|story]",
    "[can you tell|do you know|will you tell] [me|] another [one|story]",
    "[more|other] stories",
    "and another",
    "a different [one|story]",
)
