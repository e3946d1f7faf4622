"""docs/contract.md names every key, and marks those fields as optional that the contract does."""

import re

from agent_runtime.core.presence import Shape
from agent_runtime.live.keys import Kind
from tests.docs.keys import USES, shapes
from tests.docs.pages import page

LOTS_AND_AGENTS = {
    "AuctionState": "id campaignId? artItemId status startTime endTime extendedEndTime? reservePrice? minBidIncrement? "
    "currency highestBidId? streamId?",
    "AuctionPrice": "auctionId currentPrice previousPrice? lastUpdateTime",
    "AuctionBid": "id auctionId userId twitterHandle? walletAddress? amount currency timestamp status transactionHash?",
    "AuctionTimer": "auctionId startTime endTime currentTime timeRemaining isExtended extensionCount",
    "AgentState": "id characterId name status streamId? auctionId? lastInteractionTime?",
    "AgentMood": "agentId currentMood intensity previousMood? moodStartTime triggers",
    "AgentContext": "agentId auctionContext? conversationContext memoryKeys",
    "AgentScene": "agentId currentExpression background? props lastChanged",
}


def test_every_key_is_on_the_page_with_its_shape() -> None:
    assert set(USES) == set(Kind)
    rows = re.findall(r"^\| `([a-z:]+):\{", page("contract.md"), re.MULTILINE)
    assert rows == [kind.value for kind in Kind]
    shaped = [use.shape.__name__ for use in USES.values() if isinstance(use.shape, type)]
    assert len(shaped) == len(set(shaped)) == len(Kind) - 2
    assert all(issubclass(use.shape, Shape) for use in USES.values() if isinstance(use.shape, type))


def test_shapes_have_the_fields_of_the_contract() -> None:
    shown = {name: set(fields.split(", ")) for name, fields in shapes()[1:]}
    assert {name: shown[name] for name in LOTS_AND_AGENTS} == {
        name: set(words.split()) for name, words in LOTS_AND_AGENTS.items()
    }
