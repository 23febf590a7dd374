"""A reply that has arrived unnoticed is found all the same, and one that never comes is given up in time."""

import asyncio
from queue import Empty

import pytest
from jupyter_client.channels import AsyncZMQSocketChannel

from notebooks import kernel


@pytest.fixture
def waits(monkeypatch):
    """How long was waited, one look after the other; the reply is there from the fourth on."""
    found = []

    async def look(channel, timeout):
        found.append(timeout)
        if len(found) < 4:
            raise Empty
        return {"content": "reply"}

    monkeypatch.setattr(AsyncZMQSocketChannel, "get_msg", look)
    monkeypatch.setattr(kernel, "AGAIN", 0.01)
    return found


@pytest.mark.parametrize("timeout", [None, 60])
def test_it_looks_again(waits, timeout):
    channel = kernel.Channel.__new__(kernel.Channel)
    assert asyncio.run(channel.get_msg(timeout)) == {"content": "reply"}
    assert waits == [0.01] * 4


def test_it_gives_up_in_time(waits):
    channel = kernel.Channel.__new__(kernel.Channel)
    with pytest.raises(Empty):
        asyncio.run(channel.get_msg(0.005))
    assert len(waits) == 1
    assert 0 < waits[0] <= 0.005


def test_cells_are_sent_through_it():
    assert kernel.Kernel().client_factory.shell_channel_class.klass is kernel.Channel
