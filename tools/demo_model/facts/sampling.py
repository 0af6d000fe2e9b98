"""The options that choose the next token."""

from .fact import Fact

FACTS = [
    Fact(
        "It says how freely the next token is chosen. Low is sober, high is wild, 0 always takes the best; the default is 0.8.",
        (
            "{what} [temperature|the temperature]",
            "what does [temperature|the temperature] [do|mean]",
            "what is the default temperature",
            "[which|what] temperature [should i use|is good|is the default]",
        ),
        ("what does the temperature mean?",),
    ),
    Fact(
        "`top_k` keeps only the k most likely tokens to choose from. The default is 40; 0 turns it off.",
        (
            "{what} [top_k|top k|top-k]",
            "what does [top_k|top k|top-k] [do|mean]",
            "what is the default [top_k|top k]",
        ),
        ("what does top_k do?",),
    ),
    Fact(
        "`top_p` keeps the most likely tokens until their chances add up to p. The default is 0.9.",
        (
            "{what} [top_p|top p|top-p|nucleus sampling]",
            "what does [top_p|top p|top-p] [do|mean]",
            "what is the default [top_p|top p]",
        ),
        ("what is meant by top_p?",),
    ),
    Fact(
        "`min_p` drops tokens that are less likely than p times the best one. The default is 0, which is off.",
        (
            "{what} [min_p|min p|min-p]",
            "what does [min_p|min p|min-p] [do|mean]",
            "what is the default [min_p|min p]",
        ),
        ("what does min_p mean?",),
    ),
    Fact(
        "Set `num_predict` to the number of tokens an answer may have.",
        (
            "{how} [limit|shorten|bound|cap] [the length of|the size of|] [an answer|the answer|answers|the output|the reply]",
            "{how} get [shorter|short] answers",
            "what does num_predict [do|mean]",
            "{how} set the [maximum length|maximum number of tokens|max tokens]",
            "[max tokens|maximum length|maximum number of tokens]",
        ),
        ("how do I set a maximum length for answers?",),
    ),
    Fact(
        "`repeat_penalty` makes tokens less likely that came already. 1.0 is off; 1.1 is gentle.",
        (
            "{what} [repeat_penalty|repeat penalty|the repeat penalty]",
            "what does [repeat_penalty|repeat penalty] [do|mean]",
            "[my model|the model|it] [repeats itself|loops|says the same again and again|keeps repeating|repeats the same words]",
            "{how} [stop|avoid|prevent] [repetition|repetitions|loops|repeating]",
        ),
        ("the model says the same thing again and again",),
    ),
    Fact(
        "Set `seed` to a number. The same seed, prompt and options give the same answer.",
        (
            "{how} get the same answer [twice|every time|each time|again]",
            "{how} make answers [reproducible|repeatable|deterministic]",
            "what does [seed|the seed] [do|mean]",
            "{what} [the seed|a seed]",
            "{how} set the seed",
        ),
        ("how do I get reproducible answers?",),
    ),
    Fact(
        "Set `temperature` to 0. The best token is then always taken.",
        (
            "{how} turn [sampling|randomness|random choice] off",
            "{how} [use|get|do] greedy [decoding|sampling|answers]",
            "{how} [avoid|stop|disable|turn off] randomness",
            "greedy decoding",
            "what does temperature [0|zero] [do|mean]",
        ),
        ("how can I turn the randomness off?",),
    ),
    Fact(
        "Raise `temperature`, to 1.2 for example. For sober answers lower it.",
        (
            "{how} [get|make] [more creative|wilder|more varied|more surprising|more random] [answers|replies|output|text]",
            "{how} make {model} more [creative|random|varied]",
            "the answers are [boring|always the same|too dull]",
            "[more|be more] creative",
        ),
        ("how do I make my model more creative?",),
    ),
    Fact(
        "Set `stop` to one or more texts. The answer ends where one of them would appear.",
        (
            "{what} [stop sequences|a stop sequence|the stop option|stop words]",
            "what does [stop|the stop option|the stop parameter] do",
            "{how} [use|set|add] [stop sequences|a stop sequence|a stop word|stop words]",
            "{how} end the answer at a [word|certain text|given text]",
        ),
        ("how do I add a stop word?",),
    ),
]
