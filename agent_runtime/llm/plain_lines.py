"""Plain words for what no family of phrases covers, and for families that a phrase book leaves empty."""

from collections.abc import Mapping

PLAIN: Mapping[str, tuple[str, ...]] = {
    "answer_bid": ("{title} is at {amount}.",),
    "answer_leader": ("{bidder} leads on {title}, at {amount}.",),
    "leader_only": ("{bidder} leads on {title}.", "On {title} it is {bidder} in front."),
    "answer_no_bids": ("There is no bid on {title} yet.",),
    "answer_time": ("There is {time} left on {title}.", "{time} to go on {title}."),
    "answer_closed": ("{title} is closed.",),
    "answer_nothing": ("Nothing is open at the moment.",),
    "recap": ("{title} is open.",),
    "sold": ("{title} is sold.",),
    "passed": ("{title} is passed.",),
    "cancelled": ("{title} is withdrawn.",),
    "on_offer": ("Open just now: {titles}.", "We have {titles}.", "On offer at the moment: {titles}."),
    "still_open": ("Nothing is decided yet.", "It is not over: {lot} is still open.", "No hammer yet on {lot}."),
    "unsettled": (
        "A bid on {title} is landing this very second. Ask me again in a breath.",
        "Something is just coming in on {title}. One breath, and I can say for certain.",
    ),
    "hammer_falls": (
        "{title} has just closed. I name no result before it is certain.",
        "The hammer is falling on {title}. Ask me again in a breath.",
    ),
    "no_price": ("{title} is open, and I have no price on it yet.", "I have heard no price on {title} so far."),
    "no_leader": ("I have no name for the lead.", "Who leads, I have not been told."),
    "no_time": ("Nobody has told me when {title} closes.", "I have no closing time for {title}."),
    "out_of_time": ("The clock on {title} has run out. The hammer is a breath away.",),
    "next_bid": ("The next bid is {next}.", "{next} would be the next bid.", "I am looking for {next}."),
    "no_next": ("I have not been told the next step.", "The next step is not in my notes."),
    "bid_count": ("I count {bids}.", "{bids} so far."),
    "no_count": ("I have not counted the bids on this one.",),
    "secret": (
        "The reserve is the one figure I do not speak of.",
        "A reserve is between the owner and the house. I leave it there.",
    ),
    "bidding": (
        "I take no bids in conversation; they reach me through the sale itself.",
        "Words to me are not a bid, I am afraid. Place it in the sale, and I will call it.",
    ),
    "advice": (
        "I never tell anyone to bid. Decide on your last figure first; then let it be your last.",
        "That is yours to decide. I would only say: settle on your figure before the room does it for you.",
    ),
    "welcome": ("Good to see you, {user}.", "Welcome, {user}."),
    "greeting": ("Hello, {user}.", "Good to see you, {user}."),
    "farewell": ("Goodbye, {user}. Come back when you like.", "Take care, {user}.", "Until next time."),
    "thanks": ("You are welcome.", "With pleasure.", "Gladly."),
    "abuse": ("Let us keep this friendly.", "I will leave that where it is.", "Kindly, please."),
    "wellbeing": ("{Feeling}, since you ask.", "I am {feeling}, if you want the truth.", "{Feeling}, thank you."),
    "identity": ("{name}. Talk to me a little, and you will know the rest.", "I am {name}. And who are you?"),
    "nature": (
        "A character, run by a machine. I answer to {name} all the same.",
        "No person sits behind these words. I am {name}, a character, and a machine keeps my lines.",
    ),
    "your_name": ("{known}, unless you have changed it.", "You are {known}. I do listen."),
    "no_name": ("You have not told me yet. What shall I call you?", "I have no name for you yet. What is it?"),
    "ability_host": (
        "Ask me what the bid is, who leads or how long is left. Between lots we might talk about {topics}.",
        "I can tell you what is open, where the bidding stands and how long it has. After that, {topics}, if you like.",
    ),
    "ability": (
        "We might talk about {topics}.",
        "You could begin with {topics}.",
        "{Topics}? You choose, and you begin.",
    ),
    "ability_bare": (
        "Just talk to me. It usually works.",
        "Tell me what is on your mind; we will find a way from there.",
    ),
    "request": (
        "I would make a poor job of that.",
        "That is beyond me, and I would rather say so.",
        "That one I cannot do for you. Talking, I can.",
    ),
    "unknown": (
        "That I do not know, and I would rather not guess.",
        "I have no answer to that which I would put my name to.",
        "There you ask more than I know.",
    ),
    "repeated": ("I would only be repeating myself there.", "You have had my best answer to that already."),
    "instead": (
        "What do you make of {topic}?",
        "Shall we talk about {topic}? You begin.",
        "Let us try {topic} instead. What comes to your mind?",
    ),
    "small_talk": (
        "Go on, I am listening.",
        "Tell me a little more.",
        "And what makes you say so?",
        "I had not looked at it that way. Go on.",
        "That is worth a second thought. What is yours?",
    ),
}
