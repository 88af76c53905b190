"""A shell for the console's tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command_line import Shell


@pytest.fixture(scope="session")
def warm_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after one start: an empty database, and the calibration that is made once."""
    shell = Shell(tmp_path_factory.mktemp("warm"))
    assert shell.run("chat").code == 0
    return shell.data


@pytest.fixture
def shell(tmp_path: Path, warm_data: Path) -> Shell:
    shutil.copytree(warm_data, tmp_path / "data")
    return Shell(tmp_path)
