"""What is loaded, for how long, and what it costs."""

from .fact import Fact, about

FACTS = [
    Fact(
        "Set `OLLAMA_KEEP_ALIVE=-1` before `lar serve`, or send `\"keep_alive\": -1` with a request. The model then stays in memory.",
        (
            "{how} [keep|hold|leave|have] {model} [in memory|in ram|loaded|in vram|resident|in the memory|warm] [forever|always|all the time|permanently|for good|]",
            "{how} [stop|prevent|keep] [lar|it] from [unloading|dropping|evicting] {model}",
            "{how} make {model} [stay|remain] [in memory|loaded|in ram] [forever|always|]",
            "keep {model} [loaded|in memory|in ram|alive]",
            "{how} [never|not] unload {model}",
            "my model [gets unloaded|is unloaded|disappears from memory], how do i keep it",
            "can {model} stay [loaded|in memory] [forever|always|]",
        ),
        ("how do I keep a model in memory?", "how can I stop lar from unloading my model", "keep my model loaded forever"),
    ),
    Fact(
        "Type `lar stop NAME`. The memory is free at once.",
        (
            "{how} [unload|stop|evict|free|drop|release|kick out] {model} [from memory|from ram|now|by hand|]",
            "{how} [free|get back|release|clear] [memory|the memory|ram|vram|gpu memory|my ram]",
            "[unload|stop|free] {model}",
            about("lar stop"),
            "{how} [remove|take|get] {model} [from|out of] [memory|ram]",
        ),
        ("how do I free the memory of a model?", "how can i unload a model"),
    ),
    Fact(
        "Type `lar ps`. It shows each loaded model, its size, its processor, its context and until when it stays.",
        (
            "{how} [see|show|list|find out|check|know] [which models are loaded|what is loaded|what is running|which models are in memory|the loaded models|running models|the models in memory|what is in memory]",
            "[which|what] models are [loaded|running|in memory|in ram|active] [now|right now|at the moment|]",
            "[is my model|is a model|is the model] [loaded|running|in memory]",
            about("lar ps"),
            "[show|list] [loaded|running] models",
            "how much memory does {model} [use|take|need]",
        ),
        ("what is running right now?", "which models are in memory at the moment?"),
    ),
    Fact(
        "Five minutes after its last request. `OLLAMA_KEEP_ALIVE` or `keep_alive` changes that.",
        (
            "how long does {model} [stay|remain|live] [in memory|loaded|in ram] [by default|]",
            "when [is|does] {model} [unloaded|get unloaded|leave memory|leave the memory|unload]",
            "what is the default [keep alive|keep_alive|keep-alive|OLLAMA_KEEP_ALIVE]",
            "why [is|was] my model unloaded after [five|5] minutes",
            "after [what time|how many minutes] is {model} unloaded",
        ),
        ("how long do models stay loaded by default?", "after how many minutes is my model unloaded?"),
    ),
    Fact(
        "Send `\"keep_alive\": 0` with the request. The model leaves memory as soon as it has answered.",
        (
            "{how} unload {model} [right after the answer|at once after the answer|after each answer|immediately after a request|directly after a request|after every request]",
            "what does keep_alive [0|zero|of 0|of zero] [do|mean]",
            "{how} not keep {model} [in memory|loaded] [at all|after the answer|after a request]",
        ),
        ("how do I unload the model immediately after each answer?",),
    ),
    Fact(
        "Give a duration: `lar run NAME --keepalive 1h`, or `\"keep_alive\": \"1h\"` in a request.",
        (
            "{how} keep {model} [in memory|loaded] for [an hour|one hour|two hours|ten minutes|half an hour|30 minutes|a day|some time|a while|longer]",
            about("--keepalive"),
            "{how} [set|change] the keep alive [time|] [of|for] [one model|a request|a single model|one run]",
        ),
        ("how do I keep a model loaded for two hours?",),
    ),
    Fact(
        "It is how long a model stays in memory after its last request: a duration such as `10m`, 0 for not at all, -1 for ever.",
        (
            "{what} [keep_alive|keep alive|keep-alive|OLLAMA_KEEP_ALIVE|the keep alive]",
            "what does [keep_alive|keep alive|OLLAMA_KEEP_ALIVE] [do|mean]",
            "[which|what] values can [keep_alive|OLLAMA_KEEP_ALIVE] [have|take]",
        ),
        ("what does OLLAMA_KEEP_ALIVE mean?",),
    ),
    Fact(
        "Set `num_ctx`, for example `/set parameter num_ctx 8192` in the chat, or `OLLAMA_CONTEXT_LENGTH` for all models.",
        (
            "{how} [set|change|increase|enlarge|raise|make|choose|get] [the context|the context length|the context size|the context window|a bigger context|a longer context|a larger context window|num_ctx]",
            "what does [num_ctx|OLLAMA_CONTEXT_LENGTH] [do|mean]",
            "[bigger|larger|longer] context [window|]",
            "{what} [num_ctx|OLLAMA_CONTEXT_LENGTH]",
            "my context is too [short|small]",
        ),
        ("how do I increase the context window?", "how can I get a longer context"),
    ),
    Fact(
        "It is the number of tokens a model can look at: the conversation so far and its answer together.",
        (
            "{what} [a context window|the context window|context length|the context length|the context|a context]",
            "what does [context|context length|context window] mean",
        ),
        ("what is meant by context length?",),
    ),
    Fact(
        "The oldest messages are dropped until the rest fits. The system message and the last message stay.",
        (
            "what happens when [the context is full|the conversation is too long|the chat gets too long|i run out of context|the prompt is too long|the context overflows]",
            "[why does it forget|does it forget] [the beginning|what i said before|old messages|the start] [of the chat|of a long chat|]",
            "is a long chat cut",
        ),
        ("what happens if the conversation gets too long?",),
    ),
    Fact(
        "Set `OLLAMA_MAX_LOADED_MODELS`. When it is reached, an idle model is unloaded first.",
        (
            "{how} [load|run|use|keep|have] [two|several|many|three|more than one] models [at once|at the same time|together|in parallel|]",
            "how many models can be loaded [at once|at the same time|]",
            about("OLLAMA_MAX_LOADED_MODELS"),
            "{how} [limit|set|change] [the number of loaded models|how many models are loaded|how many models stay loaded]",
        ),
        ("can I run two models at the same time?",),
    ),
    Fact(
        "Set `OLLAMA_NUM_PARALLEL` to the number of requests one model should answer at the same time.",
        (
            "{how} [serve|answer|handle] [many|several|multiple|parallel] [users|requests|people|clients] [at once|at the same time|in parallel|]",
            about("OLLAMA_NUM_PARALLEL"),
            "can [many|several|two|multiple] [users|people|clients] [ask|use|share] [one model|the same model|lar] [at once|at the same time|]",
            "parallel requests",
        ),
        ("can several people use one model at the same time?",),
    ),
    Fact(
        "Set `OLLAMA_KV_CACHE_TYPE=q8_0`. The cache then needs about half the memory; `q4_0` needs less still.",
        (
            "{how} [quantize|shrink|compress|reduce|make smaller] the [kv cache|cache|key value cache]",
            about("OLLAMA_KV_CACHE_TYPE"),
            "{how} [save|use less] memory [for|with] [the kv cache|a long context|the context|long chats]",
            "kv cache [type|quantization|in q8_0]",
        ),
        ("how do I make the kv cache smaller?",),
    ),
    Fact(
        "It holds the keys and values of the tokens seen so far, so that each new token costs little. It grows with the context.",
        (
            "{what} [the kv cache|a kv cache|the key value cache|kv caching]",
            "what [does|is] the kv cache [for|do|hold]",
            "why does a long context need [more|so much] memory",
        ),
        ("what is the kv cache for?",),
    ),
    Fact(
        "Take a smaller model or quantization, lower `num_ctx`, or set `OLLAMA_KV_CACHE_TYPE=q8_0`.",
        (
            "[i have|there is] not enough [memory|ram|vram] [for the model|for my model|]",
            "[my model|the model|a model] does not fit [in memory|in ram|into memory|on my gpu|in vram|]",
            "[out of memory|out of ram|out of vram|memory error]",
            "{how} [use|need|save] [less memory|less ram|memory|ram]",
            "what [if|when] {model} is too [big|large] [for my memory|for my machine|]",
            "lar [uses|takes|needs] too much [memory|ram]",
        ),
        ("my model is too big for my ram, what can I do?", "I get an out of memory error"),
    ),
    Fact(
        "Send a request without a prompt, or type `lar run NAME \"\"`. The model is loaded and waits.",
        (
            "{how} [preload|warm up|load in advance|load beforehand] {model}",
            "{how} load {model} [without a prompt|before the first question|before i need it|in advance|without asking anything]",
            "the first answer is slow, can i [preload|warm up] {model}",
            "preload {model}",
        ),
        ("how can I warm up a model in advance?",),
    ),
    Fact(
        "Type `lar ps` and look at PROCESSOR: it says 100% GPU, 100% CPU, or how it is split.",
        (
            "[is my model|is it|is the model|does my model run] on [the gpu|the cpu|my gpu|gpu or cpu|the cpu or the gpu]",
            "{how} [see|check|find out|know] [whether|if] [the gpu is used|my gpu is used|{model} runs on the gpu|it uses the gpu|lar uses my gpu]",
            "[does|is] lar [use|using] [my gpu|the gpu]",
            "[gpu|cpu] or [gpu|cpu]",
        ),
        ("how do I know if my graphics card is used, GPU or CPU?",),
    ),
    Fact(
        "Set `num_gpu` to 0 for that model or request. All layers then run on the CPU.",
        (
            "{how} [run|use|have|put] {model} [on the cpu|on the cpu only|without the gpu|only on the cpu|without a gpu]",
            "{how} [disable|turn off|not use|switch off|avoid] [the gpu|my gpu]",
            about("num_gpu"),
            "{how} [set|choose] [how many layers|the number of layers] [go to|are on|run on] the gpu",
        ),
        ("how do I turn the gpu off?",),
    ),
    Fact(
        "Set `num_thread`. Without it Lar chooses the number of threads by itself.",
        (
            "{how} [set|change|limit|choose] [the number of threads|the threads|how many threads are used|how many cores are used|cpu threads]",
            about("num_thread"),
            "how many [threads|cores|cpu cores] does [lar|{model}] use",
            "lar uses all [my cores|cores|my cpu]",
        ),
        ("how do I limit the number of cpu threads?",),
    ),
    Fact(
        "Set `OLLAMA_LOAD_TIMEOUT`, for example `OLLAMA_LOAD_TIMEOUT=10m`. A load that stands still for longer is given up.",
        (
            about("OLLAMA_LOAD_TIMEOUT"),
            "{how} [set|change|raise] the load timeout",
            "loading [times out|takes too long and stops|is given up]",
        ),
        ("how can I raise the timeout for loading?",),
    ),
]
