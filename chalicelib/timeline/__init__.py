"""The only place that speaks Step Functions: the machine's definition and the client that drives it."""
