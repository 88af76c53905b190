"""Topics, criteria, articles, terms and cities."""

from __future__ import annotations

import pytest

from bot.reply import Form, Reply
from bot.testing import conversation, words_of


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        yield chat


async def test_topics_lists_every_theme_with_its_count(chat):
    reply = await chat.say("topics")
    labels = [button.label for button in reply.sections[0].buttons]
    assert len(labels) == 15
    assert all("(" in label for label in labels)


async def test_a_theme_turns_its_pages_in_place(chat):
    first = await chat.say("topics theme:basics")
    second = await chat.press(first, "More")
    assert second.replaces
    assert "topics 11 to" in second.summary
    assert (await chat.press(second, "Back")).summary == first.summary


async def test_every_topic_can_be_reached_by_browsing_in_both_languages(chat):
    bank = chat.dispatcher.services.knowledge.common.bank
    for lang, more in (("en", "More"), ("es", "Más")):
        reached = set()
        for theme in bank.themes:
            page = await chat.say(f"topics theme:{theme.id}", lang=lang)
            while True:
                reached |= {
                    b.argument.split(":")[0] for s in page.sections for b in s.buttons if b.action == "ask.topic"
                }
                if more not in words_of(page).splitlines():
                    break
                page = await chat.press(page, more)
        assert reached == set(bank.topics)


async def test_an_unknown_theme_names_the_real_ones(chat):
    reply = await chat.say("topics theme:cooking")
    assert "no theme" in reply.summary
    assert "Criteria" in words_of(reply)


async def test_criteria_lists_twelve_and_shows_one_with_evidence(chat):
    every = await chat.say("criteria")
    assert len(every.sections[0].buttons) == 12
    one = await chat.press(every, every.sections[0].buttons[0].label)
    assert one.summary == "Criterion 1: Public commitment"
    assert "Evidence that counts" in words_of(one)


@pytest.mark.parametrize(
    "text", ["criteria 4", "criteria C4", "criteria human rights learning", "criteria aprendizaje"]
)
async def test_a_criterion_is_found_by_number_or_name(chat, text):
    assert (await chat.say(text)).summary == "Criterion 4: Human rights learning"


async def test_an_unknown_criterion_gets_a_next_step(chat):
    reply = await chat.say("criteria 44")
    assert "There is no criterion" in reply.summary


@pytest.mark.parametrize("number", range(1, 31))
async def test_every_article_is_shown_in_both_languages(chat, number):
    english = await chat.say(f"right {number} lang:en", lang="en")
    spanish = await chat.say(f"right {number}", lang="es")
    assert english.summary.startswith(f"Article {number}: ")
    assert spanish.summary.startswith(f"Artículo {number}: ")
    assert "Fuentes" in words_of(spanish)


async def test_an_article_out_of_range_says_the_range(chat):
    assert "1 to 30" in words_of(await chat.say("right 31"))


async def test_right_without_a_number_opens_a_form(chat):
    form = await chat.say("right")
    assert isinstance(form, Form)
    reply = await chat.submit(form, {"article": "25"})
    assert isinstance(reply, Reply)
    assert reply.summary.startswith("Article 25")


async def test_a_term_is_explained_in_both_languages(chat):
    text = words_of(await chat.say("glossary duty-bearer"))
    assert "English" in text
    assert "titular de deberes" in text


async def test_a_term_is_explained_with_its_sources_and_what_is_close_to_it(chat):
    reply = await chat.say("glossary duty-bearer")
    text = words_of(reply)
    assert "Sources" in text
    assert "https://ennhri.org/about-nhris/human-rights-based-approach/" in text
    assert "Reviewed" in text
    pressed = await chat.press(reply, "What is a rights-holder?")
    assert pressed.summary == "Rights-holder: A person or group entitled to a right."


async def test_a_term_that_no_source_supports_is_explained_without_sources(chat):
    text = words_of(await chat.say("glossary intersectionality"))
    assert "overlap" in text
    assert "Sources" not in text


async def test_every_term_is_explained_in_both_languages(chat):
    for term in chat.dispatcher.services.knowledge.common.bank.terms:
        for lang in ("en", "es"):
            reply = await chat.say(f"glossary {term.id}", lang=lang)
            assert reply.summary.startswith(f"{term.text(lang).term}: ")
            assert ("Fuentes" if lang == "es" else "Sources") in words_of(reply) or not term.sources


async def test_a_term_is_found_by_its_initials(chat):
    assert "People-Centered" in (await chat.say("glossary PCHR")).summary


async def test_the_glossary_lists_its_terms(chat):
    assert "64 terms" in (await chat.say("glossary")).summary


async def test_cities_are_listed_by_region(chat):
    reply = await chat.say("city list region:us")
    assert "Pittsburgh" in words_of(reply)
    assert "Graz" not in words_of(reply)


@pytest.mark.parametrize(("text", "name"), [("city show Boston", "Boston"), ("city show pittsburg", "Pittsburgh")])
async def test_a_city_is_shown_with_year_instrument_and_source(chat, text, name):
    reply = await chat.say(text)
    assert reply.summary.startswith(name)
    assert "Instrument" in words_of(reply)
    assert "Sources" in words_of(reply)


async def test_the_disputed_day_of_boston_is_said_to_be_disputed(chat):
    text = words_of(await chat.say("city show Boston"))
    assert "13" in text
    assert "20" in text


async def test_a_place_without_a_declaration_is_not_in_the_directory(chat):
    assert "does not have" in (await chat.say("city show Springfield Nowhere")).summary
