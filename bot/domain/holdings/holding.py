"""What one description of a table says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.i18n import N_


class Goes(StrEnum):
    """What happens to a person's rows when the person is erased."""

    ROWS = "rows"  # they are deleted
    NAME = "name"  # they stay, without the person
    STAYS = "stays"  # they stay, since a code that leads nowhere any more stands in place of the person


# What columns of the same name mean everywhere.
COMMON: Mapping[str, str] = {
    "id": N_("its number or code here"),
    "user_id": N_("your account, with the platform in front"),
    "person_id": N_("you: the code of your record, or your account before you join"),
    "member_id": N_("the code of your record"),
    "workspace_id": N_("the workspace or server where it happened"),
    "channel_id": N_("the channel"),
    "thread_id": N_("the place in the channel"),
    "lang": N_("the language"),
    "created_by": N_("the account that made it"),
    "created_at": N_("when it was made"),
    "revision": N_("counts its changes"),
    "state": N_("how far it is"),
    "theme": N_("the theme it belongs to"),
    "expires_at": N_("when it is deleted"),
    "convening_id": N_("the number of the convening"),
}


@dataclass(frozen=True, slots=True)
class Holding:
    """One table: what it holds of people, why, and for how long. Texts are msgids, said to the person.

    Args:
        table: its name in the database.
        title: what it is, in a few words.
        why: what it is for, a sentence.
        kept: how long; `{age}` stands for the age that `age` names.
        names: columns that hold a member's id or an account's id; rows belong to the person whom one of them names.
        moves: those of `names` that hold whose row it is (a member, or an account that has not joined), so that they
            follow when two accounts become one person.
        emptied: those of `names` that are emptied, while their rows stay, where `goes` is ROWS: others' rows.
        columns: what each column means; those of COMMON may be left out.
        technical: columns that only the bot's own work needs.
        withheld: columns with a secret that is nobody's to have, told as being there and no more.
        age: the key of `retention` in the configuration that says how long, "" when none does.
        goes: what happens when the person is erased.
    """

    table: str
    title: str
    why: str
    kept: str
    names: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    technical: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    age: str = ""
    goes: Goes = Goes.ROWS

    def meaning(self, column: str) -> str:
        """Return what the column means, a msgid; "" for one that nobody described."""
        if column in self.withheld:
            return N_("a secret, which is not told")
        if column in self.technical:
            return N_("needed by the bot's own work")
        return self.columns.get(column) or COMMON.get(column, "")


WITH_YOU = N_("Until you delete your data.")
PUBLISHED = N_("As long as your chapter or the Alliance keeps it; without your account once you delete your data.")
