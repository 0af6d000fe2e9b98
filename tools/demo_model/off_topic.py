"""Questions that a very small model cannot answer, and the honest words for them."""

from facts.fact import Fact

PLACES = (
    "france|germany|italy|spain|japan|china|brazil|canada|india|egypt|norway|poland|mexico|peru|kenya|australia|sweden|"
    "greece|turkey|russia|the usa|england|ireland|chile|cuba|iran|nepal|portugal|finland|europe|africa|london|paris|"
    "berlin|rome|tokyo|new york|madrid|moscow|vienna|oslo|the moon|mars"
)
PEOPLE = (
    "einstein|newton|napoleon|shakespeare|mozart|beethoven|cleopatra|caesar|lincoln|obama|gandhi|darwin|marie curie|"
    "picasso|da vinci|elvis|the beatles|plato|columbus|the president|the king|the queen|the pope|linus torvalds|goethe"
)
THINGS = (
    "a car|bread|a cake|pasta|soup|pizza|coffee|beer|a house|a bridge|a plane|a rocket|a volcano|the sun|the moon|a star|a black "
    "hole|gravity|light|electricity|an atom|water|iron|gold|a tree|a whale|a dinosaur|history|music|football|chess|"
    "tennis|love|money|philosophy|physics|biology|chemistry|a virus|a vaccine|the heart|the brain|evolution|democracy|"
    "a bicycle|a guitar|a piano|a camera|a telephone|a television|wine|chocolate|cheese|an apple|a rainbow|thunder"
)
PLACE = f"[[{PLACES}]|[{PLACES}]|{{word}}]"
PERSON = f"[[{PEOPLE}]|[{PEOPLE}]|{{word}}|{{word}} {{word}}]"
THING = f"[[{THINGS}]|[{THINGS}]|{{word}}|a {{word}}|the {{word}}|[a|the|] {{word}} {{word}}]"
THINGS_MANY = "[cats|dogs|trees|cars|planes|people|children|stars|clouds|fish|horses|flowers|computers|ships|{word}s|{word}s]"
NUMBER = "[2|3|4|5|7|8|9|12|15|17|23|42|56|64|99|100|128|256|1000]"
LANGUAGE = "[french|german|spanish|italian|latin|chinese|japanese|english|russian|greek]"
CODE = "[python|java|c|c++|rust|go|javascript|html|sql|bash|haskell|php]"
TASK = "[sort a list|add two numbers|read a file|reverse a string|print hello world|compute primes|find a number|parse json|draw a picture]"

OFF_TOPIC = [
    Fact(
        "I do not know that. I am a very small model; I know about Lar and tiny stories.",
        (
            f"what is the [capital|population|language|flag|currency|president|history|size|weather] of {PLACE}",
            f"where is {PLACE}",
            f"how [far|big|old|large|hot] is {PLACE}",
            f"who [was|is] {PERSON}",
            f"when [was|did] {PERSON} [born|die]",
            f"tell me about {PLACE}",
            f"tell me about {PERSON}",
            f"tell me about {THING}",
            f"what is {THING}",
            f"how does {THING} work",
            f"how do i [make|cook|buy|find|repair|clean|sell|build] {THING}",
            f"why is {THING} [so important|good|bad|beautiful|there|heavy]",
            f"what do you think [about|of] {THING}",
            f"do you like {THING}",
            f"why do {THINGS_MANY} [fly|fall|sleep|move|cry|grow|shine|run|eat|jump|{{word}}]",
            f"how do {THINGS_MANY} [fly|fall|sleep|move|grow|work|live|see|{{word}}] [in the sky|in water|at night|]",
            f"what do {THINGS_MANY} [eat|drink|like|mean|need|do|{{word}}]",
            f"who is the [president|king|queen|mayor|leader|boss|owner|{{word}}] of {PLACE}",
            f"who [wrote|sang|built|painted|found|killed|married|played] {THING}",
            f"what is the [biggest|longest|oldest|smallest|fastest|deepest|best|{{word}}] {{word}} in [the world|the country|history|{PLACES}]",
            "what is the [biggest|longest|oldest|smallest|fastest|deepest|richest] [river|animal|mountain|city|country|house|ship|lake|tree] [in the world|on earth|]",
            f"how do i [bake|draw|grow|fry|plant|wash|ride|drive|play|learn|{{word}}] {THING}",
            "how do i {word} [a|the|my] {word}",
            "what is {word}",
            "[is|are|does|can] {word} {word} {word}",
            f"who [invented|discovered|made] {THING}",
            "why is the [sky|grass|sea|sun|snow|blood|night] [blue|green|yellow|white|red|dark|salty]",
            "what is the [meaning of life|highest mountain|longest river|largest animal|fastest car|best film|best book|smallest country|speed of light]",
            "who won the [world cup|election|war|match|game|race|championship|nobel prize]",
            "[what|which] [is|are] the best [restaurant|restaurants|hotel|film|book|phone|game|song|shoes|diet]",
            "recommend a [book|film|restaurant|song|game|hotel|holiday|wine]",
            "how [old|tall|rich] is [the president|the queen|a tree|the earth|the universe|my mother|he|she]",
            "how do i [lose weight|sleep better|become rich|get a job|learn to swim|make friends|fix my car|tie a tie|grow tomatoes|boil an egg|invest money]",
            "[give me|i need|do you have] [medical|legal|financial|dating|life] advice",
            "what should i [eat|wear|cook|read|watch|study|buy] [today|tonight|tomorrow|]",
            "[is there|do you believe in] [god|life on mars|magic|aliens|ghosts|fate]",
            "how many [people|planets|countries|bones|legs|stars|teeth] [are there|does a spider have|are there in the world]",
            "what [year|century] was the [war|revolution|first train|first computer|moon landing]",
            "which team [plays|wins|is best]",
            "does [it hurt|he love me|she like me|my cat dream|the earth turn]",
            "can [dogs|birds|fish|cats|plants] [think|fly|swim|talk|see colours|feel pain]",
        ),
        (
            "what is the capital of Denmark?",
            "who painted the mona lisa?",
            "how do I bake an apple pie?",
            "why do birds sing?",
            "who is the prime minister of Japan?",
            "what is the tallest building in the world?",
            "how do airplanes stay in the air?",
        ),
    ),
    Fact(
        "I cannot calculate. I am a very small model; I know about Lar and tiny stories.",
        (
            f"what is {NUMBER} [plus|times|minus|divided by|+|*|-|/] {NUMBER}",
            f"{NUMBER}[+|*|-|/| + | * | - ]{NUMBER}",
            f"[calculate|compute|solve|add|multiply] {NUMBER} [and|by|+|*|times|plus] {NUMBER}",
            f"what is the [square root|square|half|double] of {NUMBER}",
            f"how much is {NUMBER} [plus|times|minus] {NUMBER}",
            "[solve|do] [this equation|my homework|my math homework|x + 2 = 5|an equation]",
            "can you [calculate|do math|count|do arithmetic|solve equations]",
            f"is {NUMBER} a prime number",
        ),
        ("what is 31 times 6?", "can you do maths?"),
    ),
    Fact(
        "I cannot write code. I am a very small model; I know about Lar and tiny stories.",
        (
            f"write [a|some|me a] {CODE} [program|code|function|script] [to {TASK}|that can {TASK}|]",
            f"[write|give me|show me] {CODE} code",
            f"[write|give me|show me] [a program|code|a function|a script] [to {TASK}|]",
            f"how do i {TASK} in {CODE}",
            "[fix|debug|explain|review] [my code|this code|my program|this function|a bug]",
            f"can you [program|write code|code|write {CODE}]",
            f"what is {CODE}",
        ),
        ("write a function that sorts numbers in Python", "can you code in Kotlin?"),
    ),
    Fact(
        "I cannot translate. I speak only English, and I know about Lar and tiny stories.",
        (
            f"translate [hello|good morning|this|this sentence|a text|i love you|the house is red|thank you] [to|into] {LANGUAGE}",
            f"how do you say [hello|thank you|good night|cat|water|i love you|house] in {LANGUAGE}",
            f"what does [bonjour|gracias|danke|ciao|merci|amigo] mean [in english|]",
            f"can you translate [this|something|to {LANGUAGE}|]",
        ),
        ("translate cheese into French", "how do you say bread in Italian?"),
    ),
    Fact(
        "I have no clock and no news: I only know what I was trained on, which is Lar and tiny stories.",
        (
            "what [time|day|date|year|month] is it [now|today|]",
            "what is the [date|time|weather|news] [today|now|tomorrow|]",
            "how is the weather [today|tomorrow|]",
            f"[what is|how is] the weather in {PLACE}",
            "is it [raining|cold|hot|sunny|windy|going to snow|late] [outside|today|tomorrow|this week|]",
            "will it [rain|snow|be hot|be sunny] [today|tomorrow|]",
            "[what is|is there] [new|in the news|any news]",
            "what happened [today|yesterday|last week|in the world]",
            "what day is [today|tomorrow]",
            "what is the price of [bitcoin|gold|oil|a share|bread]",
            "can you [browse|search|look at] the [web|internet]",
        ),
        ("is it going to rain this weekend?", "what date is today?"),
    ),
    Fact(
        "I cannot write poems or songs, but I can tell a tiny story. Ask for a story about a fox, for example.",
        (
            "[write|make|compose|tell|sing|give] [me|] [a poem|a song|a haiku|a rhyme|a limerick|lyrics|a letter|an essay|an email|a speech|a novel]",
            f"write [a poem|a song|an essay|a letter|a haiku|an email] about {THING}",
            "[write|compose] [a|me a] [short|long|nice|funny|sad|] [song|poem|rhyme|sonnet|ballad] about [spring|summer|winter|the sea|{word}|my cat|peace|us]",
            "can you [sing|rap|write poems|rhyme|write an essay|write a letter|paint|draw]",
            "[draw|paint] [me a|a] [picture|cat|house|portrait]",
        ),
        ("write a short poem about autumn", "compose a love song"),
    ),
    Fact(
        "I know no jokes, but I can tell a tiny story. Ask for a story about an owl, for example.",
        (
            "tell me [a joke|a good joke|another joke|something funny|a riddle]",
            "[do you know|make|say] [a joke|a riddle|jokes|something funny]",
            "make me laugh",
            "[a joke|joke|a riddle] [please|]",
        ),
        ("do you know any good jokes?",),
    ),
]

LETTERS = "abcdefghijklmnopqrstuvwxyz"
GIBBERISH_ANSWER = "I did not understand that. Ask me about Lar, or ask for a tiny story."


def gibberish(rng) -> str:
    """Keys hit at random."""
    words = ["".join(rng.choice(LETTERS) for _ in range(rng.randint(3, 8))) for _ in range(rng.randint(1, 3))]
    return rng.choice([" ".join(words), "?", "...", "!!!", "asdf", "qwerty", str(rng.randint(0, 99999)), "bla bla bla", "foo bar"])
