"""Greetings, thanks and the like: recognized only where a message says nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.i18n import N_, Translator
from knowledge.normalize import Lang, words


class Said(StrEnum):
    """What somebody said without asking anything."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    HELP = "help"
    ABUSE = "abuse"


_PHRASES: Final[Mapping[Lang, Mapping[Said, str]]] = {
    "en": {
        Said.GREETING: "hello|hi|hey|hiya|howdy|greetings|good morning|good afternoon|good evening|good day"
        "|how are you|how are you doing|how is it going|hows it going|how s it going|whats up|what s up|sup|yo|hallo",
        Said.THANKS: "thanks|thank you|thx|ty|thank u|many thanks|thanks a lot|thank you so much|thank you very much"
        "|cheers|much appreciated|great|great thanks|perfect|awesome|cool|ok|okay|ok thanks|got it|nice|good bot"
        "|well done|that helps|that helped|thanks for your help|thanks for the help|thank you for your help",
        Said.FAREWELL: "bye|goodbye|good bye|see you|see you later|bye bye|good night|take care|later",
        Said.HELP: "help|help me|can you help|can you help me|could you help me"
        "|i need help|i need some help|help please|what can you do|what can i ask"
        "|what can i ask you|what do you do|how do you work|i am lost|im lost|i m lost",
        Said.ABUSE: "fuck you|fuck off|fuck|shut up|stupid|you are stupid|youre stupid|you re stupid|idiot|you idiot"
        "|you suck|you are useless|youre useless|you re useless|useless|stupid bot|dumb|you are dumb|dumb bot"
        "|useless bot|asshole|bitch|go to hell|piece of shit|you are an idiot|moron|shit",
    },
    "es": {
        Said.GREETING: "hola|holi|buenas|buenos dias|buen dia|buenas tardes|buenas noches|saludos|que tal|hola que tal"
        "|como estas|como esta|como va|que onda|hola como estas|muy buenas",
        Said.THANKS: "gracias|muchas gracias|mil gracias|muchisimas gracias|te lo agradezco|se lo agradezco"
        "|genial|perfecto|estupendo|vale|de acuerdo|vale gracias|ok gracias|gracias por tu ayuda|gracias por la ayuda"
        "|muy amable|excelente",
        Said.FAREWELL: "adios|hasta luego|hasta pronto|chao|chau|nos vemos|hasta manana|cuidate",
        Said.HELP: "ayuda|ayudame|ayuda por favor|necesito ayuda|me puedes ayudar|puedes ayudarme|me ayudas"
        "|que puedes hacer|que sabes hacer|que puedo preguntar|que puedo preguntarte|como funcionas|estoy perdido"
        "|estoy perdida|en que puedes ayudarme|en que me puedes ayudar",
        Said.ABUSE: "idiota|estupido|eres estupido|eres idiota|eres un idiota|callate|inutil|eres inutil|eres un inutil"
        "|vete al infierno|vete a la mierda|mierda|puta|hijo de puta|tonto|eres tonto|imbecil|bot inutil|bot estupido"
        "|no sirves para nada|no sirves|pendejo|cabron|eres una mierda",
    },
}
_FILLERS: Final = "bot there everyone all folks friend please again so oye todos todas favor por amigo amiga"
_KNOWN: Final = {
    tuple(phrase.split()): (said, lang)
    for lang, sayings in _PHRASES.items()
    for said, phrases in sayings.items()
    for phrase in phrases.split("|")
}
_BOTH: Final = ("ok", "okay")
_MAX_CHARS: Final = 80  # whoever writes more says more

_REPLIES: Final[Mapping[Said, str]] = {
    Said.GREETING: N_(
        "Hello! Ask me about human rights cities in your own words, for example: what is a human rights city?"
    ),
    Said.THANKS: N_("You are welcome. Ask whenever you like."),
    Said.FAREWELL: N_("Goodbye, and good luck with your work."),
    Said.HELP: N_(
        "I answer questions about human rights cities, with sources. Ask in your own words, or see all commands."
    ),
    Said.ABUSE: N_("I am sorry that I did not help. Ask in other words, or ask a person."),
}


def small_talk(text: str) -> tuple[Said, Lang | None] | None:
    """Return what a message says and in which language, where it consists of such phrases alone.

    Several may follow each other ("hi, thanks"); the last one counts. The language is None where it may be either.
    """
    said = words(text[:_MAX_CHARS])
    if len(text.strip()) > _MAX_CHARS or not said:
        return None
    return _read(said) or _read(tuple(word for word in said if word not in _FILLERS.split()))


def _read(left: tuple[str, ...]) -> tuple[Said, Lang | None] | None:
    found: tuple[Said, Lang | None] | None = None
    while left:
        size = next((size for size in range(len(left), 0, -1) if left[:size] in _KNOWN), 0)
        if not size:
            return None
        said, lang = _KNOWN[left[:size]]
        found = (said, None if left[0] in _BOTH else lang)
        left = left[size:]
    return found


def reply_to(said: Said, t: Translator) -> str:
    """Return the short reply."""
    return t(_REPLIES[said])
