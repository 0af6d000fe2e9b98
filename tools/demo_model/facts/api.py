"""The HTTP interfaces: Ollama's own, OpenAI's and Anthropic's."""

from .fact import Fact, about

FACTS = [
    Fact(
        "POST `/api/generate` with `{\"model\": \"NAME\", \"prompt\": \"...\"}`.",
        (
            "{how} [generate|complete|make] [text|a completion|a prompt] [with|over|through|using] [the api|http|rest|curl]",
            about("/api/generate"),
            "[which|what] endpoint [generates text|answers a prompt|completes a prompt]",
            "{how} send a prompt with [curl|http|the api]",
            "{how} use [/api/generate|the generate endpoint]",
        ),
        ("which endpoint completes a prompt?",),
    ),
    Fact(
        "POST `/api/chat` with a model and a list of messages, each with a role and a content.",
        (
            "{how} chat [with|over|through|using] [the api|http|rest|curl]",
            about("/api/chat"),
            "[which|what] endpoint is for [chat|chatting|a chat|messages|conversations]",
            "{how} send [messages|a conversation] [to the api|over http|to the server]",
            "{how} use [/api/chat|the chat endpoint]",
        ),
        ("which endpoint is there for conversations?",),
    ),
    Fact(
        "Set the base URL to `http://localhost:11434/v1`. Any text will do as API key.",
        (
            "{how} use [the openai client|openai's client|the openai api|the openai library|an openai client|the openai sdk|openai tools] [with lar|]",
            "does lar [have|support|speak|offer] [an openai api|the openai api|an openai compatible api|openai]",
            "what is the [base url|openai base url|openai url]",
            "openai [compatible api|api|client|compatibility]",
            "[what|which] api key [do i need|does lar want|should i use|for openai]",
        ),
        ("is there an OpenAI compatible endpoint?", "which base url does the openai client need"),
    ),
    Fact(
        "POST `/v1/messages` takes Anthropic's format. Give an Anthropic client the base URL `http://localhost:11434`.",
        (
            "{how} use [the anthropic client|the anthropic api|anthropic's client|claude code|the anthropic sdk] [with lar|]",
            "does lar [have|support|speak|offer] [an anthropic api|the anthropic api|anthropic]",
            "anthropic [api|client|messages|compatibility]",
        ),
        ("does lar understand the Anthropic API?",),
    ),
    Fact(
        "POST `/api/embed` with an embedding model and `\"input\"`, one text or a list of them.",
        (
            "{how} [get|make|compute|create|calculate] [embeddings|an embedding|text embeddings|vectors]",
            about("/api/embed"),
            "[which|what] endpoint [gives|makes|is for] embeddings",
            "does lar [support|have|do] embeddings",
            "{how} [turn|convert] text into [vectors|a vector|numbers]",
        ),
        ("how can I compute embeddings?",),
    ),
    Fact(
        "Send `\"stream\": false`. The answer then comes as one JSON object.",
        (
            "{how} [turn off|disable|switch off|stop|avoid] [streaming|the stream]",
            "{how} get the [whole|full|complete] answer [at once|in one piece|in one object|in one response]",
            "what does stream [false|] [do|mean]",
            "[no|without] streaming",
        ),
        ("how do I get a response without streaming?",),
    ),
    Fact(
        "One JSON object a line, each with the next piece of the answer. The last has `\"done\": true` and the counts.",
        (
            "how does streaming work",
            "what [does|is in] [the stream|a stream|a streamed answer] [look like|]",
            "{how} read the [stream|streamed answer]",
            "what is [ndjson|the streaming format|the format of the stream]",
            "{how} [stream|get a stream of] [an answer|answers|tokens]",
        ),
        ("what does a streamed answer look like?",),
    ),
    Fact(
        "Send `\"format\": \"json\"`, or a JSON schema as `format`. The answer then fits it.",
        (
            "{how} get [json|structured output|structured outputs|valid json] [from|with|over] the api",
            "what does [format|the format field] do in [a request|the api]",
            "{how} [use|give|enforce] a [json schema|schema]",
            "[structured output|structured outputs|json schema]",
            "does lar support structured [output|outputs]",
        ),
        ("can I force the answer into a json schema?",),
    ),
    Fact(
        "GET `/api/tags`. It answers with the models you have.",
        (
            "{how} [list|get|see] [models|the models|all models] [over http|with the api|through the api|with curl|over the api]",
            about("/api/tags"),
            "[which|what] endpoint [lists models|gives the models|lists the models]",
        ),
        ("what endpoint lists my models?",),
    ),
    Fact(
        "GET `/api/ps`. It answers with the models in memory.",
        (
            "{how} [list|get|see] [loaded models|running models|the loaded models] [over http|with the api|through the api|with curl|over the api]",
            about("/api/ps"),
            "[which|what] endpoint [lists|shows|gives] [loaded models|running models|what is loaded]",
        ),
        ("which endpoint shows the running models?",),
    ),
    Fact(
        "POST `/api/pull` with `{\"model\": \"NAME\"}`. It streams the progress.",
        (
            "{how} [pull|download|get] {model} [over http|with the api|through the api|with curl|over the api]",
            about("/api/pull"),
            "[which|what] endpoint [pulls|downloads] [a model|models]",
        ),
        ("which endpoint downloads a model?",),
    ),
    Fact(
        "Send DELETE to `/api/delete` with `{\"model\": \"NAME\"}`.",
        (
            "{how} [delete|remove] {model} [over http|with the api|through the api|with curl|over the api]",
            about("/api/delete"),
            "[which|what] endpoint [deletes|removes] [a model|models]",
        ),
        ("what endpoint removes a model?",),
    ),
    Fact(
        "POST `/api/show` with `{\"model\": \"NAME\"}`. It tells the details, template, parameters and capabilities.",
        (
            "{how} [get|see|show] [model details|the details of a model|information about a model] [over http|with the api|through the api|with curl|over the api]",
            about("/api/show"),
            "[which|what] endpoint [shows|describes|tells about] a model",
            "{how} [see|know|find out] what {model} [can do|is capable of]",
        ),
        ("which endpoint gives details about a model?",),
    ),
    Fact(
        "Put them into `\"options\"`, for example `\"options\": {\"temperature\": 0.2, \"num_ctx\": 8192}`.",
        (
            "{how} [set|send|give|pass] [options|parameters|the temperature|sampling options|settings] [in a request|with the api|over http|in the api|with a request]",
            "what [are|is in] the options [of a request|in a request|field]",
            "{how} set the temperature in [a request|the api]",
        ),
        ("how do I send the temperature with a request?",),
    ),
    Fact(
        "Send `\"tools\"` with `/api/chat`. A model that can use tools answers with `tool_calls`, and you send the results back.",
        (
            "{how} [use|call|send|give] [tools|functions|a tool|a function] [|to a model|in a chat|with the api]",
            "does lar support [tools|tool calling|function calling|tool calls]",
            "[tool|function] calling",
            "{what} [tool calling|a tool call|function calling]",
        ),
        ("does it support function calling?",),
    ),
    Fact(
        "Install `ollama` from PyPI and use it as with Ollama: `ollama.chat(model=\"NAME\", messages=[...])`.",
        (
            "{how} use lar [from|with|in] python",
            "is there a python [client|library|package]",
            "python [client|library|example]",
            "{how} call [lar|{model}] from [python|a python script]",
        ),
        ("can I call lar from Python?",),
    ),
    Fact(
        "Install `ollama` from npm and use it as with Ollama.",
        (
            "{how} use lar [from|with|in] [javascript|node|typescript|js]",
            "is there a [javascript|node|js|typescript] [client|library|package]",
            "[javascript|node|typescript] [client|library]",
        ),
        ("is there a library for javascript?",),
    ),
    Fact(
        "Send `\"logprobs\": true`, and `\"top_logprobs\": 5` for the five best tokens at each place.",
        (
            "{how} [get|see|ask for] [logprobs|log probabilities|token probabilities|the probabilities of tokens]",
            "what does [logprobs|top_logprobs] do",
            "does lar [support|have|give] logprobs",
        ),
        ("can I see the probabilities of the tokens?",),
    ),
    Fact(
        "Send `\"raw\": true` to `/api/generate`. The prompt is then used as it is.",
        (
            "{how} send a raw prompt [over http|with the api|to the api|through the api]",
            "what does raw [true|] do in [a request|the api|generate]",
            "{how} skip the template in [the api|a request]",
        ),
        ("how do I skip the template with the api?",),
    ),
    Fact(
        "Send a message with the role `system` first, or the field `system` with `/api/generate`.",
        (
            "{how} send a system [message|prompt] [over http|with the api|in a request|to the api]",
            "where does the system [message|prompt] go in [a request|the api]",
        ),
        ("how do I send a system prompt with the api?",),
    ),
]
