"""What is held about people: the one description that `privacy`, `me`, `me export`, erasing and retention work from.

A table is described in one of the files beside this one, or stands in NAMELESS; a test finds those that do neither.
Rows are erased in the order of HOLDINGS.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.holdings.gatherings import GATHERINGS
from bot.domain.holdings.holding import Goes, Holding
from bot.domain.holdings.people import PEOPLE
from bot.domain.holdings.records import RECORDS

__all__ = ["HOLDINGS", "NAMELESS", "PERSONAL", "Goes", "Holding"]

HOLDINGS: tuple[Holding, ...] = (*GATHERINGS, *RECORDS, *PEOPLE)
PERSONAL: tuple[Holding, ...] = tuple(one for one in HOLDINGS if one.names)

# Tables that know no person, and why.
NAMELESS: Mapping[str, str] = {
    "announcement_rev": "texts of announcements, written for everybody",
    "chapter": "what a chapter chose",
    "chapter_choice": "whether a chapter took an announcement",
    "follow_topic": "topics of channels",
    "impression": "counts of how convenings were",
    "remark": "lines about convenings that belong to nobody",
    "voice": "a keyed hash of who has rated which convening, apart from what they said",
    "install_state": "hashes of random codes, for ten minutes",
    "lane": "what a platform takes in a second",
    "meta": "the installation itself",
    "past_delivery": "counts of messages that were sent",
    "past_headcount": "counts of convenings that are long over",
    "secret": "keys of the installation",
    "event": "dates of convenings in lists of events",
    "notice": "what a convening was before it changed; the messages to people are deliveries",
    "reminder": "dates of convenings; the messages to people are deliveries",
    "published_topic": "reviewed content without a person",
}
