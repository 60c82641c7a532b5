"""A package, so that its fixtures end with it: the sync Playwright of another folder cannot start beside this one."""
