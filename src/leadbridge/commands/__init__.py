"""Commands of ``leadbridge`` beside serving: each file is one group, wired into ``cli`` by one line."""
