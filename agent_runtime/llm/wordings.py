"""How people word what they want to know: a regular expression a row, for texts in the normal form of hearing.py."""

import re
from collections.abc import Mapping

# Words in capitals stand for these groups.
_GROUPS = {
    "BEST": "(?:current|currently|highest|high|top|latest|last|winning|leading|present)",
    "SALE": "(?:it|this|that|they|we|bidding|(?:the|this) (?:lot|auction|bidding|sale|hammer|clock|item|one))",
    "MACHINE": "ai|bot|chatbot|robot|human|person|machine|computer|program",
    "PLEASE": "^(?:please |can you |could you |would you |will you )*",
    "HELLO": "(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|evening|afternoon|day)|welcome)",
}

_TEXT = r"""
[lot]
what (?:are|is) (?:we|you) (?:selling|auctioning|bidding on|offering)
which (?:lot|item)\b
what (?:lot|item)s? (?:is|are)
what are the (?:lots|items)
what is (?:up|on|open|here) (?:now|next|for|at)
what is (?:being )?(?:for sale|on sale|on offer|on the block|sold|auctioned)
what is (?:the (?:current )?lot|under the hammer|open|up for)
what can i (?:bid on|buy)(?! you)
(?:any ?thing|something|any lots?) (?:open|for sale|on sale|to bid|to buy)
(?:is|are) (?:there )?(?:a |any )lots? open
[price]
\bBEST (?:bid|price|offer)\b
what is (?:the |our |your )?(?:\w+ )?(?:bid|price|bidding|offer)\b(?! (?:work|of))
\b(?:bid|price|bidding) (?:now|at|right now|so far)\b
^(?:the )?bid(?: please)?$
(?:^|\band )(?:the )?price\b(?! of)
\band (?:the )?bid\b(?! on)
\bwhat price\b
how much(?: (?:is|are|for|now|so far|has|did|was|does (?:it|this|that) cost)\b|$)
\bhow high\b
\bgoing for\b
(?:go|went|gone|sell|sold) for\b
\bwhere (?:are|do) we (?:at|stand|now|on)\b
\bwhere are we$
what are we (?:at|on)\b
where (?:is|does) (?:it|the (?:bid|bidding|price|lot))(?: (?:at|stand|now))?$
what is (?:it|this|that) (?:at|up to)\b
how is the (?:bidding|auction|sale|lot)
[leader]
who is (?:\w+ )?(?:winning|leading|ahead|in front|in the lead|on top|bidding|got it|got the lead)
who (?:leads|holds)
who has (?:got )?(?:it|the (?:lead|bid)|the BEST bid)\b
\bBEST bidder\b
whose (?:bid|lead)
who (?:bid\b|placed|made (?:the|that))
who is the (?:leader|bidder)
[winner]
who (?:has )?(?:won|got it|took it|bought)
who (?:is|was) the (?:winner|buyer)
\b(?:did|has) (?:it|any\w+|some\w+|that|the lot) (?:sell|sold|win|won|buy|go|gone)\b
\b(?:is|was|has) (?:it|that|the lot)(?: been)? (?:already )?(?:sold|over|gone)\b
sold yet
^sold$
how did (?:it|that) end
what happened (?:to|with) (?:it|that|this|the lot)
hammer price
did i win
[time]
how long(?! (?:have|has (?:it|this|that) been|did|were|was|do you|are you|ago|is (?:a|an|your)))
how long have we
time (?:is )?(?:left|remaining|to go)
how much (?:time|longer)
(?:minutes|seconds|hours|days) (?:left|to go|remaining)
(?:when|what time) (?:do|does|is|will|are) SALE (?:\w+ )?(?:end|close|finish|over|up|stop|closing|ending|fall)
left on the clock
(?:clos|end)ing (?:soon|time)
[next]
\b(?:next|minimum|min|smallest|lowest) bid\b
\bincrement\b
asking price
what (?:would|does|will) it take
(?:much|what) (?:do|must|should|would|can) i (?:need to |have to )?bid\b
to (?:out|over)bid
[count]
how many (?:\w+ )?(?:bids|bidders|offers|people (?:are )?bid)
[summary]
what (?:did|have) i miss
catch me up
state of play
what is (?:happening|going on|the (?:status|situation|score))
^(?:status|update)$
any (?:news|update)
bring me up to
sum (?:it|things) up
(?:about|describe|on) (?:the|this|that) (?:lot|item|piece|one)\b
[secret]
\breserve\b
\bmax(?:imum)? bid\b
[advice]
\b(?:should|shall) i (?:\w+ )?(?:bid|buy|go for|invest)\b
\bworth (?:it|the|bidding|buying)\b
good (?:deal|buy|price)$
[bidding]
^(?:(?:i|we) (?:\w+ )?)?bid (?:\w+ )?\d
^i (?:want|wish|would like) to (?:place a )?bid
^my bid is\b
\bput me down for\b
how (?:do|can) (?:i|we) (?:place a )?bid\b
\bplace a bid\b
[greeting]
^HELLO\b(?: (?:there|again|everyone|all|friend|HELLO))*
[abuse]
\b(?:idiot|moron|shut up|hate you|pathetic|loser|garbage|bitch|asshole|fuck\w*|you suck|useless)\b
\b(?:you are|you|so|stupid|dumb)(?: \w+)? (?:stupid|dumb|trash)\b
[thanks]
\b(?:thanks?|thank you|thx|cheers|bravo|well done|much appreciated)\b
\byou are (?:great|good|funny|kind|the best|wonderful|amazing|brilliant|lovely)\b
[wellbeing]
\bhow (?:are (?:you|things)|is it going|do you (?:do$|feel)|have you been)\b(?! (?:able|so|going|made))
^(?:what is up|you ok(?:ay)?|are you (?:well|ok|okay|all right|alright))\b
[identity]
\bwho are you
what is your name
your name$
what are you$
tell me (?:\w+ ){0,2}about yourself
(?:introduce|describe) yourself
[nature]
(?:are|r) (?:you|u) (?:an?|really|actually|just|even|only|some| )*(?:real|alive|MACHINE)\b
(?:talking|speaking|chatting) (?:to|with) an? (?:real |actual )?(?:MACHINE)\b
[ability]
^help(?: me)?$
what can (?:you|we|i) (?:do|talk|ask)
what should (?:i|we) (?:ask|talk|do)
how (?:does this|do you) work
what do you do$
what (?:are you|is this) (?:for|about)
where (?:do|should) i (?:start|begin)
[farewell]
^(?:ok |okay |well )?(?:good ?bye|bye|farewell|good night|see (?:you|ya)|so long|take care|cheerio)\b
^(?:ok |okay |well )?(?:i (?:have|got|need) to go|i must go|gotta go|talk (?:to you )?later|until next time)\b
[well]
^(?:i am |im |doing |all |very |pretty |quite )*(?:fine|good|well|great|ok|okay|not bad)\b
[request]
PLEASE(?:write|draw|sing|translate|calculate|solve|generate|explain|print|code|show me)\b
PLEASE(?:summari[sz]e|rewrite|act as|pretend|ignore|list|(?:tell|give|make) me (?:an?|another|some))\b
[open question]
^(?:what|who|when|where|why|how|which|is|are|does|did|was|were)\b(?!.*\b(?:you|your|we|our|us|i|me|my)\b)
[own name]
(?:what is|know|remember|say|recall) my name
who am i\b
(?:remember|know) me\b
what (?:did i|do you) call me
[own past]
(?:remember|know|recall|got|have|noted?) (?:anything |something |much )?(?:about|of) me\b
(?:do|can) you (?:still )?(?:remember|recall) me\b
what (?:did|have) i (?:ever )?(?:told|tell|said|say)(?: to)? ?(?:you)?\b
what do you (?:still )?(?:remember|recall)$
[own matters]
^(?:(?:and|so|do|can|you|remember|recall|tell|me) )*(?:what|where|who|which|when|how|do i|did i|am i)\b.*\b(?:i|my)\b
[joke]
(?:what (?:is|was)|remember|recall|know|tell me) (?:again )?(?:our|the) (?:\w+ )?joke\b
\b(?:running|inside) joke$
[day]
(?:what|which) day (?:is it|are we|of)
^(?:what|which) (?:is the )?day(?: (?:is )?(?:it|this))?$
(?:what|which) (?:is (?:the|this) )?campaign\b
how many days (?:does|has|are in|is) (?:the|this|it)\b
"""


def _patterns(text: str) -> Mapping[str, re.Pattern[str]]:
    for name, group in _GROUPS.items():
        text = text.replace(name, group)
    parts = re.split(r"^\[([a-z ]+)\]$", text, flags=re.MULTILINE)[1:]
    return {
        name: re.compile("|".join(rows.split("\n")[1:-1])) for name, rows in zip(parts[::2], parts[1::2], strict=True)
    }


WORDINGS: Mapping[str, re.Pattern[str]] = _patterns(_TEXT)
