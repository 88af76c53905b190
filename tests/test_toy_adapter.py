"""A new platform is one folder: no change in the core."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import build, serve
from bot.errors import ConfigError
from bot.settings import Settings
from bot.testing import knowledge_for_tests
from tests import toy_adapter


async def test_a_toy_platform_answers_and_receives(storage):
    app = build(Settings(), [toy_adapter.plugin], storage.unit_of_work, knowledge_for_tests())
    toy_adapter.inbox[:] = ["ask what is a human rights city?", "channel follow", "join", "convening list", "bye"]
    await serve(app)
    said = app.adapters["toy"].said
    assert "Universal Declaration of Human Rights" in said[0]
    assert "follow" in said[1]
    assert said[2] == "Join the Alliance"
    assert "No convening is planned yet" in said[3]


def test_experts_of_a_theme_that_there_is_not_stop_the_start_with_the_nearest_one():
    settings = Settings(experts={"udrh": ("toy:ana",)})
    with pytest.raises(ConfigError, match=r"experts\.udrh .*: no such theme; did you mean udhr\?"):
        build(settings, [toy_adapter.plugin], None, knowledge_for_tests())


def test_the_toy_is_under_100_lines():
    assert len(Path(toy_adapter.__file__).read_text().splitlines()) < 100
