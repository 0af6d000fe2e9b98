"""Running a model from the command line, and the chat's own commands."""

from .fact import Fact, about

FACTS = [
    Fact(
        "Type `lar run NAME`, for example `lar run llama3.2`. The model is pulled first if you do not have it yet.",
        (
            "{how} [run|start|launch|use|try|execute] {model}",
            "{how} [chat with|talk to|speak with|ask] {model}",
            "[run|start|launch|use] {model}",
            "{how} start [a chat|chatting|a conversation]",
            "what [command runs|command starts|starts|does one type for running] {model}",
            "how does lar run {model}",
            "[how do i|how to] get started [with lar|]",
        ),
        ("how do I start chatting with a model?", "what command runs a model"),
    ),
    Fact(
        "Give its path: `lar run model.gguf`. No server and no import are needed.",
        (
            "{how} [run|use|start|open|try|load] [a|my|this|any|some] gguf [file|model|] [directly|from disk|on disk|]",
            "{how} run [a file|a model file|a local file|a gguf] without [a server|the server|serve|importing|import|create]",
            "can lar [run|open|load|use] [a gguf|gguf files|a gguf file|a model file] [directly|from a path|]",
            "run [a|my] gguf [file|]",
            "{how} run {model} from [a file|a path|my disk|a local file]",
        ),
        ("can I run a .gguf file I already have?", "how do I open my gguf model directly"),
    ),
    Fact(
        "Put the prompt behind the name: `lar run NAME \"your question\"`. Lar prints the answer and exits.",
        (
            "{how} ask [one|a single|just one|only one] [question|thing|prompt] [without a chat|and exit|from the shell|]",
            "{how} [run|use|send] [a|one|a single] prompt [from the command line|from the shell|in a script|without the chat|non-interactively]",
            "{how} use lar [in a script|in a shell script|from a script|non-interactively|without a chat]",
            "{how} [give|pass] [a|the|my] [prompt|question] [on the command line|as an argument|in the command]",
            "one-shot [prompt|question|answer|mode]",
        ),
        ("how do I use lar in a bash script?", "how can I ask a single question and exit"),
    ),
    Fact(
        "Pipe it in: `cat notes.txt | lar run NAME \"sum this up\"`. The piped text comes before your words in the prompt.",
        (
            "{how} [pipe|feed|send|give|pass|hand] [a file|a text file|text|a document|my notes|the content of a file] [to|into] [lar|{model}]",
            "{how} [summarize|sum up|ask about] [a file|a text file|a document|my notes]",
            "[can lar|does lar] read [from a pipe|standard input|stdin|a text file]",
            "{how} use [stdin|standard input|a pipe]",
        ),
        ("how do I pipe a document to a model?", "does lar read stdin"),
    ),
    Fact(
        "Type `/bye` or press Ctrl-D to leave the chat.",
        (
            "{how} [leave|exit|quit|close|end|get out of|stop] [the chat|a chat|this chat|the conversation|the prompt|lar run|the repl]",
            "[leave|exit|quit|close] the chat",
            "how does one [leave|exit|quit]",
            "{how} [exit|quit|leave]",
            "what [ends|closes] the chat",
        ),
        ("how do I get out of this chat?", "how can i quit the chat"),
    ),
    Fact(
        "Press Ctrl-C. The answer stops and you are back at the prompt.",
        (
            "{how} [stop|interrupt|cancel|abort|halt|cut off] [an answer|the answer|a reply|the reply|the output|generation|generating|a long answer]",
            "{how} [make|get] {model} [stop talking|stop writing|be quiet|shut up]",
            "[stop|interrupt|cancel|abort] the [answer|reply|output|generation]",
            "the answer is too long, how do i [stop|cancel] it",
        ),
        ("how do I interrupt an answer that is too long?", "how can i cancel the output"),
    ),
    Fact(
        "Add `--verbose`: `lar run NAME --verbose` prints the times and the tokens per second after each answer.",
        (
            "{how} [see|show|print|measure|check|find out|know] [the speed|how fast it is|how fast {model} is|tokens per second|the token rate|timings|the timing|statistics|stats]",
            "{how} [see|get] how many tokens [per second|a second] [i get|it makes|]",
            "what does [--verbose|verbose|the verbose flag] [do|mean|print|show]",
            "[show|print] [timings|tokens per second|stats|the speed]",
            "how fast is [my|the|this] model",
        ),
        ("how many tokens per second do I get?", "how can I see the speed of my model"),
    ),
    Fact(
        "In the chat type `/set parameter NAME VALUE`, for example `/set parameter temperature 0.2`.",
        (
            "{how} [set|change|adjust] [a parameter|parameters|an option|options|the temperature|a setting|settings] [in the chat|during a chat|while chatting|inside the chat|in the repl]",
            "what does [/set|/set parameter] do",
            "[set|change] a parameter in the chat",
        ),
        ("how do I change an option while chatting?",),
    ),
    Fact(
        "In the chat type `/set system TEXT`. For good, write a SYSTEM line in a Modelfile.",
        (
            "{how} [set|change|give|use|add|write] [a|the|my own|another] system [prompt|message|text]",
            "{how} [tell|make] {model} [how to behave|to act like a pirate|to be polite|to play a role|who it is]",
            "[set|change] the system [prompt|message]",
            "what does /set system do",
        ),
        ("how do I give my model a system prompt?", "how can I change the system message"),
    ),
    Fact(
        "Type `/clear` in the chat. Lar forgets the conversation and keeps the system message.",
        (
            "{how} [clear|reset|forget|erase|delete|wipe] [the context|the conversation|the chat|the session|what i said|the chat history]",
            "{how} start [over|again|a fresh chat|a new conversation|from scratch] [in the chat|]",
            about("/clear"),
            "[clear|reset|forget] [the chat|the context|the conversation|everything i said]",
        ),
        ("how do I reset the conversation?", "how can I make it forget what I said"),
    ),
    Fact(
        "Type `/save NAME` in the chat. It makes a new model that remembers your settings and messages.",
        (
            "{how} [save|keep|store] [the chat|this chat|my chat|a conversation|the conversation|the session|my session]",
            about("/save"),
            "save [the chat|this conversation|my session]",
            "{how} save [my settings|the chat] as a [new|] model",
        ),
        ("how do I save my conversation?",),
    ),
    Fact(
        "Type `/load NAME` in the chat. The history is cleared and the other model answers from then on.",
        (
            "{how} [switch|change|switch over] to [another|a different|a new] model [in the chat|inside the chat|while chatting|without leaving|]",
            "{how} [load|use] another model [in the chat|inside the chat|without leaving the chat]",
            about("/load"),
            "switch [the model|models] [in the chat|]",
        ),
        ("how do I switch to another model without leaving?",),
    ),
    Fact(
        'Start the line with """ and end the message with """. Everything between them is one message.',
        (
            "{how} [write|type|enter|send|input] [a multi-line|a multiline|more than one line of|several lines of|a long] [message|prompt|text|input]",
            "{how} [write|type|enter|send] [several|many|multiple|two] lines",
            "{how} [insert|make|type] a [new line|newline|line break] [in the chat|in a message|in my message]",
            "multi-line [message|input|prompt]",
        ),
        ("how can I enter multiple lines in one message?",),
    ),
    Fact(
        "Type `/?` or `/help` in the chat to see its commands.",
        (
            "{how} [see|get|list|show|find] [the commands|all commands|help|the help] [in|of|inside] the chat",
            "what [commands|slash commands] [are there|exist|can i use|does it have] in the chat",
            "[list|show] the chat commands",
            "what can i type in the chat",
        ),
        ("which slash commands are there?",),
    ),
    Fact(
        "Type `/show info` in the chat. `/show modelfile`, `/show system` and `/show template` tell more.",
        (
            "{how} [see|show|get] [model information|information|details|info] [about the model|of the model|about this model|] [in|inside|from] the chat",
            "what does [/show|/show info] do",
            "{how} find out which model i am [talking to|chatting with]",
        ),
        ("how do I see model info inside the chat?",),
    ),
    Fact(
        "Add `--raw`: `lar run FILE.gguf --raw \"text\"`. The prompt goes to the model as it is, without the chat template.",
        (
            "{how} [skip|avoid|turn off|disable|switch off|bypass|not use] the [chat template|template]",
            "{how} [run|send|give|use] [a|the] [raw|plain|unformatted] [prompt|text]",
            "what does [--raw|raw|the raw flag|raw mode] [do|mean]",
            "{how} [complete|continue] [plain text|a text] without [a|the] [template|chat template]",
        ),
        ("how do I send a prompt without the chat template?",),
    ),
    Fact(
        "Use `--set`: `lar run FILE.gguf --set temperature=0.2`. Give it once for each option.",
        (
            "{how} [set|change|give|pass] [an option|options|a parameter|parameters|the temperature|a sampling option|the seed] [on the command line|from the command line|with lar run|for lar run|as a flag]",
            "what does [--set|the set flag] do",
            "{how} use --set",
        ),
        ("how do I pass options to lar run on the command line?",),
    ),
    Fact(
        "Add `--format json`: `lar run NAME --format json`. The answer is then valid JSON.",
        (
            "{how} [get|make|force|have] [json|json output|an answer in json|a json answer] [from the command line|from lar run|on the command line|]",
            "{how} make {model} [answer|reply|respond|write] [in|with] json",
            "what does --format [json|] do",
            "json [output|answer|mode] on the command line",
        ),
        ("how can I make the model reply in JSON?",),
    ),
    Fact(
        "Use `--think=false` to turn thinking off, or `--hidethinking` to think without showing it.",
        (
            "{how} [turn off|disable|stop|switch off|hide|skip] [thinking|the thinking|reasoning|the reasoning|the thoughts]",
            "what does [--think|think|--hidethinking] do",
            "{how} make {model} not think",
            "{how} [turn on|enable] [thinking|reasoning]",
        ),
        ("how do I disable the reasoning?", "how can I hide the thoughts of a model"),
    ),
    Fact(
        "Lines you typed are kept in `~/.ollama/history`. Set `OLLAMA_NOHISTORY=1` to keep none.",
        (
            "where [is|are] [my history|the history|what i typed|my prompts|the prompt history] [kept|saved|stored|]",
            "{how} [turn off|disable|stop|not keep] [the history|history|prompt history]",
            about("OLLAMA_NOHISTORY"),
            "does lar [keep|save|remember] [what i type|my prompts|a history]",
        ),
        ("where is the history of my prompts stored?",),
    ),
    Fact(
        "Add `--nowordwrap` and Lar breaks no lines by itself.",
        (
            "{how} [turn off|disable|stop|switch off] [word wrap|wrapping|line wrapping|wordwrap|line breaks]",
            "what does [--nowordwrap|nowordwrap] do",
            "{how} [get|have] long lines without [wrapping|breaks]",
        ),
        ("how can I disable wrapping?",),
    ),
    Fact(
        "Press Ctrl-G in the chat. It opens your editor, and what you save becomes the message.",
        (
            "{how} [use|open] [an editor|my editor|vim|a text editor] [for a message|to write a message|in the chat|]",
            "what does [ctrl-g|ctrl g] do",
            "{how} write [my message|a prompt] in [an editor|vim|my editor]",
        ),
        ("how can I write a message in my editor?",),
    ),
    Fact(
        "`make run` builds Lar, starts the demo model and asks it something. It needs no network.",
        (
            about("make run"),
            "{how} [try|test|see] lar [without a network|without a model|quickly|offline|at once]",
            "{how} [start|run|try|see] the demo",
            "make run",
            "is there a [demo|quick demo|quick start]",
        ),
        ("how do I try the demo?",),
    ),
    Fact(
        "`make test` builds Lar and runs all of its tests.",
        (
            about("make test"),
            "{how} [run|start|execute] [the tests|all tests|the test suite|lar's tests|unit tests]",
            "make test",
            "{how} [check|know|see] that my build [works|is good]",
        ),
        ("how do I run the tests?",),
    ),
    Fact(
        "`lar --version` prints the version.",
        (
            "{how} [see|print|show|check|find|get] [the version|lar's version|the version of lar|the version number|my version]",
            "[which|what] version [is this|of lar is this|do i have|of lar do i have|is installed|am i running]",
            "version of lar",
        ),
        ("what version of lar am I running?",),
    ),
    Fact(
        "Type `lar --help` for all commands, or `lar run --help` for one of them.",
        (
            "{how} [see|get|list|show|find] [help|all commands|the commands|the help|the flags|all flags|the options of a command]",
            "[what|which] commands [are there|does lar have|does lar know|exist|can i use]",
            "where is the [help|manual|documentation]",
            "list of commands",
        ),
        ("which commands does lar have?",),
    ),
]
