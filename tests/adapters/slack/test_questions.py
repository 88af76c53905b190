"""A question on its way to a person and back, over Socket Mode."""

from __future__ import annotations

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
