"""Whether the platform is well, as it says itself: the minute's pulse, the hour's canary, since when."""
