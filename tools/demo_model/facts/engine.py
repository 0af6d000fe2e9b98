"""What Lar is, what its engine does, and the words of the trade."""

from .fact import Fact, about

FACTS = [
    Fact(
        "Lar is a program that runs language models on your own machine. It does all that Ollama does, with an engine of its own.",
        (
            "what is [lar|this|this program|this tool|this project]",
            "what does lar [do|mean]",
            "explain lar",
            "tell me about lar",
            "what is lar [for|good for]",
            "describe lar",
            "who or what is lar",
        ),
        ("can you explain what lar is?",),
    ),
    Fact(
        "Lar is short for Local AI Runtime. In old Rome the Lares were the gods of the house.",
        (
            "what does [the name lar|lar|the name] [mean|stand for]",
            "why is [lar|it] called lar",
            "where does the name [lar|] come from",
            "what [are the lares|is a lar god|is the origin of the name]",
        ),
        ("why the name lar?",),
    ),
    Fact(
        "GGUF is a file format for models: the weights, the vocabulary and the chat template in one file.",
        (
            "{what} [gguf|a gguf file|a gguf|the gguf format]",
            "what does gguf [mean|stand for]",
            "what is in a gguf [file|]",
            "[which|what] [file format|format|model format] does lar [use|read]",
        ),
        ("what is the gguf file format?",),
    ),
    Fact(
        "It stores the weights of a model with fewer bits. The model gets smaller and faster and loses a little quality.",
        (
            "{what} [quantization|quantisation|quantizing|a quantized model]",
            "what does [quantization|quantized] [do|mean]",
            "why are models quantized",
        ),
        ("can you explain quantization?",),
    ),
    Fact(
        "Q4_K_M is a good choice. Take Q8_0 if you have the memory, and a smaller one only if you must.",
        (
            "[which|what] quantization [should i use|should i take|is best|is good|do you recommend]",
            "[which|what] quant [should i use|is best|is good]",
            "is [q4|q4_k_m|q8_0|q8] [good enough|good|better]",
            "q4_k_m or q8_0",
            "what is the best quantization",
        ),
        ("which quantization do you recommend?",),
    ),
    Fact(
        "Q8_0 keeps 32 weights as 8-bit numbers with one scale: 34 bytes for 32 weights, nearly as good as F16.",
        (
            "{what} [q8_0|q8|q8 0]",
            "what does [q8_0|q8] mean",
            "how does q8_0 work",
        ),
        ("what is meant by q8_0?",),
    ),
    Fact(
        "A token is a piece of text, often a word or a part of one. Models read and write tokens.",
        (
            "{what} [a token|tokens|the tokens]",
            "what does token mean",
            "how long is a token",
            "what is a tokenizer",
        ),
        ("what are tokens?",),
    ),
    Fact(
        "Type `lar tokenize FILE \"text\"`. It prints the tokens that the model would see.",
        (
            "{how} [tokenize|split|cut] [a text|text|a prompt|a sentence] [into tokens|]",
            about("lar tokenize"),
            "{how} [count|see|show|get] [the tokens|tokens|how many tokens a text has|token ids]",
            "tokenize [a text|text]",
            "how many tokens does my [text|prompt] have",
        ),
        ("how do I count the tokens of my prompt?",),
    ),
    Fact(
        "Type `lar detokenize FILE` and the token ids. It prints their text.",
        (
            "{how} [turn|convert|change] [token ids|ids|tokens] [back into|into|to] text",
            about("lar detokenize"),
            "{how} detokenize",
            "detokenize [ids|tokens|]",
        ),
        ("how can I convert token ids back into text?",),
    ),
    Fact(
        "Type `lar logits FILE` and a prompt. It prints the scores of the next token.",
        (
            "{how} [see|get|print|show] [logits|the logits|the scores|the scores of the next token]",
            about("lar logits"),
            "{what} [logits|a logit|the logits]",
        ),
        ("how do I print the logits?",),
    ),
    Fact(
        "Type `lar bench FILE`. It measures how fast a prompt is read and how fast an answer is written.",
        (
            "{how} [benchmark|bench] [lar|{model}|my machine|my computer]",
            about("lar bench"),
            "{how} [measure|test|compare] [performance|the performance|the speed of my machine|how fast my machine is|the speed of lar]",
            "[run a|a] benchmark",
        ),
        ("how can I run a benchmark?",),
    ),
    Fact(
        "Type `lar perplexity FILE -f text.txt`. Lower is better.",
        (
            "{how} [measure|compute|test|get|calculate] [perplexity|the perplexity|the quality] [of a model|of my model|]",
            about("lar perplexity"),
            "{how} [compare|check|judge] the quality of [two models|a quantization|quantizations|models]",
        ),
        ("how do I compute the perplexity of a model?",),
    ),
    Fact(
        "It tells how surprised a model is by a text. A lower number means it predicts the text better.",
        (
            "{what} perplexity",
            "what does perplexity mean",
            "is [high|low] perplexity [good|bad|better]",
        ),
        ("explain to me what perplexity is",),
    ),
    Fact(
        "It turns a list of messages into the text a model was trained on. It is stored in the GGUF file.",
        (
            "{what} [a chat template|the chat template|chat templates]",
            "what [does|is] [a|the] chat template [do|for]",
            "why [do models need|is there] a chat template",
        ),
        ("what is a chat template for?",),
    ),
    Fact(
        "An embedding is a list of numbers that stands for the meaning of a text. Texts alike have numbers alike.",
        (
            "{what} [an embedding|embeddings|text embeddings]",
            "what does embedding mean",
            "what are embeddings [for|good for|used for]",
        ),
        ("what are embeddings good for?",),
    ),
    Fact(
        "Set `LAR_ISA` to force one set of CPU instructions, for example `LAR_ISA=avx2`. Normally Lar picks the best by itself.",
        (
            about("LAR_ISA"),
            "{what} LAR_ISA",
            "{how} [force|choose|select] [avx2|avx512|the instruction set|an instruction set|cpu instructions]",
            "does lar use [avx2|avx512|avx-512]",
            "[which|what] [instruction set|cpu instructions] [is|are|does lar] [used|use]",
        ),
        ("how do I force avx2?",),
    ),
    Fact(
        "A small model guesses some tokens ahead and the big one checks them all at once. The answer is the same, only faster.",
        (
            "{what} [speculative decoding|speculation|a draft model|drafting]",
            "how does speculative decoding work",
            "what does speculative decoding do",
        ),
        ("how does a draft model work?",),
    ),
    Fact(
        "Text that was read before is not computed again: a shared system prompt or an earlier turn costs nothing the second time.",
        (
            "{what} [the prefix cache|prefix caching|prompt caching|a prefix cache|the prompt cache]",
            "[does|can] lar [cache|remember] [prompts|the prompt|earlier turns]",
            "why is the second [answer|question] faster",
            "is my [system prompt|prompt] computed [again|each time|every time]",
        ),
        ("does lar have a prompt cache?",),
    ),
    Fact(
        "All requests of the moment go through the model together, token by token. A new one joins without waiting for the others.",
        (
            "{what} [continuous batching|batching]",
            "how does [continuous batching|batching] work",
            "how are [many users|many requests|parallel requests] batched",
        ),
        ("what does continuous batching mean?",),
    ),
    Fact(
        "Yes: NVIDIA, AMD and Intel through Vulkan, and NVIDIA through CUDA. Without a GPU the CPU does the work.",
        (
            "[does|can] lar [support|use|work with|run on] [gpus|a gpu|nvidia|amd|intel gpus|graphics cards|cuda|vulkan|my graphics card]",
            "[which|what] [gpus|graphics cards] [does lar support|are supported|work|can i use]",
            "do i need a [gpu|graphics card]",
            "gpu support",
            "{how} use [my gpu|the gpu|my graphics card|a gpu]",
        ),
        ("which graphics cards work with lar?",),
    ),
    Fact(
        "On Linux, on x86-64 with AVX2 and on 64-bit Arm such as the Raspberry Pi 5.",
        (
            "[where|on which machines|on what] does lar run",
            "[which|what] [platforms|systems|operating systems|computers|machines] [does lar support|are supported|does lar run on]",
            "does lar [run|work] on [linux|arm|a raspberry pi|my laptop|windows|a mac|macos]",
            "what are the [system requirements|requirements]",
            "raspberry pi",
        ),
        ("can lar run on a Raspberry Pi?",),
    ),
    Fact(
        "No. Once a model is on your disk, Lar needs no network at all.",
        (
            "does [lar|it] need [the internet|a network|internet|a connection|to be online|an internet connection]",
            "does [lar|it] work [offline|without internet|without a network|without the internet]",
            "can i use lar [offline|without internet|on a plane|without a connection]",
            "do i have to be online",
        ),
        ("can I use lar without internet access?",),
    ),
    Fact(
        "No. Everything is computed on your own machine, and what you write stays there.",
        (
            "[does|do] [my data|my prompts|my text|what i write|my words] [leave|leave my machine|get sent away|go to the cloud|go to a server]",
            "is [my data|lar|it] private",
            "does lar [send|upload|share|collect] [my data|anything|data|my prompts|what i type] [to anyone|to the cloud|]",
            "{what} [privacy|telemetry] [in lar|]",
            "does lar spy on me",
        ),
        ("are my prompts sent to the cloud?",),
    ),
    Fact(
        "MIT. You may use, change and share it.",
        (
            "[what|which] license [does lar have|is lar under|has lar|is it]",
            "what is the license of lar",
            "is lar [free|open source|free software]",
            "may i [use lar|change lar|sell lar|use lar at work]",
            "how much does lar cost",
        ),
        ("under which license is lar?",),
    ),
    Fact(
        "C++. The engine, the kernels and the server are one program.",
        (
            "[what|which] [language|programming language] is lar [written|made] in",
            "is lar written in [c++|go|python|rust|c]",
            "what is lar [made|written|built] [with|in|of]",
        ),
        ("in what programming language is lar written?",),
    ),
    Fact(
        "No. The engine is Lar's own: the GGUF reader, tokenizers, kernels and scheduler were written for it.",
        (
            "does lar use [llama.cpp|ggml|llama-server]",
            "is lar [based on|built on|a fork of|a wrapper around] [llama.cpp|ggml|ollama]",
            "[what|which] engine does lar use",
            "what about llama.cpp",
        ),
        ("is it a wrapper around llama.cpp?",),
    ),
    Fact(
        "Type `make` in its folder. It needs CMake and a C++23 compiler.",
        (
            "{how} [build|compile|make] [lar|it|the program|it from source|lar from source]",
            "what do i need to [build|compile] [lar|it]",
            "build from source",
        ),
        ("how do I compile lar from source?",),
    ),
    Fact(
        "Take a smaller quantization or model, see in `lar ps` that the GPU is used, and keep the context short.",
        (
            "[why is|why does] [lar|it|my model|the answer] [so slow|slow|take so long]",
            "{how} [make|get] [lar|it|{model}|answers] [faster|quicker|fast]",
            "{how} speed [lar|it|{model}|things] up",
            "[my model|the model|lar|it] is [too|so|very] slow",
            "[faster|more speed]",
        ),
        ("my model is very slow, what can I do?",),
    ),
    Fact(
        "Your machine must read all weights from memory for each token, so memory speed sets the pace.",
        (
            "what limits [the speed|tokens per second|decoding]",
            "why is memory [bandwidth|speed] important",
            "what decides how fast {model} [is|writes]",
            "what makes [a machine|a computer] fast for models",
        ),
        ("why does memory bandwidth matter?",),
    ),
    Fact(
        "Take what fits your memory: a model of 8 billion parameters needs about 5 GB as Q4_K_M.",
        (
            "[which|what] model [should i use|should i take|is best|do you recommend|fits my machine|is good]",
            "what size of model [can i run|should i use]",
            "how much [memory|ram|vram] do i need [for a model|for an 8b model|]",
            "recommend [a model|me a model]",
        ),
        ("which model do you recommend for my computer?",),
    ),
    Fact(
        "Lar runs models and does not train them. To make a model your own, write a Modelfile or add a LoRA adapter.",
        (
            "{how} [train|fine-tune|finetune|retrain|teach] {model}",
            "can lar [train|fine-tune|teach] {model}",
            "[training|fine-tuning|finetuning]",
            "does lar [support|do] [training|fine-tuning]",
        ),
        ("can I fine-tune a model with lar?",),
    ),
]
