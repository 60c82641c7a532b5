"""Published figures: what was rung, answered, accepted, refused."""
