"""Settings: where they come from, and one line for whatever is wrong with them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from bot.config import load_settings
from bot.errors import ConfigError
from bot.plugin import plugins
from bot.settings import Settings

SPECS = tuple(one.spec for one in plugins() if one.spec)
SHARES = ("knowledge.precision", "reminders.late_share")  # from 0 to 1
NO_VALUES = ("[1]", "{a: 1}", "true", "7", "[[a]]")


def _keys() -> list[str]:
    """Return every key that may stand in the file, sections included."""
    top = [key for key in Settings.model_fields if key != "sections"]
    parts = [(key, Settings.model_fields[key].annotation) for key in top] + [(one.name, one.model) for one in SPECS]
    inner = [f"{name}.{key}" for name, kind in parts for key in _fields(kind)]
    return [*top, *(one.name for one in SPECS), *inner]


def _fields(kind: object) -> list[str]:
    if not isinstance(kind, type) or not issubclass(kind, BaseModel):
        return []
    return [key for key, field in kind.model_fields.items() if field.annotation is not SecretStr]


def _kind(key: str) -> object:
    """Return the annotation of a key."""
    section, _, name = key.rpartition(".")
    models = {one.name: one.model for one in SPECS}
    inner = models.get(section) or (Settings.model_fields[section].annotation if section else Settings)
    return inner.model_fields[name].annotation if isinstance(inner, type) and name in inner.model_fields else None


def _written(key: str, value: str) -> str:
    section, _, name = key.rpartition(".")
    return f"{section}:\n  {name}: {value}\n" if section else f"{key}: {value}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to start in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(text: str = "", **variables: str) -> Settings:
    if text:
        Path("config.yaml").write_text(text)
    return load_settings(None, variables, SPECS)


def refusal(text: str = "", **variables: str) -> str:
    """Return the one line that stops the start."""
    with pytest.raises(ConfigError) as caught:
        loaded(text, **variables)
    line = str(caught.value)
    assert "\n" not in line
    assert "Input should" not in line, "a sentence of the library's"
    return line


def test_no_file_and_no_variable_is_enough():
    assert loaded().url.startswith("sqlite:///")


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_file(folder):
    dotenv = folder / ".env"
    dotenv.write_text("HRC_LANGUAGE=es\nHRC_ZONE=America/Denver\n")
    dotenv.chmod(0o600)
    settings = loaded("language: en\nzone: America/Chicago\nlog: {level: error}\n", HRC_ZONE="America/Phoenix")
    assert (settings.language, settings.zone, settings.log.level) == ("es", "America/Phoenix", "error")


def test_a_list_is_written_with_commas_in_a_variable():
    settings = loaded(HRC_STEERING="slack:U024BE7LH, discord:80351110224678912,")
    assert settings.steering == ("slack:U024BE7LH", "discord:80351110224678912")


def test_experts_are_named_by_theme_in_the_file_and_in_a_variable():
    settings = loaded("experts:\n  udhr: [slack:U024BE7LH]\n")
    assert settings.experts == {"udhr": ("slack:U024BE7LH",)}
    settings = loaded(HRC_EXPERTS="udhr=slack:U1, basics=discord:2,udhr=discord:3")
    assert settings.experts == {"udhr": ("slack:U1", "discord:3"), "basics": ("discord:2",)}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("experts:\n  udhr: [U024BE7LH]\n", "experts (config.yaml line 1): write each as platform:ID"),
        ("experts:\n  udhr: slack:U1\n", "experts.udhr (config.yaml line 2): write a list"),
        (
            "retention:\n  questions_days: 0\n",
            "retention.questions_days (config.yaml line 2): write a number of at least 1",
        ),
    ],
)
def test_an_expert_or_an_age_that_cannot_be_is_refused(text, line):
    assert refusal(text).startswith(line)


def test_an_empty_variable_and_a_key_without_a_value_mean_the_default():
    settings = loaded("contact:\n  email:\nslack:\nlanguage:\nsteering:\n", HRC_ZONE="", HRC_SLACK_PORT="3100")
    assert (settings.language, settings.zone, settings.contact.email) == ("en", "America/New_York", "")
    assert settings.sections["slack"].port == 3100


def test_a_zone_may_be_called_as_people_call_it():
    assert loaded("zone: pacific\n").zone == "America/Los_Angeles"


@pytest.mark.parametrize("value", NO_VALUES)
@pytest.mark.parametrize("key", _keys())
def test_a_wrong_type_is_refused_with_key_line_and_fix(key, value):
    if (value == "7" and _kind(key) in (int, float) and key not in SHARES) or (value == "true" and _kind(key) is bool):
        loaded(_written(key, value))
        return
    line = refusal(_written(key, value))
    assert re.match(rf"{re.escape(key)}\S* \(config\.yaml line [12]\): \w", line), line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("language: no\n", "language (config.yaml line 1): write 'en' or 'es'"),
        ("zone: 12:30\n", "zone (config.yaml line 1): no such time zone; did you mean "),
        ("slack:\n  port: no\n", "slack.port (config.yaml line 2): write a whole number"),
        ("slack:\n  port: 12:30\n", "slack.port (config.yaml line 2): write a whole number"),
        ("slack:\n  port: yes\n", "slack.port (config.yaml line 2): write a whole number"),
        ("slack:\n  mode: on\n", "slack.mode (config.yaml line 2): write 'socket' or 'http'"),
        ("log:\n  level: off\n", "log.level (config.yaml line 2): write 'debug', 'info', 'warning' or 'error'"),
        ("knowledge:\n  precision: 0:95\n", "knowledge.precision (config.yaml line 2): write a number"),
    ],
)
def test_yaml_norway(text, line):
    assert refusal(text).startswith(line)


def test_yaml_tag():
    line = refusal("x: !!python/object/apply:os.system ['id']\n")
    assert line.startswith("config.yaml:1: uses a tag")


def test_yaml_billion_laughs():
    levels = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert refusal("\n".join(levels)).startswith("config.yaml:1: uses an anchor (&); write the value out")


def test_a_file_over_one_mebibyte_is_refused():
    assert refusal("# " + "x" * 1024 * 1024).startswith("config.yaml: is larger than 1024 KiB")


@pytest.mark.parametrize(
    ("text", "key"),
    [("language: en\nzone: UTC\nlanguage: es\n", "language"), ("slack: {mode: http, mode: http}\n", "slack.mode")],
)
def test_yaml_duplicate_key(text, key):
    assert f" {key} is given twice (first on line 1); keep one" in refusal(text)


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ("retnetion_days: 30\n", "retnetion_days", "retention"),
        ("langauge: es\n", "langauge", "language"),
        ("data_dri: x\n", "data_dri", "data_dir"),
        ("database-url: x\n", "database-url", "database_url"),
        ("slak:\n  mode: http\n", "slak", "slack"),
        ("slack:\n  prot: 3000\n", "slack.prot", "port"),
        ("contact:\n  emial: a@example.org\n", "contact.emial", "email"),
        ("log:\n  lvl: info\n", "log.lvl", "level"),
    ],
)
def test_config_unknown_key(text, key, near):
    line = refusal(text)
    assert re.match(rf"{key} \(config\.yaml line [12]\): unknown key; did you mean {near}\?", line), line


def test_config_unknown_key_is_one_that_the_program_uses_within():
    assert refusal("sections: 30\n").startswith("sections (config.yaml line 1): unknown key; ")


@pytest.mark.parametrize("key", ["qqqq", "xyzzy"])
def test_config_unknown_key_without_a_near_name_lists_those_that_exist(key):
    line = refusal(f"{key}: 30\n")
    assert line.startswith(f"{key} (config.yaml line 1): unknown key; remove it, or write one of data_dir, ")
    assert "slack" in line


def test_config_unknown_key_of_a_section_never_names_a_secret():
    assert "token" not in refusal("discord:\n  xyzzy: 1\n")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("HRC_LANGAUGE", "HRC_LANGUAGE"),
        ("HRC_SLACK_PRT", "HRC_SLACK_PORT"),
        ("HRC_DATADIR", "HRC_DATA_DIR"),
        ("HRC_SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN"),
    ],
)
def test_config_unknown_key_in_a_variable(name, near):
    assert refusal(**{name: "1"}) == f"{name} (environment): unknown variable; did you mean {near}?"


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("HRC_LANGUAGE", "fr", "write 'en' or 'es'"),
        ("HRC_ZONE", "Mars/Base", "did you mean "),
        ("HRC_STEERING", "U024BE7LH", "platform:ID"),
        ("HRC_STEERING", "slack:U1,:", "platform:ID"),
        ("HRC_ORGANIZER_ROLES", "admins", "platform:ID"),
        ("HRC_DATABASE_URL", "mysql://bot:marker@host/x", "sqlite:///path or postgresql://"),
        ("DATABASE_URL", "mysql://bot:marker@host/x", "sqlite:///path or postgresql://"),
        ("DATABASE_URL", "sqlite:///", "sqlite:///path"),
        ("HRC_CONTACT_EMAIL", "nobody", "name@example.org"),
        ("HRC_CONTACT_LIST_URL", "http://example.org", "https://"),
        ("HRC_CONTACT_WEBSITE", "https://", "https://"),
        ("HRC_KNOWLEDGE_PRECISION", "2", "at most 0.999"),
        ("HRC_KNOWLEDGE_PRECISION", "nan", "write a number"),
        ("HRC_LOG_LEVEL", "loud", "'warning'"),
        ("HRC_LOG_FORMAT", "xml", "'json'"),
        ("HRC_CONSOLE_ROLE", "king", "'steering'"),
        ("HRC_SLACK_MODE", "rtm", "'socket'"),
        ("HRC_SLACK_PORT", "x", "a whole number"),
        ("HRC_SLACK_PORT", "65536", "at most 65535"),
        ("HRC_SLACK_PORT", "0", "at least 1"),
        ("HRC_SLACK_PUBLIC_URL", "bot.example.org", "full address"),
        ("SLACK_API_URL", "slack.com", "full address"),
        ("DISCORD_API_URL", "file:///x", "full address"),
        ("SLACK_BOT_TOKEN", "xapp-0-marker", "begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxp-0-marker", "begins with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-0-marker", "begins with xapp-"),
        ("SLACK_SIGNING_SECRET", "xoxb-0-marker", "Signing Secret"),
        ("DISCORD_BOT_TOKEN", "xoxb-0-marker", "copy the token"),
        ("DISCORD_BOT_TOKEN", "Bot marker", "copy the token"),
    ],
)
def test_a_wrong_variable_is_named_with_its_fix_and_without_its_secret(name, value, fix):
    line = refusal(**{name: value})
    assert f"(the variable {name}): " in line
    assert fix in line
    assert "marker" not in line


def test_a_section_that_is_no_section_is_told_even_where_a_variable_sets_one_of_its_keys():
    assert refusal("slack: 5\n", HRC_SLACK_PORT="3100").startswith("slack (config.yaml line 1): write its keys")


@pytest.mark.parametrize("key", ["slack.bot_token", "slack.app_token", "slack.signing_secret", "discord.token"])
def test_a_secret_in_the_file_is_refused_with_the_variable_to_use(key):
    line = refusal(_written(key, "marker-secret"))
    assert re.match(rf"{key} \(config\.yaml line 2\): secrets do not belong in the file; set [A-Z_]+ instead", line)
    assert "marker" not in line


@pytest.mark.parametrize("text", ["- a\n- b\n", "only words\n", "7\n"])
def test_a_file_without_keys_is_refused(text):
    assert refusal(text) == "config.yaml: must hold keys and values; see config.example.yaml"


@pytest.mark.parametrize("text", ["a: [1\n", "a: 'x\n", "\ta: 1\n", "a: b: c\n"])
def test_a_file_that_is_no_yaml_is_refused_with_its_line(text):
    assert re.match(r"config\.yaml:\d+: is not YAML", refusal(text))


def test_a_file_that_is_not_there_is_named(folder):
    with pytest.raises(ConfigError, match=r"other\.yaml: there is no such file; copy config\.example\.yaml to it"):
        load_settings(folder / "other.yaml", {}, SPECS)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o622])
def test_secret_world_readable(folder, mode):
    dotenv = folder / ".env"
    dotenv.write_text("DISCORD_BOT_TOKEN=marker\n")
    dotenv.chmod(mode)
    assert refusal() == ".env: other people on this machine can read its secrets; run: chmod 600 .env"
    dotenv.chmod(0o600)
    assert loaded().sections["discord"].token.get_secret_value() == "marker"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"# fine\nHRC_ZONE=UTC\nDISCORD_BOT_TOKEN marker\n", ".env line 3: write NAME=value there"),
        (b"DISCORD_BOT_TOKEN\n", ".env line 1: write NAME=value there"),
        (b"HRC_ZONE=\xff\xfe\n", ".env: cannot be read as UTF-8 text"),
    ],
)
def test_a_broken_dotenv_is_refused_with_its_line(folder, content, line):
    (folder / ".env").write_bytes(content)
    (folder / ".env").chmod(0o600)
    told = refusal()
    assert told.startswith(line)
    assert "marker" not in told


@pytest.mark.parametrize("key", ["organizer_roles", "steering"])
@pytest.mark.parametrize(
    "role", ["discord:\u0430dmin", "disc\u043erd:admin", "discord:adm\u200bin", "slack:", "slack: S1"]
)
def test_homoglyph_admin(key, role):
    line = refusal(f'{key}: ["{role}"]\n')
    assert line.startswith(f"{key} (config.yaml line 1): write each as platform:ID, in letters of English, digits and")
    assert loaded(f"{key}: [discord:admin-2]\n")
