"""What happens in the stories: plots of four to six sentences whose parts belong together.

Slots: {N} the hero's name, {he} {him} {his} {He} his or her pronouns, {F} the friend's name, {f} the
friend's kind, {fhe} {fhim} {fhis} the friend's pronouns, {S} the subject asked for.
"""

# The subject is the hero.
HERO_PLOTS = (
    "One [morning|day] {N} found a [golden|silver|rusty] key [in the grass|under a stone|on the path]. \"What does it open?\" {he} wondered. {He} tried [every door|every box], but the key did not fit. "
    "Then {he} met [a|an old|a young] {f} named {F}, who sat before a locked [chest|gate] and [wept|sighed]. The key fitted. Inside was [a warm coat|a music box|a loaf of sweet bread], and they shared it [like friends|with joy].",
    "One [night|evening] a [great|wild] storm came, and the [wind|rain] shook the trees. {N} heard a small voice. It was a {f} named {F}, who had lost the way home. {N} was afraid of the dark, but {he} took a lantern and went out. "
    "Together they walked [through the rain|against the wind] until they saw the light of {F}'s window. [From that night on|Since then] {N} was not afraid of the dark any more.",
    "{N} wanted to see the sea. [Everybody|Everyone] said it was too far. But one [spring|summer] morning {he} packed [some bread|an apple|some cheese] and walked [down the road|along the river]. On the way {he} met a {f} named {F}, who wanted to see it too. "
    "They walked for three days. On the [third|last] evening they stood on the [sand|shore], and the sea was [bigger|wider] than all their dreams.",
    "One winter there was [little|almost nothing] to eat. {N} had only one [apple|carrot|slice of bread] left. Then a {f} named {F} knocked at the door. \"I am so hungry,\" {fhe} said. {N} cut [it|the last bit] in two and gave {F} one half. "
    "In spring {F} came back with [a sack of seeds|a basket of berries|a big pot of soup]. \"You shared with me,\" said {F}, \"and now I share with you.\"",
    "{N} could not sleep, for the [moon|stars] had not come. \"I must find out why,\" {he} said, and climbed the [highest hill|tallest tree]. At the top sat a {f} named {F} with a big grey cloud on a string. \"It is my only friend,\" said {F}. "
    "\"Let it go,\" said {N}, \"and I will be your friend.\" So the cloud flew away, the [moon|stars] came out, and {N} had a friend.",
    "One day {N} [lost|could not find] {his} favourite [scarf|hat|button]. {He} looked [under the bed|behind the door|in the garden], but it was not there. {He} asked a {f} named {F}, and they looked for it together all [day|afternoon]. "
    "They did not find it, but they [laughed|sang] a lot. In the evening {N} saw it at last: {he} had worn it all the time! {F} laughed, and {N} laughed too.",
    "{N} wanted to [sing|dance] like {F}, the {f}. But when {he} tried, everybody [laughed|covered their ears]. {N} went away [sadly|with tears] and practised alone [by the pond|in the barn|under the old oak]. {F} heard {him} and said, \"Do it your own way.\" "
    "At the summer feast {N} did it in {his} own way. It was [quite different|very odd], and all the people [clapped|cheered].",
    "One day {N} planted a [seed|bean|nut] and waited. After an hour {he} looked: nothing. After a day {he} looked again: nothing. \"It does not want to grow,\" {he} said. A {f} named {F} smiled. \"You must water it and wait,\" said {F}. "
    "So {N} watered it [every day|each morning] and waited. In [June|summer] a [yellow|red|blue] flower stood there, and it was the [tallest|finest] in the land.",
    "[One day|One evening] {N} heard that a [dragon|monster|giant] lived [in the hills|behind the waterfall]. Everybody was afraid, but {N} went to see. It was not a monster at all: it was only a {f} named {F} with a very loud [cough|voice]. "
    "{N} brought [hot tea|honey] with lemon. After three days the [noise|roaring] was gone, and {F} had a new friend.",
    "{N} built a [small boat|raft] and sailed [down the river|across the lake]. In the middle the boat began to leak. \"Help!\" cried {N}. A {f} named {F} heard {him} and threw [a rope|a long branch]. {N} held on tight and came safely to the shore. "
    "The next day they built a new boat together. This one was [strong|big] enough for two.",
    "It was {N}'s birthday, but nobody [came|wrote|remembered]. {N} sat [at the window|on the step] and was sad. Then {he} heard a [noise|whisper] in the [kitchen|garden]. {He} opened the door, and there stood {F} the {f} with a big cake and all {his} friends. "
    "\"Surprise!\" they [called|shouted]. It was the [best|happiest] day of the whole year.",
    "One day {N} and a {f} named {F} found [one pear|one plum|a cake] and both wanted it. \"It is mine!\" said {N}. \"No, mine!\" said {F}. They pulled so [hard|long] that it fell into the [mud|river] and was gone. Then both were ashamed. "
    "\"Next time we share,\" said {N}. They shook hands, and so they did.",
    "{N} was the [slowest|smallest] of all, and the others never let {him} play. One day {F} the {f} fell into a [deep hole|narrow well], and nobody could reach {F}. But {N} [climbed down|crept in] with a rope, slowly and carefully, and brought {F} up again. "
    "From then on nobody laughed at {N}, and {he} always played with the others.",
    "{N} asked everyone one question: \"Where does the [wind|snow|rainbow] come from?\" [Nobody|No one] knew. So {he} asked a {f} named {F}, the oldest of the valley. \"I do not know either,\" said {F}, \"but I would like to find out with you.\" "
    "They [climbed|walked] and [looked|asked] for a whole year. They did not find the answer, but they found [a hundred new questions|many new friends].",
)

# The subject is where it happens.
PLACE_PLOTS = (
    "[Every evening|Each night] {N} lit a lamp in the {S}, so that nobody would lose the way. One night the oil was gone. A {f} named {F} was out in the [fog|snow] and saw no light. {N} [sang|rang a bell] as loudly as {he} could. "
    "{F} followed the sound and came safely to the {S}. They drank [hot milk|tea] together and waited for the morning.",
    "People said that the {S} was haunted, for [at night|at midnight] there was a strange [noise|knocking]. {N} was curious and went to look. It was no ghost: it was a {f} named {F}, who [played the drum|danced] when nobody saw. "
    "\"May I stay?\" asked {F}. \"Of course,\" said {N}, and from then on there was music in the {S}.",
    "One day {N} found an old map of the {S}. A red cross was on it. {N} and {his} friend {F}, a {f}, [dug|searched] all day. At last they found a [box|chest], and in it lay [a letter|a picture]. \"The real treasure is a friend,\" it said. "
    "{N} and {F} looked at each other and [smiled|laughed].",
    "But one year no visitors came to the {S}, and it grew grey and silent. {N} was sad. {F}, a {f}, had an idea: they painted [the doors|the signs] in all colours and hung up [lanterns|flags]. "
    "[Soon|Within a week] everybody wanted to see it, and the {S} was full of laughter again.",
    "A rich {f} named {F} wanted to buy the {S} and [close it|tear it down]. \"It is only old,\" said {F}. {N} showed {fhim} [the swallows under the roof|the first flowers|the stars above it]. {F} was silent for a long time. "
    "\"It is not old,\" {fhe} said at last, \"it is beautiful.\" And the {S} stayed as it was.",
    "In the {S} lived also a {f} named {F}, but {N} and {F} never spoke, for each thought the other was unfriendly. Then a [flood|storm] came, and both had to [sit on the roof|hide in one corner] all night. They talked until the sun came up. "
    "Since that night they eat breakfast together in the {S} every day.",
    "{N} had never left the {S}. \"What is behind the hills?\" {he} asked. A {f} named {F} came by and told of [big cities|the wide sea]. So {N} went away and saw it all. It was fine, but in the evenings {he} thought of the {S}. "
    "After a year {he} came back with [many stories|a bag full of seeds], and everybody was glad.",
)

# The subject is a thing that the hero has, loses or finds.
THING_PLOTS = (
    "{N} took the {S} [everywhere|wherever {he} went]. But one day {he} [fell asleep under a tree|crossed a busy market], and afterwards the {S} was gone. {N} looked for it until it was dark. The next day a {f} named {F} stood at the door. "
    "\"Is this yours?\" asked {F} and held out the {S}. {N} was so glad that {he} [danced|cried], and the two became friends.",
    "Everybody laughed at the {S}, because it was so [plain|odd|old]. Only {N} liked it. One [cold|dark] night a {f} named {F} came and asked for help, and nothing would do but the {S}. {N} gave it [gladly|at once]. "
    "It helped {F}, and in the morning nobody laughed at the {S} any more.",
    "One day the {S} broke. {N} [wept|was very sad] and carried the pieces to a {f} named {F}, who could mend all things. {F} worked [all night|for three days]. When it was done, the {S} was not as before: it had a thin golden line. "
    "\"Now it is even more beautiful,\" said {N}.",
    "A {f} named {F} saw the {S} and wanted it badly. \"I will give you [ten coins|a horse|my house] for it,\" said {F}. But {N} shook {his} head. \"It is not for sale,\" {he} said, \"but we can share it.\" "
    "So they shared the {S}: one day it was with {N}, and the next day with {F}.",
    "The {S} had a secret: whoever [touched|held] it could hear what animals say. {N} used it and heard a {f} named {F} [call for help|weep] in the wood. {He} ran there and freed {F} from a [trap|thorn bush]. "
    "Since then {N} needs no {S} to know what {F} says.",
    "{N} wanted to give the {S} to {his} friend {F}, a {f}, for {fhis} birthday. But on the way it [rained|snowed], and {N} slipped, and the {S} fell into the [mud|brook]. {N} cleaned it as well as {he} could. "
    "\"It is a little dirty,\" {he} said. \"It is from you,\" said {F}, \"so it is the best {S} in the world.\"",
    "One night {N} dreamed that the {S} spoke. \"Take me to the [hill|old bridge],\" it said. In the morning {N} did so, and there sat a {f} named {F}, who was [lost|all alone]. {N} took {F} home. "
    "The {S} never spoke again, but {N} and {F} are friends to this day.",
)

HERO_LOVES = (
    "to count the stars", "to sing in the rain", "to bake small cakes", "to listen to old stories", "to collect round stones",
    "to swim in the brook", "to look at the clouds", "to read by candlelight", "to walk in the morning fog", "to make new friends",
    "to climb high trees", "to play the flute", "to sleep in the sun", "to ask questions", "to dance at night",
)
HERO_HOMES = (
    "in a small house by the river", "under an old oak tree", "at the edge of the forest", "on a green hill", "near the sea",
    "in a quiet valley", "behind the old mill", "in a warm little room", "beside a blue lake", "at the end of a long road",
)
ENDINGS = (
    "", "", "And they lived happily ever after.", "The end.", "And if you listen on a quiet evening, you can still hear them laugh.",
    "That night {N} slept very well.", "{N} never forgot that day.", "And that was the beginning of a long friendship.",
)
