"""The command line, one file per group of commands; like `bot/__main__.py` it may import every package."""
