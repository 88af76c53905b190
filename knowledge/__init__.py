"""Content and retrieval: what the bot knows, and how a question finds it. Imports nothing else of this project."""
