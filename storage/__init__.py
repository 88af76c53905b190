"""Storage: SQLAlchemy, and nothing of it outside of this package."""

from storage.storage import Storage, open_storage

__all__ = ["Storage", "open_storage"]
