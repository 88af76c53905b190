"""A small sound content folder that a test may spoil."""

from __future__ import annotations

import os
from pathlib import Path

from bot.testing import CACHE_VARIABLE
from knowledge.bank import Bank
from knowledge.index import PRECISION, Index, build_index
from knowledge.loader import load_bank

FILES = {
    "sources.yaml": """
sources:
  - id: seed
    title: The seed page
    author: The network
    year: 2018
    url: https://example.org/seed
    kind: page
    read: full
    reliability: A
  - id: project
    title: Guidance by this project
    author: The project
    year: null
    url: null
    kind: guidance
    read: none
    reliability: A
    note: ours
""",
    "themes.yaml": """
themes:
  - {id: basics, name: {en: Basics, es: Lo básico}}
  - {id: criteria, name: {en: Criteria, es: Criterios}}
  - {id: udhr, name: {en: Declaration, es: Declaración}}
  - {id: cities-us, name: {en: US cities, es: Ciudades de EE. UU.}}
  - {id: cities-world, name: {en: World cities, es: Ciudades del mundo}}
  - {id: glossary, name: {en: Words, es: Palabras}}
""",
    "topics/basics.yaml": """
theme: basics
topics:
  - id: what-is-hrc
    reviewed: "2026-11-23"
    sources: [{id: seed, part: definition}]
    related: [criteria-c1]
    live: joining
    en:
      title: What is a human rights city?
      questions: [define human rights city, meaning of human rights city]
      short: A city guided by human rights.
      long: It refers to the [Declaration](https://example.org/udhr).
    es:
      title: ¿Qué es una ciudad de derechos humanos?
      questions: [definición de ciudad de derechos humanos, qué significa ciudad de derechos humanos]
      short: Una ciudad guiada por los derechos humanos.
      long: Se refiere a la Declaración.
  - id: bread
    reviewed: "2026-11-23"
    sources: [{id: project}]
    related: [what-is-hrc]
    en: {title: How is bread baked?, questions: [bread recipe, baking a loaf], short: With flour., long: And water.}
    es: {title: ¿Cómo se hornea el pan?, questions: [receta de pan, hacer pan], short: Con harina., long: Y agua.}
""",
    "criteria.yaml": """
criteria:
  - number: 1
    id: criteria-c1
    reviewed: "2026-11-23"
    sources: [{id: project}]
    related: [what-is-hrc]
    en: {name: Public commitment, meaning: It says so., evidence: A text., next_step: Ask., questions: [the promise]}
    es: {name: Compromiso público, meaning: Lo dice., evidence: Un texto., next_step: Pedir., questions: [la promesa]}
""",
    "articles.yaml": """
articles:
  - number: 25
    id: udhr-article-25
    group: social
    reviewed: "2026-11-23"
    sources: [{id: seed}]
    related: [what-is-hrc]
    en: {gloss: Enough to live., article: Food and a home., cities: They build., questions: [right to housing]}
    es: {gloss: Lo necesario., article: Comida y casa., cities: Construyen., questions: [derecho a vivienda]}
""",
    "glossary.yaml": """
terms:
  - id: rights-holder
    reviewed: "2026-11-23"
    sources: [{id: seed, part: people}]
    related: [what-is-hrc]
    en:
      title: What is a rights-holder?
      term: rights-holder
      plural: rights-holders
      meaning: Who has rights.
      also: [RH]
      questions: [who are rights-holders]
    es: {title: ¿Qué es un titular de derechos?, term: titular de derechos, meaning: Quien tiene derechos.}
  - id: human-rights-city
    reviewed: "2026-11-23"
    sources: [{id: seed}]
    en: {title: What is the human rights city?, term: human rights city, meaning: A city with a guide.}
    es: {title: ¿Qué es la ciudad de derechos?, term: ciudad de derechos, meaning: Una ciudad con guía.}
  - id: crumb
    reviewed: "2026-11-23"
    en: {term: crumb, meaning: A bit of bread.}
    es: {term: miga, meaning: Un poco de pan.}
""",
    "cities.yaml": """
cities:
  - id: us-city-boston
    name: Boston, Massachusetts
    region: us
    country: {en: United States, es: Estados Unidos}
    year: "2011"
    reviewed: "2026-11-23"
    sources: [{id: seed}]
    related: [what-is-hrc]
    en: {when: April 2011, instrument: Resolution., does: It studies., questions: [is boston one of them]}
    es: {when: Abril de 2011, instrument: Resolución., does: Estudia., questions: [boston es una de ellas]}
""",
}


def write_content(folder: Path, **changed: tuple[str, str]) -> Path:
    """Write the files; `changed` replaces a text in the file of that name (`topics_basics` is topics/basics.yaml)."""
    content = folder / "content"
    for name, text in FILES.items():
        key = name.removesuffix(".yaml").replace("/", "_")
        old, new = changed.get(key, ("", ""))
        assert old in text, f"{old!r} is not in {name}"
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((text.replace(old, new, 1) if old else text).lstrip("\n"), encoding="utf-8")
    return content


def lexical_index(bank: Bank | None = None, precision: float = PRECISION) -> Index:
    """Return the lexical index of a bank, of the shipped one by default; one test run fits each once."""
    cache = Path(os.environ[CACHE_VARIABLE])
    return build_index(bank or load_bank(), precision=precision, cache_folder=cache)
