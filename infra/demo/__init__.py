"""`make demo`: the ten bells of the newspaper article, rung over HTTP and watched until each is settled."""
