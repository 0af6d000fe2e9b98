"""Getting, naming, storing and removing models."""

from .fact import Fact, about

FACTS = [
    Fact(
        "Type `lar pull NAME`, for example `lar pull llama3.2`.",
        (
            "{how} [download|pull|get|fetch|install|add] {model}",
            "[download|pull|install|fetch] {model}",
            "what [command downloads|downloads|does one type to download] {model}",
            "how does lar [download|get|fetch] {model}",
            about("lar pull"),
            "where do i get {model} [from|]",
        ),
        ("how do I download a new model?", "how can i install models"),
    ),
    Fact(
        "Type `lar list`. It shows the name, ID, size and date of each model you have.",
        (
            "{how} [list|see|show|find] [my models|all models|the models|all my models|the models i have|installed models|downloaded models|local models|what models i have]",
            "[which|what] models [do i have|are installed|are there|are on my disk|are on this machine|did i download|have i pulled]",
            "[list|show] [my|all|the|installed|downloaded] models",
            about("lar list"),
            "how many models do i have",
        ),
        ("which models are installed on this machine?", "show me all my models"),
    ),
    Fact(
        "Type `lar rm NAME`. The model is removed, and its files too if no other model uses them.",
        (
            "{how} [delete|remove|uninstall|erase|get rid of|throw away] {model}",
            "[delete|remove|uninstall|erase] {model}",
            about("lar rm"),
            "what [command deletes|command removes|deletes|removes] {model}",
            "{how} [delete|remove] several models",
        ),
        ("how do I get rid of an old model?", "what command removes models"),
    ),
    Fact(
        "Type `lar cp OLD NEW`. The copy shares its files with the original, so it takes no more disk.",
        (
            "{how} [copy|duplicate|clone] {model}",
            "[copy|duplicate|clone] {model}",
            about("lar cp"),
            "{how} [make|get] a copy of {model}",
            "{how} give {model} a second name",
        ),
        ("how do I duplicate a model?",),
    ),
    Fact(
        "Copy it to the new name and remove the old one: `lar cp OLD NEW`, then `lar rm OLD`.",
        (
            "{how} [rename|change the name of] {model}",
            "rename {model}",
            "{how} give {model} [another name|a new name|a different name]",
        ),
        ("how can I rename a model?",),
    ),
    Fact(
        "Type `lar show NAME`. It prints the architecture, parameters, context length and quantization.",
        (
            "{how} [see|show|get|find] [the details|details|information|info|facts] [about|of|on] {model}",
            about("lar show"),
            "{how} [see|find out|know] [how many parameters|which architecture|the architecture|the parameter count of|which quantization] {model} has",
            "[show|print] [details|information|info] [about|of] {model}",
        ),
        ("how do I get information about a model?", "how can I see the architecture of my model"),
    ),
    Fact(
        "Type `lar show --modelfile NAME`. It prints a Modelfile that you can change and create from.",
        (
            "{how} [see|show|print|get|export] [the modelfile|a modelfile|its modelfile] [of|for|from] {model}",
            "{how} see the modelfile",
            "show the modelfile of {model}",
            "where is the modelfile of {model}",
        ),
        ("how do I print the Modelfile of a model?",),
    ),
    Fact(
        "Use `lar show` with `--template`, `--system`, `--parameters` or `--license` and the model's name.",
        (
            "{how} [see|show|print|get|read] the [license|template|system prompt|chat template|default parameters] of {model}",
            "what license does {model} have",
            "show the [license|template|chat template] of {model}",
        ),
        ("how can I read the license of a model?",),
    ),
    Fact(
        "Type `lar push NAMESPACE/NAME` to upload your model to its registry.",
        (
            "{how} [upload|push|publish|share] {model}",
            "{how} [upload|push|publish] {model} to [a registry|the registry|a server]",
            about("lar push"),
            "[upload|push|publish] {model}",
            "{how} share my model with others",
        ),
        ("how do I publish my own model?",),
    ),
    Fact(
        "Write a Modelfile and type `lar create NAME -f Modelfile`.",
        (
            "{how} [create|make|build|define] [a model|my own model|a new model|a custom model|my model|a model of my own]",
            about("lar create"),
            "{how} [customize|adapt] {model}",
            "[create|make|build] a [new|custom|] model",
            "{how} [create|make|build] a model from a modelfile",
            "{how} use a modelfile",
        ),
        ("how do I build a custom model?", "how can I make my own model"),
    ),
    Fact(
        "In `~/.ollama/models`, the same place that Ollama uses. Set `OLLAMA_MODELS` to use another folder.",
        (
            "where [are|does lar keep|does lar store|does lar save|does lar put|do i find|can i find] [the models|my models|models|downloaded models|the model files|model files] [kept|stored|saved|on disk|]",
            "where do [models|the models|downloads|the downloads] [go|live|end up]",
            "[which|what] folder [holds|has|contains|is for] [the models|my models|models]",
            "[location|path|folder|directory] of the [models|model files]",
            "where is the [model|] store",
        ),
        ("in which directory does lar store models?", "where do downloaded models end up"),
    ),
    Fact(
        "Set `OLLAMA_MODELS` to the folder you want before you start `lar serve`.",
        (
            "{how} [change|move|set|choose|pick] [where models are stored|where models are kept|the model folder|the models folder|the model directory|the model store|the place of models|the storage location]",
            "{how} [store|keep|put|save|move] [the models|my models|models] [on another disk|on another drive|in another folder|in a different folder|elsewhere|somewhere else|on an external drive]",
            "what [does|is] OLLAMA_MODELS [do|for|]",
            "my disk is [small|full], can models go [elsewhere|on another drive]",
        ),
        ("how do I keep my models on another drive?", "how can I change the model directory"),
    ),
    Fact(
        "Type the same `lar pull` again. It goes on where the download stopped, even after a restart.",
        (
            "{how} [resume|continue|restart|go on with|finish] [a download|the download|an interrupted download|a broken download|a pull|a stopped pull]",
            "[my|the|a] download [stopped|broke|was interrupted|failed|was cancelled], what now",
            "[does|will] lar [resume|continue] [downloads|a download|interrupted downloads]",
            "what happens when a download [breaks|stops|is interrupted]",
        ),
        ("my download was interrupted, do I have to start again?",),
    ),
    Fact(
        "Type `lar pull NAME` again. Only the layers that changed are downloaded.",
        (
            "{how} [update|upgrade|refresh|renew] {model}",
            "[update|upgrade|refresh] {model}",
            "{how} get the [newest|latest|new] version of {model}",
            "is my model up to date",
        ),
        ("how do I upgrade a model to the latest version?",),
    ),
    Fact(
        "Write `FROM ./model.gguf` in a Modelfile, then type `lar create NAME -f Modelfile`.",
        (
            "{how} [import|add|register|bring in] [a gguf|a gguf file|my gguf|a local gguf|a gguf model] [|to lar|into lar|to the store|to my models]",
            "import [a|my] gguf [file|]",
            "{how} make a model from [a gguf|a gguf file|my gguf file]",
            "{how} put [a gguf|a gguf file] [in|into] the store",
        ),
        ("how can I add a gguf file to my models?",),
    ),
    Fact(
        "Write `FROM` and the folder with the safetensors files in a Modelfile, then type `lar create NAME`.",
        (
            "{how} [import|use|convert|add|load|run] [safetensors|a safetensors model|safetensors files|safetensors weights]",
            "does lar [support|read|import|know] safetensors",
            "convert safetensors [to gguf|]",
        ),
        ("can lar import safetensors?",),
    ),
    Fact(
        "Type `lar create NAME -q q4_K_M -f Modelfile` with a Modelfile that names an F16 model.",
        (
            "{how} [quantize|compress|shrink] {model}",
            "{how} make {model} [smaller|take less space]",
            "quantize {model}",
            "{how} [make|get|create] a [q4_k_m|quantized|4 bit|smaller] [model|version of my model]",
        ),
        ("how do I quantize my model?",),
    ),
    Fact(
        "Type `lar pull hf.co/USER/REPO`. Add `:Q4_K_M` or another name to choose the quantization.",
        (
            "{how} [download|pull|get|use|run|install] {model} from [hugging face|huggingface|hf]",
            "does lar [support|work with|know] [hugging face|huggingface]",
            "[hugging face|huggingface|hf.co] [model|models|]",
            "{how} use [hugging face|huggingface]",
        ),
        ("can I pull a model from Hugging Face?",),
    ),
    Fact(
        "A full name is `host/namespace/model:tag`. Left out parts are the default registry, `library` and `latest`.",
        (
            "what [is|does] [a tag|a model name|the part behind the colon|latest|the tag] [mean|look like|]",
            "how are models named",
            "what does [latest|:latest|the colon] mean [in a model name|in a name|]",
            "what is the [format|form] of a model name",
            "how do i [choose|pick|name] a [tag|size] of a model",
        ),
        ("what is the tag in a model name?",),
    ),
    Fact(
        "A blob is one file of the store, named by the SHA-256 of what it holds. Models that share a blob store it once.",
        (
            "{what} [a blob|blobs|the blobs folder|the blobs]",
            "what does blob mean",
            "why are the files [called|named] sha256",
            "what are the sha256 files",
        ),
        ("what are blobs?",),
    ),
    Fact(
        "A manifest is a small JSON file that lists the blobs of one model.",
        (
            "{what} [a manifest|manifests|the manifests folder|the manifests]",
            "what does manifest mean",
            "what is in a manifest",
        ),
        ("what is a manifest?",),
    ),
    Fact(
        "Remove models you do not need: `lar list` shows their sizes and `lar rm NAME` removes one.",
        (
            "{how} [free|save|get back|reclaim|win] [disk|disk space|space|storage]",
            "my disk is full",
            "lar [uses|takes] too much [disk|disk space|space]",
            "{how} [clean up|tidy] [the store|my disk|my models]",
            "how much [disk|disk space|space] do [models|my models] [take|need|use]",
        ),
        ("how can I get some disk space back?",),
    ),
    Fact(
        "Yes. Lar reads and writes the same store as Ollama, so models you pulled with one work in the other.",
        (
            "can [i|lar] use [my|the|] ollama models",
            "[does lar|can lar] [share|see|find|use] [the models of ollama|models from ollama|ollama's models|what ollama downloaded]",
            "do i have to [download|pull] my [ollama|] models again",
            "{how} [move|bring|migrate] my models from ollama [to lar|]",
        ),
        ("will lar find the models that I pulled with ollama?",),
    ),
    Fact(
        "At its start the server removes blobs that no model uses. Set `OLLAMA_NOPRUNE=1` to keep them.",
        (
            about("OLLAMA_NOPRUNE"),
            "what is pruning",
            "does lar [delete|remove|clean up|prune] [unused blobs|unused files|old blobs|blobs]",
            "{how} [keep|not lose] unused [blobs|files]",
        ),
        ("does lar remove unused blobs?",),
    ),
    Fact(
        "Add `--insecure` to `lar pull` or `lar push` for a registry without a proper certificate.",
        (
            "{how} [pull from|push to|use] [a registry without tls|my own registry|an insecure registry|a registry over http|a private registry]",
            about("--insecure"),
            "{how} [skip|ignore] [the certificate|tls checks|certificate errors]",
        ),
        ("how do I use an insecure registry?",),
    ),
    Fact(
        "Type `lar inspect FILE`. It prints the keys and the tensors of a GGUF file.",
        (
            "{how} [inspect|examine|look into|look inside|see inside|dump|read|see what is in] [a gguf|a gguf file|a model file|my gguf]",
            about("lar inspect"),
            "[inspect|dump] [a|my|the] gguf [file|]",
            "{how} [list|see|show] the [tensors|keys|metadata|metadata keys] of [a gguf|a file|a model file|a gguf file]",
            "what is inside my gguf file",
        ),
        ("how do I see the tensors in a gguf file?",),
    ),
]
