"""A kernel whose replies are not missed, as the builder and the tests of notebooks need it.

While a cell with an Output widget runs, nbclient sends to the socket on which it waits for the cell's reply. Sending
can swallow the socket's word that something has arrived, and whoever waits for that word waits for ever, with the
reply at hand (https://github.com/jupyter/nbclient/issues/312). Looking again finds it.

This module knows nothing of notebooks.
"""

from __future__ import annotations

from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type

AGAIN = 0.5  # seconds until it looks again


class Channel(AsyncZMQSocketChannel):
    """Where replies arrive."""

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # type: ignore[override]  # as its parent
        """The next message.

        Raises:
            queue.Empty: if there is none after so many seconds.
        """
        end = float("inf") if timeout is None else monotonic() + timeout
        while True:
            left = end - monotonic()
            try:
                return await super().get_msg(max(0, min(AGAIN, left)))
            except Empty:
                if left <= AGAIN:
                    raise


class Client(AsyncKernelClient):
    """What cells are sent through."""

    shell_channel_class = Type(Channel)


class Kernel(AsyncKernelManager):
    """What starts a kernel, and stops it."""

    client_factory = Type(Client)
