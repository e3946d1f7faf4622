"""A value of every shape that others keep under their keys, whole, for the tests of this room."""

from datetime import UTC, datetime, timedelta

from agent_runtime.core.campaigns import CampaignDayState, CampaignState
from agent_runtime.core.limits import Lock, RateLimit
from agent_runtime.core.streams import Layout, Overlay, Position, Quadrant, StreamMetrics, StreamScene, StreamState

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CAMPAIGN = CampaignState(
    id="campaign-1",
    name="Three Evenings",
    start_date=NOON,
    end_date=NOON + timedelta(days=3),
    status="ACTIVE",
    current_day=2,
    total_days=3,
    current_auction_id="lot-4",
)
CAMPAIGN_DAY = CampaignDayState(
    campaign_id="campaign-1", day=2, date=NOON + timedelta(days=1), completed=False, auction_ids=("lot-3", "lot-4")
)
STREAM = StreamState(id="stream-1", auction_id="lot-4", status="LIVE", start_time=NOON, viewer_count=812)
_PLACE = Position(x=0, y=0.5, width=960, height=540)
SCENE = StreamScene(
    id="scene-1",
    stream_id="stream-1",
    name="Lot in hand",
    layout=Layout(
        quadrants=(
            Quadrant(id="q1", type="CHARACTER", content={"id": "vesper"}, visible=True, z_index=0, position=_PLACE),
            Quadrant(id="q2", type="EMPTY", visible=False, z_index=-1, position=_PLACE),
        ),
        overlays=(Overlay(id="o1", type="TEXT", content="Lot 4", visible=True, z_index=9, position=_PLACE),),
        background="assets/stream/backgrounds/saleroom.png",
    ),
)
METRICS = StreamMetrics(
    stream_id="stream-1",
    timestamp=NOON,
    fps=29.97,
    target_fps=30,
    bitrate=4500,
    dropped_frames=3,
    encoder_latency=12.5,
    buffer_health=0.9,
    cpu_usage=41,
    memory_usage=512,
)
LOCK = Lock(resource="auction-day", owner="engine-1", acquired_at=NOON, expires_at=NOON + timedelta(seconds=30))
LIMIT = RateLimit(resource="bids", identifier="user-1", count=3, reset_at=NOON + timedelta(minutes=1), limit=10)
