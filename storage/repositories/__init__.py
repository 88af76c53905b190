"""One file per noun: row to entity and back, and the queries."""
