"""What is so now: Redis keys, the live state other services read, the channels they speak on."""
