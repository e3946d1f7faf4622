"""Plain English words for every family of phrases, used where a character has none of its own; those of lots here."""

from collections.abc import Mapping
from itertools import pairwise
from re import MULTILINE, split

from agent_runtime.core.character import Phrases
from agent_runtime.core.starter_answers import ANSWERS

# [family], then a long line a row; short ones in rows that begin with a bar. They hold whoever leads and whatever
# moved the price: {bidder} may be "a bidder", and is the leader rather than whoever bid last.
_TEXT = """\
[open]
We open on {title}.
{title} is open for bids.
The next lot is {title}. Who will begin?
Bidding begins now on {title}.
Here is {title}. I am ready for a first bid.
| {title} is open. | Now: {title}. | Open: {title}. | {title}, open for bids.
[first_bid]
The first bid on {lot} is in: {amount}, with {bidder}.
We begin at {amount}, with {bidder}.
A first bid. {amount}, and {bidder} leads.
{lot} has its first bid. {amount}, with {bidder}.
First to bid is {bidder}, and we stand at {amount}.
A start at {amount}, with {bidder}. Next is {next}.
| First bid: {amount}. | {amount}, to begin. | We begin at {amount}. | {lot} begins at {amount}.
[bid]
{lot} is at {amount}, with {bidder}.
{amount} on {lot}, and {bidder} leads.
On {lot} we have {amount}, with {bidder}.
The bid on {lot} is {amount}, held by {bidder}.
{amount}, with {bidder}.
We stand at {amount}, and {bidder} leads.
The bid is {amount}, with {bidder} in front.
At {amount} now, and the lead is with {bidder}.
{amount} with {bidder}. I am looking for {next}.
{lot} at {amount}, with {bidder} ahead of {loser}.
| {amount}. | {amount}, {bidder}. | At {amount}. | {lot}: {amount}. | {amount} on {lot}. |
| {lot}, {amount}.
[bids_merged]
{count} bids together on {lot}: {amount}, with {bidder}.
{lot} took {count} bids. It is at {amount}, with {bidder}.
{count} bids on {lot}, and {bidder} leads at {amount}.
On {lot}, {count} bids. We are at {amount}, with {bidder}.
{count} bids, and we stand at {amount} with {bidder}.
{count} more. {amount}, with {bidder}.
After {count} bids it is {amount}, and {bidder} leads.
{amount} after {count} bids, with {bidder} in front.
{count} bids, {amount}, with {bidder}. {next} is next.
| {count} bids, {amount}. | {amount} after {count}. | {count} more: {amount}. | {lot}, {count} bids, {amount}.
[race]
Back and forth on {lot}: {amount}, with {bidder}.
Two bidders trade {lot} between them. {amount}, with {bidder}.
{lot} goes to and fro. {amount}, and {bidder} leads.
On {lot} they answer each other. {amount}, with {bidder}.
Back and forth. {amount}, with {bidder} in front.
They answer each other: {amount}, with {bidder}.
A duel, and it is at {amount}, with {bidder}.
Neither lets go. {amount}, with {bidder}.
{amount}, with {bidder} ahead of {loser}, and no one lets go.
| A duel: {amount}. | Back and forth: {amount}. | {amount}, with {bidder} now. | {lot}, to and fro: {amount}.
[jump]
A jump on {lot}: {amount}, with {bidder}.
{lot} leaps to {amount}, with {bidder}.
A long step on {lot}. {amount}, and {bidder} leads.
{lot} skips a few steps: {amount}, with {bidder}.
A jump to {amount}, with {bidder}.
That is a leap. {amount}, and {bidder} leads.
A long step up: {amount}, with {bidder} in front.
Straight to {amount}, with {bidder}.
| A jump: {amount}. | {amount}, in one leap. | A leap to {amount}. | {lot} leaps to {amount}.
[new_bidder]
A new bidder on {lot}: {bidder}, at {amount}.
{lot} has a new name on it, {bidder}, at {amount}.
Someone new joins {lot}. {amount}, with {bidder}.
New on {lot}, at {amount}: {bidder}.
A new bidder, {bidder}, leads at {amount}.
Someone new: {bidder}, at {amount}.
A fresh name at {amount}, and it is {bidder}.
{amount} now, with {bidder}, who is new to this lot.
| New: {bidder}, {amount}. | A new bidder: {amount}. | Someone new. {amount}. | {lot}, a new name: {amount}.
[returning]
Welcome back to {bidder}, who leads {lot} at {amount}.
A name we know on {lot}: {bidder}, at {amount}.
On {lot} we see {bidder} again, at {amount}.
{lot} is at {amount}, and it is good to see {bidder} back.
Welcome back to {bidder}, at {amount}.
Back with us, at {amount}: {bidder}.
At {amount} now, with {bidder}, whom we have seen before.
Good to see {bidder} again. We stand at {amount}.
| Welcome back to {bidder}. | Again with us: {bidder}, {amount}. | Back again: {bidder}. |
| {lot}, {amount}, {bidder} again.
[milestone]
{lot} has reached {milestone}. We are at {amount}.
{milestone} is reached on {lot}. It stands at {amount}.
{lot} is in new figures: {milestone} reached, {amount} bid.
We reach {milestone} on {lot}. The price is {amount}.
{milestone} reached. We are at {amount}.
That brings us to {milestone}. The price is {amount}.
A round number is behind us, {milestone}. It is {amount}.
{milestone} it is, and the bid stands at {amount}.
{milestone} reached, at {amount}, with {bidder}.
| {milestone} reached. | {milestone}. | We reach {milestone}. | {lot} reaches {milestone}.
[reserve_met]
The reserve on {title} is met.
{lot} has met its reserve.
The reserve is met on {lot}.
The reserve is met. {lot} can go home with someone.
| Reserve met. | The reserve is met. | {lot}: reserve met. | Met, the reserve on {lot}.
[lull]
It is quiet on {lot}. Who will bid?
No new bid on {title} for a while. It is open.
{lot} is waiting. I am ready when you are.
A quiet moment on {title}. Have another look.
{lot} is still at {amount}, with {bidder}.
Quiet on {lot}. {next} would take us on.
| Quiet on {lot}. | {lot} is waiting. | Any bid on {lot}? | {lot} is open.
[colour]
Take a good look at {title} while it is quiet.
A calm moment with {title}. It is open for bids.
{title} is in front of us, and there is time to think.
For those who have just joined: we are on {title}.
{bids} bids have brought {lot} to {amount} so far.
So far {lot} has had {bids} bids.
{lot} stands at {amount}, and {bidder} is listening too.
For those who have just joined: {title} is at {amount}, with {bidder}.
| This is {title}. | {lot}, for your eyes. | Look at {lot}. | We are on {lot}. | {lot}: {bids} bids so far.
[extended]
More time for {title}.
The clock on {lot} has been extended.
{lot} stays open a little longer.
{title} is extended. There is more time to bid.
More time for {lot}, at {amount} with {bidder}.
{lot} is extended. {seconds} seconds on the clock.
| {lot} is extended. | More time on {lot}. | Extended: {lot}. | More time.
[closing]
{seconds} seconds left on {lot}.
{title} closes in {seconds} seconds.
{lot} has {seconds} seconds to go.
On {lot} the clock says {seconds} seconds.
{seconds} seconds to go.
The clock says {seconds} seconds.
We close in {seconds} seconds.
{seconds} seconds, if you want it.
{seconds} seconds on {lot}, at {amount} with {bidder}.
| {seconds} seconds. | {seconds} to go. | {lot}: {seconds} seconds. | {seconds} seconds on {lot}.
[closing_last]
{seconds} seconds: last call for {lot}.
Last call on {title}. {seconds} seconds.
{lot} closes in {seconds} seconds. Last call.
Last call, {seconds} seconds on {lot}.
Last call. {seconds} seconds.
This is the last call, {seconds} seconds.
Last call on {lot} at {amount}, with {bidder}. {seconds} seconds.
| Last call. | Last call, {seconds}. | {lot}, last call. | Last call on {lot}.
[sold]
Sold: {title}, for {amount}, to {bidder}.
{title} is sold to {bidder} for {amount}.
Sold. {title} goes to {bidder} at {amount}.
The hammer is down: {title} is sold at {amount}, to {bidder}.
At {amount}, {title} is sold to {bidder}. Congratulations.
| {title}, sold at {amount}. | Sold, {title}: {amount}, to {bidder}. | {title} sold to {bidder}. |
| Sold: {title}, {amount}.
[passed]
{title} has been passed.
No sale on {title}. It is passed.
{title} goes back to its owner, passed.
We pass {title} and go on.
| {title} is passed. | Passed: {title}. | We pass {title}. | {title}, passed.
[cancelled]
{title} has been withdrawn.
The sale of {title} is cancelled.
{title} is withdrawn from the sale.
We stop here on {title}: it has been cancelled.
| {title} is withdrawn. | Withdrawn: {title}. | {title}, cancelled. | Cancelled: {title}.
[rejected]
One bid on {lot} could not be accepted. Thank you all the same.
A bid on {title} could not be taken. Please try again.
I could not accept a bid on {lot}. You are welcome to try again.
With thanks, that bid on {title} does not stand.
My regrets to {bidder}: that bid on {lot} could not be taken.
That bid does not stand. {lot} is still at {amount}.
| That bid does not stand. | I could not take that bid. | Not accepted, with thanks. |
| Please try again on {lot}.
[correction]
A correction on {title}: what I said last no longer stands.
I correct myself on {title}. What I said of it does not hold.
A correction: on {lot} the record has changed.
Please set aside what I said last about {title}.
A correction on {title}: the figure is {amount}.
I correct myself: {lot}, {amount}, with {bidder}.
| A correction on {lot}. | I correct myself on {lot}. | Correction: {lot}. | Correction, {lot}: {amount}. |
| {lot}, corrected.
[feed_lost]
I have lost the line to the auction. One moment.
The auction has gone silent on my side. Please wait.
I cannot hear the bids just now. I am listening for them.
My view of the auction is interrupted.
| The line is down. | I have lost the line. | One moment, please. | I cannot hear bids.
[feed_back]
The line to the auction is back.
I can hear the auction again.
We are connected again. Thank you for waiting.
My view of the auction has returned.
| We are back. | The line is back. | I hear you again. | Connected again.
[meanwhile]
While I was away, {title} went to {amount}, with {bidder}.
While I was away, {title} went to {amount}, with {bidder}. Other lots that moved: {others}.
I am back. {title} has moved to {amount}, with {bidder}.
I missed a little: {title} is at {amount} now, with {bidder}, and others moved too: {others}.
I could not hear for a moment. {title} stands at {amount} now.
While I was away there was news on {title}.
I am back with {title}, and a few things have moved.
I missed something on {title}. I am with you again.
Back again. {title} has not waited for me.
| Back: {lot} at {amount}. | {lot} went to {amount}. | News on {lot} meanwhile. | Back with {lot}. |
| I am back on {lot}. | {lot} moved meanwhile. | {lot}, {amount}, with {bidder} now. |
| {lot} at {amount}; others moved: {others}.
[stage_of_day]
The auction day moves to its next part.
We turn the page in today's programme.
The programme of the day moves on.
The next part of the day is here.
The auction day moves on: {title}.
We come to the next part of the day, the {stage}.
Next on the programme is the {stage}.
This is day {day} of {days}.
Welcome to day {day} of {title}.
Day {day}, and now the {stage}.
{title}, day {day} of {days}: we come to the {stage}.
| Now the {stage}. | Next: the {stage}. | Day {day} of {days}. | Day {day}: the {stage}. |
| The day moves on. | Next on the programme. | We move on. | The programme moves on.
[recap]
Back to {title}, which is open.
{title} is in front of us.
We are on {title}, and it is open.
To sum up: {title} is open for bids.
Here is where we are: {title} stands at {amount}, with {bidder}.
To sum up, {title} is at {amount}.
| Back to {lot}. | We are on {lot}. | {lot} is open. | On to {lot}.
"""


def _families(text: str) -> Mapping[str, Phrases]:
    parts = split(r"^\[(\w+)\]$", text, flags=MULTILINE)[1:]
    return {name: _phrases(body.strip().splitlines()) for name, body in list(pairwise(parts))[::2]}


def _phrases(rows: list[str]) -> Phrases:
    short = "".join(row for row in rows if row.startswith("|")).split("|")
    return Phrases(
        long=tuple(row for row in rows if not row.startswith("|")),
        short=tuple(part.strip() for part in short if part.strip()),
    )


STARTER: Mapping[str, Phrases] = _families(_TEXT + ANSWERS)
