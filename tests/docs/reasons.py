"""Why a type of event changes nothing held, or is never told: no cell of the table of events is empty without one."""

from collections.abc import Mapping

_REFUSED = "a refused bid leaves the lot as it is"
_PLACED = "a bid that was only placed is felt, and told once it is accepted"
_ON_STREAM = "it sets the `streamId` of the agent whose lot it shows"
_NEWS_OF_ANOTHER = "what another agent says, feels or shows is its own"
_NOBODYS_BUSINESS = "a host does not speak of who comes and goes"
_OF_THE_ENGINE_ROOM = "a host does not speak of the engine room"

FOLDED_NOWHERE: Mapping[str, str] = {
    "auction:bid:rejected": _REFUSED,
    "lot:bid:rejected": _REFUSED,
    "stream:error": "a stream that falters still shows its lot; its `stream:end` ends that",
    "stream:quality": "bit rates are the stream manager's",
    "stream:scene:update": "the picture is the stream manager's",
    "stream:asset:loaded": "its files are the stream manager's",
    "stream:viewers:count": "its data has no fixed form",
    "agent:message": _NEWS_OF_ANOTHER,
    "agent:mood": _NEWS_OF_ANOTHER,
    "agent:scene:update": _NEWS_OF_ANOTHER,
    "agent:interaction": "no lot, but the agent's mood, context and [memory](memory.md)",
    "agent:asset:request": "whoever has the files answers it",
    "agent:memory:update": "what another agent remembers is its own",
    "user:connect": "who is connected is the platform's to know",
    "user:disconnect": "who is connected is the platform's to know",
    "user:action": "a bid comes as `auction:bid:placed`, a question as `agent:interaction`",
    "user:preference": "preferences are the platform's to keep",
    "user:authenticated": "its data has no fixed form",
    "system:health": "it asks its own parts itself (`/readyz`)",
    "system:metric": "figures are for whoever watches the services",
    "system:error": "another service's fault is that service's to mend",
    "system:config": "it has [settings of its own](configuration.md)",
}
NEVER_NARRATED: Mapping[str, str] = {
    "auction:bid:placed": _PLACED,
    "lot:bid:placed": _PLACED,
    "stream:start": _ON_STREAM,
    "stream:end": "it takes back the `streamId` of the agent",
    "stream:error": "whoever sees the stream sees it falter",
    "stream:quality": "a host does not speak of bit rates",
    "stream:scene:update": "whoever sees the stream sees the scene",
    "stream:asset:loaded": _OF_THE_ENGINE_ROOM,
    "stream:viewers:count": "a host does not count heads",
    "agent:message": "it has been said already",
    "agent:mood": _NEWS_OF_ANOTHER,
    "agent:scene:update": _NEWS_OF_ANOTHER,
    "agent:interaction": "it is answered, not told ([the audience](memory.md#the-audience))",
    "agent:asset:request": _OF_THE_ENGINE_ROOM,
    "agent:memory:update": "what another agent remembers is its own",
    "user:connect": _NOBODYS_BUSINESS,
    "user:disconnect": _NOBODYS_BUSINESS,
    "user:action": "what somebody does on the site is theirs",
    "user:preference": "what somebody wants to be told is theirs",
    "user:authenticated": _NOBODYS_BUSINESS,
    "system:health": _OF_THE_ENGINE_ROOM,
    "system:metric": _OF_THE_ENGINE_ROOM,
    "system:error": _OF_THE_ENGINE_ROOM,
    "system:config": _OF_THE_ENGINE_ROOM,
}
