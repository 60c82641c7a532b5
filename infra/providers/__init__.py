"""What an operator needs to register this platform at a provider: the texts to apply for, the addresses to enter."""
