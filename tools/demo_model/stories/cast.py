"""Who and what the stories are about."""

ANIMALS = (
    "fox owl mouse bear rabbit cat dog duck frog hedgehog squirrel wolf deer horse cow pig sheep goat hen goose swan "
    "crow sparrow robin eagle penguin seal whale dolphin turtle crab fish snail bee butterfly ant spider beetle dragonfly "
    "elephant lion tiger monkey giraffe zebra camel kangaroo koala panda otter beaver badger mole bat raccoon moose donkey "
    "parrot pelican stork ladybird caterpillar lizard crocodile hamster pony puppy kitten lamb duckling dragon unicorn "
    "octopus hippo rhino weasel hare cricket firefly dinosaur snake ostrich peacock toad gull worm walrus llama"
).split()

PEOPLE = (
    "girl|boy|baker|king|queen|prince|princess|knight|wizard|witch|pirate|sailor|farmer|fisherman|gardener|painter|teacher|"
    "doctor|blacksmith|miller|shepherd|tailor|clockmaker|postman|cook|giant|dwarf|elf|fairy|ghost|robot|astronaut|musician|"
    "hunter|grandmother|grandfather|child|librarian|carpenter|snowman|mermaid|clown|inventor|scientist|student|captain|troll|"
    "monster|programmer|beggar|nurse|thief|soldier|singer|dancer|juggler|merchant|monk"
).split("|")

# A place and where it stands.
PLACES = {
    "lighthouse": "on a rock in the sea", "castle": "on a green hill", "forest": "behind the last house", "island": "far out in the sea",
    "garden": "behind a stone wall", "mountain": "at the end of the valley", "river": "between two hills", "lake": "in the deep woods",
    "library": "in the middle of the town", "bakery": "in a narrow street", "mill": "beside a stream", "bridge": "over a wild river",
    "cave": "above the beach", "village": "at the edge of the moor", "school": "on the market square", "tower": "at the end of the road",
    "farm": "under the big mountain", "harbour": "where the river meets the sea", "station": "where the rails end", "well": "in an old yard",
    "house": "at the edge of the wood", "town": "by the sea", "desert": "beyond the hills", "beach": "below the cliffs",
    "meadow": "beside the brook", "market": "in the old town", "ship": "in the harbour", "museum": "behind the park", "park": "in the middle of the city",
    "city": "on the plain", "windmill": "on a bare hill", "palace": "beside a blue lake", "inn": "at the crossroads", "shop": "in a crooked lane",
    "orchard": "on the warm side of the hill", "pond": "behind the barn", "valley": "between high mountains", "theatre": "in the old town",
    "planet": "near a small red star", "moon": "high above the roofs", "jungle": "beyond the great river", "kitchen": "under the roof", "swamp": "behind the dunes",
    "train": "on a long blue track", "factory": "beside the canal", "barn": "in a yellow field",
}

THINGS = (
    "lantern kite boat key map bell clock book drum flute violin umbrella hat coat shoe ring crown sword candle lamp teapot cup "
    "spoon blanket pillow basket bucket ladder bicycle balloon doll ball puzzle mirror compass telescope feather shell stone pearl "
    "seed star letter box chest coin whistle guitar piano computer rope broom wheel cart sled scarf mitten button cake apple pear "
    "pumpkin flower rose tree leaf snowflake cloud rainbow cookie carrot pie treasure diamond wand potion painting camera radio "
    "phone machine car rocket engine pencil notebook needle thread hammer egg nest toy"
).split()

BOYS = "Pip Milo Oskar Finn Toby Hugo Bruno Leo Otto Sam Max Nico Rufus Gus Theo Barnaby Jasper Felix Alfie Basil".split()
GIRLS = "Tilly Luna Mia Rosie Ella Nell Wanda Poppy Hazel Ruby Daisy Maya Olive Flora Ivy Clara Bella Greta Penny Juno".split()

# Kinds that are called by one pronoun only.
MALE = set("boy king prince wizard postman fisherman grandfather monk".split())
FEMALE = set("girl queen princess witch grandmother mermaid nurse hen cow".split())

ADJECTIVES = "little young old small brave shy clever kind curious quiet lonely cheerful sleepy hungry merry gentle".split()
LOOKS = "old small red blue golden silver wooden strange shiny tiny beautiful forgotten quiet magic round green".split()
