"""The whole bot through standard input and output of the real process."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.command_line import Shell

QUESTION = "What is a human rights city?"
SOURCE = "https://ushrnetwork.org/"
ADD = 'convening add title:"City assembly" starts:"2027-03-14 18:30" zone:America/New_York place:"City hall"'


def _after(out: str, typed: str) -> str:
    """Return what stands below the line that somebody typed, up to the next one."""
    return out.split(f"\n> {typed}\n", 1)[1].split("\n> ")[0].strip()


def test_the_first_screen_says_who_it_is_what_to_try_and_how_to_leave(shell):
    out = shell.chat()
    assert out.startswith("I am the Human Rights Cities bot")
    assert "[1] What is a human rights city?\n[2] How do I join?\n[3] When is the next convening?" in out
    assert "quit or Ctrl-D leaves" in out


def test_a_first_start_in_an_empty_folder_answers_with_a_source(tmp_path):
    ended = Shell(tmp_path).run("run", lines=f"ask {QUESTION.lower()}\nquit\n")
    assert (ended.code, ended.err) == (0, "")
    assert "Universal Declaration of Human Rights" in ended.out
    assert SOURCE in ended.out


def test_plain_words_and_a_slash_mean_the_same(shell):
    out = shell.chat(QUESTION, f"/ask {QUESTION}", f"ask {QUESTION}")
    assert _after(out, QUESTION) == _after(out, f"/ask {QUESTION}") == _after(out, f"ask {QUESTION}")


def test_everything_is_spanish_with_lang_es(shell):
    out = shell.chat("¿Qué es una ciudad de derechos humanos?", "12", "join", "cancelar", "salir", "help", lang="es")
    assert out.startswith("Soy el bot de las Ciudades de Derechos Humanos")
    assert "[1] ¿Qué es una ciudad de derechos humanos?" in out
    assert "Fuentes" in out
    assert "Aquí no hay ahora ningún botón 12." in out
    assert "Nombre (obligatorio)" in out
    assert "Salió del formulario" in out
    assert "> help" not in out, "salir leaves"


def test_the_language_is_that_of_the_system(shell):
    ended = shell.run("chat", lines="quit\n", LANG="en_US.UTF-8", LC_ALL="es_MX.UTF-8")
    assert ended.out.startswith("Soy el bot")


def test_a_number_presses_the_button_of_the_latest_answer(shell):
    out = shell.chat("1", "quit")
    assert SOURCE in _after(out, "1")
    asked = shell.chat("2")
    assert "[" in _after(asked, "2")


def test_a_number_without_a_button_says_so(shell):
    out = shell.chat("privacy", "9", "[99]")
    assert "There is no button 9 here now." in _after(out, "9")
    assert "There is no button 99 here now." in _after(out, "[99]")


def test_share_is_shown_as_a_post_in_the_channel(shell):
    first = _after(shell.chat("1"), "1")
    number = next(line[1:].split("]")[0] for line in first.splitlines() if line.endswith("] Share"))
    out = shell.chat("1", number)
    assert _after(out, number).startswith("Posted in the channel:\nA human rights city")


def test_rating_an_answer_removes_the_rating_and_leaves_the_other_buttons(shell):
    first = _after(shell.chat("1"), "1")
    numbers = {line.split("] ")[1]: line[1:].split("]")[0] for line in first.splitlines() if line.startswith("[")}
    helpful, related = numbers["Helpful"], numbers["How do advocates define a human rights city as a process?"]
    out = shell.chat("1", helpful, helpful, related)
    assert "Thank you" in _after(out, helpful)
    assert f"There is no button {helpful} here now." in out
    assert "Sources" in out.split(f"\n> {related}\n")[-1]


def test_a_member_may_not_announce_and_steering_may(shell):
    announce = 'announce new title:"Meeting notes" message:"They are out."'
    refused = shell.chat(announce)
    assert "Only organizers of this chapter can do this." in refused
    draft = shell.chat(announce, role="steering")
    assert "You are trying the rights of the steering committee." in draft
    assert "[1] Send" in draft


def test_an_organizer_may_add_a_convening_and_a_member_answers_it(shell):
    saved = shell.chat(ADD, "1", role="organizer")
    assert "Sunday, March 14, 2027, 6:30 PM EDT (GMT-04:00)" in saved, "planned time"
    shown = shell.chat("convening show 1", "convening rsvp 1 yes", "convening show 1")
    assert "When: Sunday, March 14, 2027, 5:30 PM CDT (GMT-05:00)" in shown, "the reader's time"
    assert "1 coming" in shown


def test_an_announcement_reaches_the_channel_that_follows(shell):
    announce = 'announce new title:"Meeting notes" message:"They are **out**."'
    out = shell.chat("channel follow", announce, "1", "quit", role="steering")
    posted = out.split("In the channel:\n")[1]
    assert posted.startswith("Meeting notes\n")
    assert "They are out." in posted


JOINED = ("join", "Ana", "yes", "Eugene", "", "", "", "", "")


def test_a_form_is_a_row_of_questions(shell):
    out = shell.chat(*JOINED, "me")
    assert "Name (required)\nYour name, or any name you like\n> Ana" in out
    assert "Consent (required)" in out
    assert "City\nWhere you organize\nAn empty line leaves it out.\n> Eugene" in out
    assert "Welcome, Ana." in out
    assert "City: Eugene" in _after(out, "me")


def test_an_error_in_the_middle_of_a_form_is_told_at_once_and_the_rest_is_kept(shell):
    out = shell.chat("join", "Ana", "yes", "Eugene", "", "", "", "Mars Base", "America/Denver", "", "me")
    below = _after(out, "Mars Base")
    assert "is not a time zone that I know" in below
    assert "Email list" not in below, "asked again before the next question"
    assert "City: Eugene" in _after(out, "me")
    assert "Time zone: America/Denver" in _after(out, "me")


def test_a_required_answer_is_asked_until_it_comes(shell):
    out = shell.chat("join", "", "   ", "Ana", "no", "yes", *[""] * 6, "me")
    assert out.count("“Name” is needed.") == 2
    assert "Without your consent I store nothing." in _after(out, "no")
    assert "Name: Ana" in _after(out, "me")


def test_two_answers_that_do_not_fit_are_asked_again_with_their_values(shell):
    out = shell.chat("join", "Ana", "yes", "", "", "", "", "", "yes", "ana@example.org", "", "", "", "", "me")
    assert "The email list needs your email address." in out
    assert "Now: yes. An empty line keeps it" not in out.split("The email list needs")[0]
    assert "Email: ana@example.org" in _after(out, "me")
    assert "Email list: yes" in _after(out, "me")


def test_values_are_kept_by_an_empty_line_when_a_form_opens_again(shell):
    out = shell.chat(ADD, "2", "Town assembly", *[""] * 14, role="organizer")
    assert "Now: City assembly. An empty line keeps it." in out
    assert "“Town assembly” is on Sunday, March 14, 2027, 6:30 PM EDT" in out


@pytest.mark.parametrize("word", ["cancel", "/cancel", "Cancelar"])
def test_cancel_leaves_a_form_and_stores_nothing(shell, word):
    out = shell.chat("join", "Ana", "yes", word, "me")
    assert "You left the form; nothing was stored." in _after(out, word)
    assert "You have not joined" in _after(out, "me")


def test_a_form_that_the_input_ends_in_stores_nothing(shell):
    out = shell.chat("join", "Ana", "yes", "Eugene")
    assert out.endswith("You left the form; nothing was stored.\n")
    assert "You have not joined" in _after(shell.chat("me"), "me")


def test_a_text_of_several_lines_ends_with_an_empty_line(shell):
    out = shell.chat("announce new", "Notes", "One", "two", "", *[""] * 4, role="steering")
    assert "> One\n… two\n… \n" in out
    assert "One\ntwo" in out.split("Please check")[1]


def test_a_choice_is_made_by_its_number(shell):
    out = shell.chat("announce new", "Notes", "Text", "", "", "2", "", role="steering")
    assert "  1. Every chapter\n  2. This chapter" in out
    assert "Audience: every chapter" not in out.split("Please check")[1]


def test_unknown_words_get_the_nearest_commands_as_buttons(shell):
    out = shell.chat("convenning lst", "1")
    assert "[1] convening list" in _after(out, "convenning lst")
    assert "No convening is planned yet." in _after(out, "1")


@pytest.mark.parametrize(
    "given",
    [b"about", b"about\r\n", b"\xef\xbb\xbfabout\n", b"\n\n  about  \n\n", b"about\nquit", b"about\nquit\r\nhelp\n"],
    ids=["no newline", "crlf", "byte order mark", "blank lines", "quit without newline", "lines after quit"],
)
def test_piped_lines_are_read_as_people_mean_them(shell, given):
    ended = shell.run("chat", lines=given)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count("\n> about\n") + ended.out.count("\n>   about  \n") == 1
    assert "help" not in ended.out.split("about", 1)[1].split("> quit")[1:2]


def test_bytes_that_are_not_utf_8_are_answered(shell):
    ended = shell.run("chat", lines=b"\xff\xfe\xc3( what is a human rights city?\nabout\n")
    assert (ended.code, ended.err) == (0, "")
    assert "Universal Declaration" in ended.out


def test_a_line_of_a_megabyte_is_refused_and_the_next_one_answered(shell):
    ended = shell.run("chat", lines="ask " + "a" * 1_000_000 + "\n" + "b" * 9_000_000 + "\nabout\n")
    assert (ended.code, ended.err) == (0, "")
    assert "This is too long: at most 10000 characters." in ended.out
    assert "It has 1000000 characters now." in ended.out
    assert _after(ended.out, "about")
    assert len(ended.out) < 20_000, "the long lines are not written back"


def test_no_escape_code_leaves_a_pipe(shell):
    out = shell.chat("ask \x1b[2J\x1b]0;title\x07 red \x9b31m", "join name:\x1b[31mRed consent:yes", "me", "about")
    assert not [char for char in out if (ord(char) < 32 and char != "\n") or 127 <= ord(char) < 160]
    assert "␛[2J" in out


def test_without_any_input_it_ends_well(shell):
    for stdin in (subprocess.DEVNULL, "closed"):
        how = {"preexec_fn": lambda: os.close(0)} if stdin == "closed" else {"stdin": stdin}
        process = shell.start("run", **how)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, b"")
        assert b"[1] What is" in out


def test_a_file_is_an_input_too(shell, tmp_path: Path):
    (tmp_path / "lines.txt").write_text("about\n")
    with (tmp_path / "lines.txt").open() as file:
        process = shell.start("run", stdin=file)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert b"> about" in out


def test_a_reader_that_goes_away_is_no_error(shell):
    process = shell.start("chat")
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(b"help\n" * 200)
    process.stdin.close()
    assert process.stderr
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), err) == (0, b"")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well_while_it_waits_for_a_line(shell, number):
    process = shell.start("chat")
    assert process.stdout
    while b"Ctrl-D" not in process.stdout.readline():
        pass
    process.send_signal(number)
    assert process.wait(5) == 0
    _, err = process.communicate()
    assert err == b""
