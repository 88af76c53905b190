"""The operator's commands: the real process, as somebody at a shell meets it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.crashes import FILE, MAX_BYTES, told
from storage.migrate import Tables, inspected
from tests.command_line import BOT, WAIT_S, Ended, Shell
from tests.loopback.slack_server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackServer

ROOT = Path(__file__).parent.parent
COMMANDS = (
    (),
    ("run",),
    ("chat",),
    ("ask",),
    ("db",),
    ("db", "backup"),
    ("db", "check"),
    ("db", "hold"),
    ("db", "make-key"),
    ("db", "restore"),
    ("db", "rotate-keys"),
    ("db", "upgrade"),
    ("knowledge",),
    ("knowledge", "check"),
    ("knowledge", "eval"),
    ("knowledge", "export"),
    ("knowledge", "stats"),
    ("manifest",),
    ("commands",),
    ("commands", "sync"),
    ("deliveries",),
    ("email",),
    ("email", "bounce"),
    ("email", "export"),
    ("email", "import"),
    ("email", "signed"),
    ("export",),
    ("export", "audit"),
    ("export", "convenings"),
    ("export", "members"),
    ("retention",),
    ("retention", "run"),
    ("resume",),
    ("doctor",),
    ("version",),
)
SLOW = ("slack_bolt", "slack_sdk", "discord", "aiohttp", "sqlalchemy", "prompt_toolkit", "numpy", "pydantic")
QUESTION = "What is a human rights city?"
STOPS_WITHIN_S = 5.0
ADD = 'convening add title:"City assembly" starts:"2027-03-14 18:30" zone:America/New_York place:"City hall"'


@pytest.fixture(scope="session")
def warm_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after one start: an empty database, and the calibration that is made once."""
    shell = Shell(tmp_path_factory.mktemp("warm"))
    assert shell.run("chat").code == 0
    return shell.data


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell where nothing was ever started."""
    return Shell(tmp_path)


@pytest.fixture
def warm(tmp_path: Path, warm_data: Path) -> Shell:
    """A shell with a database."""
    shutil.copytree(warm_data, tmp_path / "data")
    return Shell(tmp_path)


def refused(ended: Ended) -> str:
    """Return the one line that a refused start leaves."""
    assert (ended.code, ended.out) == (1, "")
    assert "Traceback" not in ended.err
    assert re.fullmatch(r"hrc-bot: [^\n]+\n", ended.err), ended.err
    return ended.err.removeprefix("hrc-bot: ").strip()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_answers_and_loads_no_sdk(shell, command):
    python, *rest = BOT
    done = subprocess.run(
        [python, "-X", "importtime", *rest, *command, "--help"],
        capture_output=True,
        cwd=shell.folder,
        env=shell.environ(),
        timeout=WAIT_S,
        check=False,
        text=True,
    )
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: python -m bot {' '.join(command)}".strip())
    assert "click" in loaded
    assert loaded.isdisjoint(SLOW)
    assert not shell.data.exists(), "help makes nothing"


def test_help_lists_every_command(shell):
    listed = {(): shell.run("--help").out}
    listed |= {
        (name,): shell.run(name, "--help").out
        for name in ("db", "knowledge", "commands", "email", "export", "retention")
    }
    found = {()}
    for path, out in listed.items():
        section = out.partition("Commands:\n")[2]
        found |= {(*path, line.split()[0]) for line in section.splitlines() if re.match(r"  \w", line)}
    assert found == set(COMMANDS)


def test_version_is_that_of_the_project(shell):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert shell.run("version") == Ended(0, f"{project['version']}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [("--token=xoxb-0000-example", "run"), ("run", "--token=xoxb-0000-example"), ("chat", "--discord-token", "marker")],
)
def test_secret_in_argv(shell, arguments):
    ended = shell.run(*arguments)
    assert ended.code == 2
    assert "No such option" in ended.err
    assert "xoxb-0000" not in ended.out + ended.err


def test_an_unknown_command_is_a_usage_error(shell):
    ended = shell.run("chatt")
    assert ended.code == 2
    assert "No such command 'chatt'" in ended.err


def test_homoglyph_admin(shell):
    ended = shell.run("chat", "--as", "\u043erganizer")
    assert ended.code == 2
    assert "'member', 'organizer', 'steering'" in ended.err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x: !!python/object/apply:os.system ['id']\n", "config.yaml:1: uses a tag"),
        ("a: &a [x]\nb: *a\n", "config.yaml:1: uses an anchor"),
        ("zone: UTC\nzone: UTC\n", "config.yaml:2: zone is given twice"),
        ("langauge: es\n", "langauge (config.yaml line 1): unknown key; did you mean language?"),
        ("language: no\n", "language (config.yaml line 1): write 'en' or 'es'"),
        ("slack:\n  bot_token: xoxb-0-marker\n", "slack.bot_token (config.yaml line 2): secrets do not belong"),
    ],
)
@pytest.mark.parametrize("command", ["run", "ask"])
def test_a_wrong_file_stops_every_command_in_one_line(shell, command, text, line):
    (shell.folder / "config.yaml").write_text(text)
    told = refused(shell.run(command, lines="x\n"))
    assert told.startswith(line)
    assert "marker" not in told


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"HRC_LANGUAGE": "fr"}, "the variable HRC_LANGUAGE"),
        ({"HRC_SLACK_PRT": "3"}, "did you mean HRC_SLACK_PORT?"),
        ({"DATABASE_URL": "mysql://bot:marker@host/x"}, "the variable DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://bot:marker@127.0.0.1:nope/x"}, "DATABASE_URL: write "),
        ({"DATABASE_URL": "postgresql://bot:marker@127.0.0.1:1/x"}, "Is the server running"),
        ({"SLACK_BOT_TOKEN": "xapp-0-marker", "SLACK_APP_TOKEN": "xapp-0-marker"}, "the variable SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-0-marker", "SLACK_APP_TOKEN": "xoxb-0-marker"}, "the variable SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-0-marker"}, "set SLACK_APP_TOKEN to the App-Level Token"),
        ({"SLACK_APP_TOKEN": "xapp-0-marker"}, "set SLACK_BOT_TOKEN to the Bot User OAuth Token"),
        ({"SLACK_BOT_TOKEN": "xoxb-0-marker", "HRC_SLACK_MODE": "http"}, "set SLACK_SIGNING_SECRET"),
        ({"DISCORD_BOT_TOKEN": "xoxb-0-marker"}, "the variable DISCORD_BOT_TOKEN"),
    ],
)
def test_a_wrong_variable_stops_the_start_in_one_line(shell, variables, named):
    told = refused(shell.run("run", **variables))
    assert named in told
    assert "marker" not in told


@pytest.mark.parametrize("command", [("run",), ("db", "upgrade")])
def test_a_data_folder_that_cannot_be_written_is_named(shell, command):
    (shell.folder / "a-file").write_text("")
    for name in ("a-file", "a-file/below"):
        told = refused(shell.run(*command, HRC_DATA_DIR=str(shell.folder / name)))
        assert told.startswith(f"data_dir: {shell.folder / name} ")
        assert "this account may write" in told


def test_a_file_that_is_not_there_or_no_file_is_named(shell):
    assert refused(shell.run("--config", "other.yaml", "run")).startswith("other.yaml: there is no such file; copy ")
    (shell.folder / "folder").mkdir()
    assert refused(shell.run("--config", "folder", "run")).startswith("folder: cannot be read (Is a directory)")


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_secret_world_readable(shell, mode):
    (shell.folder / ".env").write_text("DISCORD_BOT_TOKEN=marker\n")
    (shell.folder / ".env").chmod(mode)
    assert refused(shell.run("run")).endswith("run: chmod 600 .env")


async def test_a_port_that_is_in_use_is_named(shell):
    async with SlackServer() as slack:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            variables = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET}
            where = {"SLACK_API_URL": slack.api_url, "HRC_SLACK_MODE": "http", "HRC_SLACK_PORT": port}
            told = refused(await _in_thread(shell, **variables, **where, HRC_LOG_LEVEL="error"))
    assert f"127.0.0.1 port {port}" in told
    assert "HRC_SLACK_PORT" in told


async def _in_thread(shell: Shell, **variables: str) -> Ended:
    return await asyncio.to_thread(shell.run, "run", **variables)


def broken(folder: Path) -> None:
    """Install an adapter beside the bot whose import fails as nobody foresaw, with secrets in the message."""
    (folder / "broken_adapter.py").write_text(
        'raise RuntimeError("postgresql://bot:hunter2@host\\nxoxb-0000-marker ana@example.org")\n'
    )
    info = folder / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[hrc_bot.adapters]\nbroken = broken_adapter:plugin\n")


@pytest.mark.parametrize("command", [("run",), ("ask", "why?"), ("doctor",), ("manifest", "slack")], ids=" ".join)
def test_log_token_in_a_crash_is_masked_and_a_person_reads_one_line_with_a_reference(shell, command):
    broken(shell.folder)
    told = refused(shell.run(*command))
    reference = re.fullmatch(
        r"something went wrong that nobody foresaw \(reference (\w{8})\)\. Please report it; "
        rf"the details are in {re.escape(str(shell.data))}/errors\.log",
        told,
    )
    assert reference, told
    details = (shell.data / "errors.log").read_text()
    assert reference[1] in details
    assert "Traceback (most recent call last)" in details
    assert "broken_adapter.py" in details
    assert not any(secret in told + details for secret in ("hunter2", "marker", "ana@"))
    assert (shell.data / "errors.log").stat().st_mode & 0o777 == 0o600


def test_a_crash_whose_details_cannot_be_written_is_one_line_all_the_same(shell):
    broken(shell.folder)
    (shell.folder / "a-file").write_text("")
    told = refused(shell.run("run", HRC_DATA_DIR=str(shell.folder / "a-file")))
    assert told.startswith("something went wrong that nobody foresaw (reference ")
    assert "RuntimeError; the details could not be written below" in told


def test_details_of_crashes_make_way_for_newer_ones(tmp_path):
    (tmp_path / FILE).write_text("x" * (MAX_BYTES + 1))
    now = datetime(2026, 11, 25, tzinfo=UTC)
    first, second = (told(ValueError(word), tmp_path, now) for word in ("one", "two"))
    assert first != second
    kept = (tmp_path / FILE).read_text()
    assert ("ValueError: one" in kept, "ValueError: two" in kept) == (True, True)
    assert (tmp_path / f"{FILE}.1").stat().st_size > MAX_BYTES


def test_a_database_error_is_words_with_a_reference_that_the_log_has_too(warm):
    with sqlite3.connect(warm.data / "hrc-bot.db") as database:
        database.execute("ALTER TABLE audit RENAME TO away")
    ended = warm.run("chat", "--as", "organizer", lines=f"{ADD}\n1\nquit\n")
    with sqlite3.connect(warm.data / "hrc-bot.db") as database:
        database.execute("ALTER TABLE away RENAME TO audit")
        assert database.execute("SELECT count(*) FROM convening").fetchone() == (0,)
    reference = re.search(r"tell the operator this reference: (\w+)", ended.out)
    assert ended.code == 0
    assert reference, ended.out
    assert "no such table" not in ended.out
    events = [json.loads(line) for line in ended.err.splitlines()]
    assert [one["event"] for one in events if "work" not in one] == ["request failed"]
    event = next(one for one in events if "work" not in one)
    assert (event["reference"], event["level"]) == (reference[1], "error")
    assert "City assembly" not in ended.err
    assert "City hall" not in ended.err


def test_log_injection_and_log_address_at_a_shell(warm):
    name = "x\\nCRITICAL forged\u001b[2J"
    ended = warm.run("chat", lines=f'join name:"{name}" email:ana@example.org consent:yes\nquit\n')
    assert ended.code == 0
    assert "forged" not in ended.err
    assert "ana@example.org" not in ended.err


def test_ask_answers_with_sources_in_the_language_of_the_question(warm):
    assert "https://ushrnetwork.org/" in warm.run("ask", *QUESTION.split()).out
    spanish = warm.run("ask", lines="¿Qué es una ciudad de derechos humanos?\n")
    assert (spanish.code, spanish.err) == (0, "")
    assert "Fuentes" in spanish.out


def test_ask_jsonl_answers_every_line_in_order(warm):
    lines = [
        {"id": "a", "text": QUESTION},
        {"id": 2, "text": QUESTION, "lang": "en", "extra": [1]},
        {"id": 3, "text": "¿Qué es una ciudad de derechos humanos?"},
        {"text": "how do I repair a bicycle chain"},
        {"id": None, "text": ""},
        {"id": 6, "text": "city " * 100_000},
        {"id": "\ud83c", "text": "\ud83c"},
        {"id": 8, "text": QUESTION, "lang": "xx"},
    ]
    typed = "\n\n  \n".join(json.dumps(line) for line in lines)
    ended = warm.run("ask", "--jsonl", lines=typed)
    assert (ended.code, ended.err) == (0, "")
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert [one["id"] for one in answers] == ["a", 2, 3, None, None, 6, "?", 8]
    keys = {"id", "outcome", "topic", "lang", "text", "sources", "related", "score"}
    assert all(set(one) == keys for one in answers)
    assert all(one["outcome"] in ("answer", "unsure", "unknown") for one in answers)
    assert [one["lang"] for one in answers[:3]] == ["en", "en", "es"]
    assert answers[0]["outcome"] == answers[7]["outcome"] == "answer"
    assert answers[0]["sources"]
    assert answers[3]["outcome"] != "answer"
    assert answers[4]["outcome"] != "answer"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"not json", None),
        (b'"a string"', None),
        (b"[1]", None),
        (b"null", None),
        (b'{"id": 4}', 4),
        (b'{"id": 5, "text": null}', 5),
        (b'{"id": 6, "text": 7}', 6),
        (b'{"id": 7, "text": "x", "lang": 7}', 7),
        (b"\xff\xfe\x00", None),
        (b"[" * 100_000, None),
        (b'{"id": ' + b"9" * 5000 + b', "text": "x"}', None),
    ],
    ids=range(11),
)
def test_ask_jsonl_tells_a_broken_line_and_goes_on(warm, line, number):
    good = json.dumps({"id": "good", "text": QUESTION}).encode()
    ended = warm.run("ask", "--jsonl", lines=b"\n".join([good, line, good, b""]))
    assert (ended.code, ended.err) == (0, "")
    answers = [json.loads(one) for one in ended.out.splitlines()]
    assert answers[1] == {"id": number, "error": "write one object a line with id and text"}
    assert answers[0] == answers[2]
    assert answers[0]["outcome"] == "answer"


def test_db_upgrade_makes_the_tables_and_may_be_repeated(shell, empty_database_url):
    for _ in range(2):
        ended = shell.run("db", "upgrade", DATABASE_URL=empty_database_url)
        assert ended == Ended(0, "The database is up to date.\n", "")
        assert inspected(empty_database_url) is Tables.CURRENT


def test_db_upgrade_makes_the_default_file_for_this_account_alone(shell):
    assert shell.run("db", "upgrade").code == 0
    assert inspected(f"sqlite:///{shell.data / 'hrc-bot.db'}") is Tables.CURRENT
    assert (shell.data / "hrc-bot.db").stat().st_mode & 0o077 == 0
    assert shell.data.stat().st_mode & 0o077 == 0


def test_run_works_on_a_database_that_is_upgraded(shell, database_url):
    ended = shell.run("chat", lines="convening list\nquit\n", DATABASE_URL=database_url)
    assert (ended.code, ended.err) == (0, "")


def test_knowledge_check_finds_nothing_wrong_in_what_is_shipped(shell):
    ended = shell.run("knowledge", "check")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "0 errors, 0 warnings.\n"
    assert shell.run("knowledge", "check", "--strict").code == 0


def test_knowledge_check_names_file_and_line_of_every_fault(shell):
    shutil.copytree(ROOT / "knowledge", shell.folder / "knowledge", ignore=shutil.ignore_patterns("__pycache__"))
    topics = shell.folder / "knowledge" / "content" / "topics"
    (topics / "broken.yaml").write_text("theme: basics\ntopics:\n  - id: broken\n    nonsense: 1\n")
    (topics / "torn.yaml").write_text("theme: basics\ntheme: basics\n")
    ended = shell.run("knowledge", "check")
    assert ended.code == 1
    assert "error: content/topics/torn.yaml:2: theme is given twice (first on line 1); keep one" in ended.out
    assert re.search(r"^error: content/topics/broken\.yaml:4: .*nonsense", ended.out, re.MULTILINE)
    assert re.search(r"^[2-9]\d* errors, 0 warnings\.$", ended.out, re.MULTILINE)
    assert "Traceback" not in ended.err


def test_broken_knowledge_stops_the_start_in_one_line(shell):
    shutil.copytree(ROOT / "knowledge", shell.folder / "knowledge", ignore=shutil.ignore_patterns("__pycache__"))
    (shell.folder / "knowledge" / "content" / "topics" / "torn.yaml").write_text("theme: a\ntheme: b\n")
    assert refused(shell.run("run")).startswith("content/topics/torn.yaml:2: theme is given twice")


def test_manifest_slack_is_json_with_the_command(shell):
    ended = shell.run("manifest", "slack")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["features"]["slash_commands"][0]["command"] == "/hrc"


@pytest.mark.parametrize("arguments", [("manifest", "nosuch"), ("commands", "sync", "nosuch")])
def test_an_unknown_platform_is_refused_with_those_that_there_are(shell, arguments):
    known = {"manifest": "slack", "commands": "discord"}[arguments[0]]
    assert refused(shell.run(*arguments)) == f"nosuch: no such platform here; choose {known}"


def test_commands_sync_without_a_token_names_the_variable(shell):
    assert "DISCORD_BOT_TOKEN" in refused(shell.run("commands", "sync", "discord"))


def _ended_by(process: subprocess.Popen[bytes], number: int) -> Ended:
    process.send_signal(number)
    out, err = process.communicate(timeout=STOPS_WITHIN_S)
    return Ended(process.returncode, out.decode(), err.decode())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_piped_console_cleanly(warm, number):
    process = warm.start("run")
    assert process.stdout
    os.read(process.stdout.fileno(), 1)
    ended = _ended_by(process, number)
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_a_bot_that_cannot_reach_its_platform_cleanly(warm, number):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/api/"
        tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": address}
        process = warm.start("run", env=warm.environ(**tokens), stdin=subprocess.DEVNULL)
        silent.settimeout(WAIT_S)
        called, _ = silent.accept()
        ended = _ended_by(process, number)
        called.close()
    assert ended.code == 0
    assert "Traceback" not in ended.err


def test_the_console_script_is_the_same_program(shell):
    script = Path(sys.executable).parent / "hrc-bot"
    done = subprocess.run([script, "version"], capture_output=True, env=shell.environ(), check=True, timeout=WAIT_S)
    assert done.stdout.decode() == shell.run("version").out
