"""The platform-agnostic core: what the bot knows, decides and answers."""
