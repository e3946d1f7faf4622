"""The map of the house.

Two flows, readable as folder names:

    POST a message   ->  web   ->  chat  ->  llm  ->  store
    a Redis event    ->  live  ->  feed  ->  projection (domain -> mood, scene)  ->  narration  ->  store, live

=============  =====  =====================================================================
cli            gate   one file a command group; heavy imports inside the command
app            roof   opens what a runtime stands on, runs it, takes it down in reverse
assembling     roof   builds every part and connects them: the only wiring
runtime        roof   all of it once it runs: what goes on beside requests, how each part is, how it says goodbye
casting        roof   what an agent needs to live; chatting: what talk needs; hearing: what events need
ground         roof   what every part is built of; models: who answers; authors: the author
sweeping       roof   turns that a crash left running are ended; overhearing, broadcasting: news between the rooms
measuring      roof   what every part has counted, as figures for Prometheus
rehearsal      roof   the same parts on a clock moved by hand: replays without a network
config         roof   config.yaml + environment -> frozen settings
web            door   HTTP: routes, schemas, errors, streams
feed           door   live events: each is projected, then may be told
recovery       door   after a gap: what the engine's keys say is taken in, and told in one line
agents         room   a running character: what it feels, shows and lets others read
authoring      room   the author: an interview that ends with a character file
chat           room   one turn: session -> prompt -> model -> both messages kept
memory         room   what outlasts a stream: remembered, recalled, forgotten
narration      room   when to speak and in which words (rules are pure functions)
projection     room   events -> state, mood, scene (pure)
domains        room   one folder a kind of live event; a table of them in __init__
characters     room   YAML and cards -> Character, and back
llm            room   one file a provider
store          room   what lasts: SQLite or PostgreSQL
live           room   what is so now: Redis keys and channels
core           ground values, ports, prompt assembly, errors; no I/O
=============  =====  =====================================================================

A room may look down, never up, never beside; only the roof sees everything.
"""
