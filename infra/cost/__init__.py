"""What it costs: calls are counted by playing people's days on the embedded AWS, then multiplied by list prices."""
