"""A call is told of only once the SIP stack has taken it: what went wrong before is the stack's own business.

baresip-python 0.5.2a3 keeps a reference to a call from the first event about it. That is ``CALL_REMOTE_SDP``, told while
an INVITE is still being accepted; when that fails (no tag in From, no address in Contact, a connection that has
closed), the stack lets go of the call once and the binding once more, later: calls that never end, and corrupted memory.
So these early events, which nobody here needs, are stopped before the binding sees them. All that is used is the public
interface of libbaresip (``baresip.h``), which the extension module exports.

Drop this file when the binding has learned it; ``test_torture.py`` tells.
"""

from __future__ import annotations

import ctypes
from typing import Final

import baresip._native

_HANDLER: Final = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
"""bevent_h: kind of event, the event, our argument."""
_EARLY: Final = b"CALL_REMOTE_SDP"


def _library() -> ctypes.CDLL:
    found = ctypes.CDLL(baresip._native.__file__)
    found.bevent_register.argtypes = (_HANDLER, ctypes.c_void_p)
    found.bevent_unregister.argtypes = (_HANDLER,)
    found.bevent_stop.argtypes = (ctypes.c_void_p,)
    found.bevent_str.argtypes = (ctypes.c_int,)
    found.bevent_str.restype = ctypes.c_char_p
    return found


_BARESIP: Final = _library()


def _told(kind: int, event: int, _: int) -> None:
    """On the stack's thread, before the binding's own handler."""
    if _BARESIP.bevent_str(kind) == _EARLY:
        _BARESIP.bevent_stop(event)


_on_event: Final = _HANDLER(_told)


def stop_early_events() -> None:
    """To be called before the stack starts: handlers are asked in the order of their registration.

    Raises OSError when there is no memory for it.
    """
    allow_early_events()
    error = _BARESIP.bevent_register(_on_event, None)
    if error:
        raise OSError(error, "bevent_register")


def allow_early_events() -> None:
    """After the stack has ended."""
    _BARESIP.bevent_unregister(_on_event)
