"""Who is meant by what somebody typed: a mention, an account, or a member number."""

from __future__ import annotations

import re

from bot.context import Context
from bot.domain.members import NUMBER_LENGTH
from bot.errors import NotFound

_ACCOUNT = re.compile(r"[a-z][a-z0-9-]*:[A-Za-z0-9-]{1,64}")  # ASCII alone: no letter that looks like another
_BARE = re.compile(r"(?=.*\d)[A-Z0-9]{8,32}")  # an id as platforms show it; never a name, which could be anybody's
_MENTION = re.compile(r"<@!?([A-Za-z0-9-]+)(?:\|[^>]*)?>")
_NUMBER = re.compile(rf"#?([0-9a-f]{{{NUMBER_LENGTH}}})")


async def account_of(ctx: Context, typed: str) -> str:
    """Return the account that `typed` names.

    A mention is one of the platform it was typed on; an account may name its platform ("platform:ID"); a member
    number, which `me` shows, is the member's account on this platform where there is one.

    Raises:
        NotFound: it names nobody.
    """
    text, platform = typed.strip(), ctx.request.origin.platform
    number = _NUMBER.fullmatch(text)
    if number:
        accounts = await ctx.uow.members.numbered(number.group(1))
        here = [one for one in accounts if one.startswith(f"{platform}:")]
        if accounts:
            return (here or list(accounts))[0]
        raise _nobody(ctx)
    mention, bare = _MENTION.fullmatch(text), _BARE.fullmatch(text)
    account = f"{platform}:{mention.group(1) if mention else text}" if mention or bare else text
    if not _ACCOUNT.fullmatch(account):
        raise _nobody(ctx)
    if account.partition(":")[0] != platform and account.partition(":")[0] not in ctx.services.messengers:
        raise _nobody(ctx)
    return account


def _nobody(ctx: Context) -> NotFound:
    return NotFound(
        ctx.t("I do not know who that is."),
        ctx.t("Mention the person, or write their account or the member number that me shows them."),
    )


def workspace_of(ctx: Context, typed: str) -> str:
    """Return the chapter that `typed` names: "here", or its account such as "platform:ID".

    Raises:
        NotFound: it names none.
    """
    text = typed.strip()
    if text.casefold() in ("here", ctx.t("here").casefold()) and not ctx.request.origin.is_direct:
        return ctx.workspace_id
    if not _ACCOUNT.fullmatch(text):
        raise NotFound(ctx.t("I do not know that chapter."), ctx.t("Write here, or its account such as platform:ID."))
    return text
