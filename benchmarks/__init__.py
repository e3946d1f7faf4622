"""What the hot paths cost, each as a ratio to a raw floor measured in the same run.

    python -m benchmarks [NAME…] [-o json] [--brief]

turn     a chat turn over HTTP through the whole runtime  ·  a bare handler on aiosqlite (raw_turns.py)
event    from an event published to the line that tells it  ·  a subscriber that publishes at once (raw_echo.py)
events   an event heard, understood, felt, told and kept, on one core  ·  a subscriber that parses it (raw_parse.py)
start    from exec to `ready`, and resident memory  ·  the bare handler
replay   events a second of `replay --speed max`  ·  parsing the JSON and nothing else
appends  a turn as the store keeps it, without HTTP and model  ·  two inserts and a commit on aiosqlite

Floor and ours take turns in every round, and medians are compared: a machine that is busy is busy for both. Linux only.
"""
