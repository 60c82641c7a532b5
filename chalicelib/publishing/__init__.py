"""What a city's own systems may follow: the public events of bells and cases, on a bus of the stage's."""
