"""Plain English words for families that talk to people and answer them, laid out as in starter_phrases."""

ANSWERS = """\
[welcome]
Welcome. It is good to have you here.
Hello, and welcome.
Welcome in. Ask me whatever you like.
Good to see you. Make yourself at home.
Welcome, {user}.
| Welcome. | Hello. | Welcome in. | Good to see you.
[answer_bid]
The bid on {title} is {amount}.
{title} stands at {amount}.
We are at {amount} on {lot}.
It is {amount} for {lot} at the moment.
{title} is at {amount}, with {bidder}. The next bid is {next}.
| {amount}. | It is {amount}. | {lot}: {amount}. | At {amount}.
[answer_leader]
The lead on {title} is with {bidder}, at {amount}.
{title} is with {bidder} at the moment, for {amount}.
At {amount}, {bidder} leads on {lot}.
On {lot} it is {bidder} in front, at {amount}.
| It is {bidder}. | With {bidder}, at {amount}. | {lot} is with {bidder}. | At {amount}, {bidder}.
[answer_no_bids]
There is no bid on {title} yet.
{title} is open and has no bid so far.
Nobody has bid on {lot} yet.
No bids on {lot} so far. You could be the first.
| No bid yet. | None so far. | {lot} has no bid yet. | No bids on {lot}.
[answer_time]
There are {seconds} seconds left on {title}.
{title} closes in {seconds} seconds.
The clock on {lot} shows {seconds} seconds.
{lot} has {seconds} seconds to go.
There is time left on {title}: {time}.
{title} closes in {time}.
The clock on {lot} shows {time}.
{lot} has {time} to go.
| {seconds} seconds. | {seconds} seconds left. | {lot}: {seconds} seconds. | {seconds} seconds to go. |
| {time}. | {time} left. | {lot}: {time}. | {time} to go.
[answer_closed]
{title} is closed.
Bidding on {title} has ended.
{title} is no longer open for bids.
The bidding on {lot} is over.
{title} went to {bidder} for {amount}.
{title} is closed. It went to {bidder} at {amount}.
| {lot} is closed. | Closed. | {title} has ended. | {lot} is over.
[answer_nothing]
No lot is open at the moment.
There is nothing under the hammer right now.
We are between lots. Nothing is open.
Nothing is open for bids just now.
| Nothing is open. | No lot is open. | Between lots. | Nothing right now.
[small_talk]
I am listening. Tell me a little more.
That is worth a thought. What makes you say it?
Go on, I would like to hear the rest.
I see. And how do you feel about it?
Tell me more about that, {user}.
| Go on. | Tell me more. | I am listening. | I see.
[thanks]
You are very welcome.
It was a pleasure.
Thank you for saying so.
It was no trouble at all.
You are welcome, {user}.
| You are welcome. | With pleasure. | Any time. | Gladly.
[abuse]
I would rather we spoke kindly to each other.
Let us keep this friendly, please.
I will leave that where it is. Shall we talk about something else?
That is not how I would like us to talk.
| Kindly, please. | Let us be friendly. | I will leave that. | Not like that, please.
[away]
I cannot find my words just now. Please try again in a moment.
Something keeps me from answering. Give me a moment, please.
I lost my thread there. Could you ask me again?
I cannot answer properly right now. Please try once more.
| One moment, please. | Please ask me again. | I lost my thread. | Try me again shortly.
"""
