"""Modelfiles and their instructions."""

from .fact import Fact

FACTS = [
    Fact(
        "A Modelfile is a small text file that tells how to make a model: FROM, then lines such as PARAMETER, SYSTEM and TEMPLATE.",
        (
            "{what} [a modelfile|modelfiles|the modelfile]",
            "what [does|is in] a modelfile [look like|contain|]",
            "[which|what] instructions [does|can] a modelfile have",
            "{how} write a modelfile",
        ),
        ("what does a Modelfile contain?",),
    ),
    Fact(
        "FROM names what the model is made from: another model, a GGUF file or a folder of safetensors.",
        (
            "what does [from|FROM|the from line] [do|mean] [in a modelfile|]",
            "{what} the FROM [line|instruction]",
            "what [can|may] [stand|come] behind FROM",
        ),
        ("what does FROM mean in a modelfile?",),
    ),
    Fact(
        "PARAMETER sets an option for the model, for example `PARAMETER temperature 0.2`.",
        (
            "what does [parameter|PARAMETER|the parameter line] [do|mean] in a modelfile",
            "{how} [set|fix|store|put] [the temperature|an option|a parameter|options] [in a modelfile|for good|in the model|permanently]",
            "{what} the PARAMETER [line|instruction]",
        ),
        ("how do I set the temperature in a Modelfile?",),
    ),
    Fact(
        "SYSTEM gives the model its system message, for example `SYSTEM You answer in one sentence.`",
        (
            "what does [system|SYSTEM|the system line] [do|mean] in a modelfile",
            "{how} put a system [message|prompt] in a modelfile",
            "{what} the SYSTEM [line|instruction]",
        ),
        ("what does SYSTEM do in a modelfile?",),
    ),
    Fact(
        "TEMPLATE is a Go template that turns the messages into the prompt. Without it the template in the GGUF is used.",
        (
            "what does [template|TEMPLATE|the template line] [do|mean] in a modelfile",
            "{how} [change|set|write|give] the [chat template|template] [of a model|in a modelfile|]",
            "{what} the TEMPLATE [line|instruction]",
        ),
        ("how do I set a template in a modelfile?",),
    ),
    Fact(
        "MESSAGE adds an example message to the model: `MESSAGE user hello`, then `MESSAGE assistant Good day!`.",
        (
            "what does [message|MESSAGE|the message line] [do|mean] in a modelfile",
            "{how} [add|give|put] [examples|example messages|sample messages|few-shot examples] [to|in] [a model|a modelfile]",
            "{what} the MESSAGE [line|instruction]",
        ),
        ("how do I add examples to a modelfile?",),
    ),
    Fact(
        "ADAPTER adds a LoRA adapter to the model that FROM names.",
        (
            "what does [adapter|ADAPTER] [do|mean] [in a modelfile|]",
            "{how} [use|apply|add] [a lora|an adapter|a lora adapter|lora]",
            "does lar support [lora|adapters]",
        ),
        ("can I use a LoRA adapter?",),
    ),
    Fact(
        "LICENSE stores the text of the model's license with it.",
        (
            "what does [license|LICENSE] [do|mean] in a modelfile",
            "{how} [add|put|store] a license [to|in|with] [a model|a modelfile]",
        ),
        ("how do I add a license to my modelfile?",),
    ),
    Fact(
        "Start the line with `#`.",
        (
            "{how} write [a comment|comments] in a modelfile",
            "can a modelfile have comments",
            "what [is|does] [#|the hash sign] [mean|do|] in a modelfile",
        ),
        ("are comments allowed in a modelfile?",),
    ),
    Fact(
        "Write `FROM NAME`, change what you like, and type `lar create NEWNAME -f Modelfile`. The files are shared.",
        (
            "{how} [base|build] [a model|my model] on [another model|an existing model|another one]",
            "{how} [derive|make] a model from [another model|an existing model]",
            "{how} change an existing model",
        ),
        ("how do I base my model on an existing one?",),
    ),
]
