"""The server: starting it, reaching it, and what protects it."""

from .fact import Fact, about

FACTS = [
    Fact(
        "Type `lar serve`. It listens on 127.0.0.1, port 11434.",
        (
            "{how} [start|run|launch|bring up|boot] [the server|a server|lar as a server|the lar server|the api|the service]",
            "[start|run|launch] the server",
            about("lar serve"),
            "what [command starts|starts] the server",
            "{how} use lar as a server",
        ),
        ("how do I launch the server?", "how can i bring the api up"),
    ),
    Fact(
        "Port 11434, the same as Ollama.",
        (
            "[which|what] port [does lar use|does lar listen on|is it|does the server use|is the server on|is used|is lar on]",
            "what is the [port|port number|default port|default address]",
            "where does [lar|the server] listen",
            "port number",
            "what is the [address|url] of the server",
        ),
        ("on which port does the server listen?",),
    ),
    Fact(
        "Set `OLLAMA_HOST` before you start it: `OLLAMA_HOST=127.0.0.1:8080 lar serve`.",
        (
            "{how} [change|set|choose|use|pick] [the port|another port|a different port|the address|port 8080|the listen address]",
            "{how} [run|start] the server on [another|a different] [port|address]",
            about("OLLAMA_HOST"),
            "port 11434 is [taken|in use|busy|already used]",
            "the port is already in use",
        ),
        ("can the server run on a different port?", "how do i change the port"),
    ),
    Fact(
        "Start it with `OLLAMA_HOST=0.0.0.0 lar serve`. It has no password, so do this only in a network you trust.",
        (
            "{how} [reach|use|access|open] [lar|the server] from [another machine|another computer|my phone|other machines|the network|another device|my laptop]",
            "{how} [expose|share|open] [lar|the server] [to the network|on the network|in my network|on my lan|to other machines]",
            "{how} make [lar|the server] listen on [all interfaces|every interface|the network|all addresses]",
            "can other [machines|computers|people] [use|reach] my server",
        ),
        ("how do I reach the server from another computer?",),
    ),
    Fact(
        "Set `OLLAMA_HOST` for the command: `OLLAMA_HOST=192.168.1.5:11434 lar run NAME`.",
        (
            "{how} [connect to|use|talk to|reach] a [remote|distant] [server|lar|machine]",
            "{how} [point|connect] the [cli|command line|client|command] to [another|a remote|a different] server",
            "{how} use lar on [a server|another host] from my [laptop|machine|desktop]",
            "{how} run a model on a [remote server|remote machine|different machine]",
        ),
        ("how can I use a remote server with lar run?",),
    ),
    Fact(
        "Ask it for its version: `curl http://localhost:11434/api/version`.",
        (
            "{how} [check|see|test|find out|know] [if|whether|that] the server [is running|runs|is up|works|is alive|is reachable]",
            "is the server [running|up|alive]",
            "{how} do a health check",
            "health [check|endpoint]",
            "{how} [get|ask for] the version over [http|the api]",
        ),
        ("how do I test whether the server is up?",),
    ),
    Fact(
        "Press Ctrl-C where it runs, or `systemctl stop` its service. Answers under way are ended first.",
        (
            "{how} [stop|end|shut down|kill|quit|terminate] [the server|lar serve|the service|the api]",
            "[stop|shut down] the server",
        ),
        ("how do I shut the server down?",),
    ),
    Fact(
        "Start it with `OLLAMA_DEBUG=1 lar serve`. It then logs what it does.",
        (
            "{how} [see|get|show|read|turn on|enable] [the logs|more logs|debug logs|debugging|debug output|log messages|the log]",
            about("OLLAMA_DEBUG"),
            "where are the logs",
            "{how} [debug|find a problem in] [lar|the server]",
            "something [is wrong|does not work|went wrong], how do i find out what",
        ),
        ("how do I enable debug logging?",),
    ),
    Fact(
        "Set `OLLAMA_ORIGINS` to the origins you allow, separated by commas. Pages from localhost are allowed already.",
        (
            about("OLLAMA_ORIGINS"),
            "{how} [fix|allow|set|configure] [cors|cross origin requests|cors errors]",
            "{how} [call|use] lar from [a web page|a browser|a website|javascript in a page]",
            "my [browser|web page|website] gets a cors error",
        ),
        ("why do I get a cors error?",),
    ),
    Fact(
        "No. It listens on your own machine only; put a reverse proxy with a password in front to share it.",
        (
            "does the server [have|need|ask for|use] [a password|authentication|a login|an api key|a token]",
            "{how} [protect|secure|password protect] [the server|lar|the api]",
            "{how} [add|set] [a password|an api key|authentication]",
            "is the server [safe|secure|protected]",
        ),
        ("can I protect the server with a password?",),
    ),
    Fact(
        "It is full: `OLLAMA_MAX_QUEUE` requests wait already, 512 by default. Try again a little later.",
        (
            "what does [server busy|503|error 503|status 503|the server busy error] mean",
            "[why|when] is the server busy",
            about("OLLAMA_MAX_QUEUE"),
            "i get [a 503|server busy|error 503]",
            "how many requests can [wait|be queued]",
        ),
        ("I get an error 503, server busy",),
    ),
    Fact(
        "The server and each loaded model are processes of their own, so a model that crashes hurts nobody else.",
        (
            "what happens when [a model crashes|a runner crashes|a model fails]",
            "{what} [a runner|the runner|lar runner]",
            "can a [bad|broken|crashing] model [crash|hurt|kill] the server",
            "why does lar have [several|many|two] processes",
        ),
        ("what if a model crashes?",),
    ),
    Fact(
        "Lar treats it as untrusted: only a sandboxed runner process opens it, with no network and few rights.",
        (
            "is it safe to [run|use|open|load] [an unknown model|a model from the internet|a stranger's model|any model|untrusted models|a downloaded model]",
            "{what} the sandbox",
            "can a model file [hurt|attack|harm|infect] my [computer|machine]",
            "[are|can] model files [dangerous|contain a virus|be malicious]",
            "how does lar [protect me from|handle] [bad|malicious|hostile] models",
        ),
        ("can a malicious gguf attack my computer?",),
    ),
    Fact(
        "Stop `ollama serve`, then start `lar serve`. Port, models, variables and commands are the same.",
        (
            "{how} [switch|change|move|migrate] from ollama [to lar|]",
            "{how} replace ollama [with lar|by lar|]",
            "can i use lar instead of ollama",
            "i [use|have] ollama, how do i [switch|change to lar|start]",
            "do i have to stop ollama",
        ),
        ("how do I move from Ollama to Lar?",),
    ),
    Fact(
        "Yes: the same commands, REST API, `OLLAMA_*` variables, model store and port. Clients do not notice.",
        (
            "is lar compatible with [ollama|my ollama clients|ollama clients|existing tools]",
            "does [lar|it] [work with|support] [ollama clients|my ollama tools|ollama tools|apps made for ollama|open webui]",
            "is lar a drop-in replacement [for ollama|]",
            "do my [tools|clients|apps|scripts] [still work|keep working] with lar",
        ),
        ("will my ollama clients still work?",),
    ),
    Fact(
        "Ollama starts llama.cpp as a server of its own for each model. Lar has its own engine, made to use all of your CPU and GPU.",
        (
            "what is the difference [between lar and ollama|to ollama|from ollama]",
            "how [is lar different from|does lar differ from] ollama",
            "why [should i use|use|would i use] lar [instead of ollama|and not ollama|]",
            "lar [or|versus|vs] ollama",
            "is lar [better|faster] than ollama",
        ),
        ("how does lar compare with ollama?",),
    ),
    Fact(
        "The same as Ollama's: `OLLAMA_HOST`, `OLLAMA_MODELS`, `OLLAMA_KEEP_ALIVE`, `OLLAMA_CONTEXT_LENGTH` and more. `lar serve --help` lists them.",
        (
            "[which|what] [environment variables|env vars|variables] [are there|does lar have|does lar read|does lar use|exist|can i set]",
            "{how} [configure|set up|adjust] [lar|the server]",
            "[list|show] the environment variables",
            "is there a [config file|configuration file|settings file]",
        ),
        ("which env variables can I set?",),
    ),
]
