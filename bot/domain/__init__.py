"""Entities and pure rules, one file per noun, each with its store's Protocol."""
