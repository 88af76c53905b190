"""A question on its way to a person and back, over Socket Mode."""

from __future__ import annotations

import pytest

from bot.registry import load

QUESTION = "Who pays for the zeppelin parking <!channel> downtown?"


async def test_a_question_reaches_an_expert_and_its_answer_the_asker(connect):
    async with connect(load()) as town:
        slack = town.slack
        slack.users["U0STEER"] = {}
        await slack.command(f"ask {QUESTION}")
        await slack.press(await slack.seen(1), "Ask a person")
        await slack.submit(await slack.opened(1), {"consent": "yes"})
        await slack.until(lambda: any("is with a person now" in one.text for one in slack.messages))
        await town.outbox.once()
        notice = slack.messages[-1]
        assert "waits for you" in notice.text
        assert "<!channel>" not in notice.text
        await slack.press(notice, "Answer", user="U0STEER")
        await slack.submit(await slack.opened(2), {"answer": "Nobody pays <!channel>."}, user="U0STEER")
        await slack.until(lambda: any("Your answer is on its way" in one.text for one in slack.messages))
        for _ in range(3):
            await town.outbox.once()
        answer = next(one for one in slack.messages if "A person answered your question" in one.text)
        assert "Nobody pays" in answer.text
        assert "<!channel>" not in answer.text


@pytest.mark.parametrize("root", [None, "1700000001.000100"], ids=["channel message", "in a thread"])
async def test_the_answer_to_a_mention_stands_in_its_thread(connect, root):
    async with connect(load()) as town:
        slack, asked_at = town.slack, "1700000009.000900"
        slack.users["U0STEER"] = {}
        await slack.mention(QUESTION, ts=asked_at, thread_ts=root)
        unknown = await slack.seen(1)
        await slack.press(unknown, "Ask a person")
        await slack.submit(await slack.opened(1), {"consent": "yes", "answer_to": "here"})
        await slack.until(lambda: any("below the question" in one.text for one in slack.messages))
        await slack.command('questions answer 1 answer:"Nobody pays."', user="U0STEER")
        await slack.until(lambda: any("Your answer is on its way" in one.text for one in slack.messages))
        for _ in range(3):
            await town.outbox.once()
        (answer,) = [one for one in slack.messages if "A person answered a question" in one.text]
        assert (answer.channel, answer.thread, answer.only_for) == ("C0TOWN", root or asked_at, "")
