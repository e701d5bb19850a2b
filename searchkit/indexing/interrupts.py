"""
The interrupt key, held back while stopping would leave work for later.

An interrupt at any moment loses nothing: what the catalog has committed, the engine
catches up with at the next opening.  But people press the key to be done, not to have
the next search wait; so a batch that is on its way is brought to its end first.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """
    Raise the first ``KeyboardInterrupt`` of a block at its end, the second at once.

    Where a program has its own way with the interrupt key, or in other threads than the
    main one, nothing is held back.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    pressed = False

    def defer(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            signal.default_int_handler(number, frame)
        pressed = True

    signal.signal(signal.SIGINT, defer)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if pressed:
        raise KeyboardInterrupt
