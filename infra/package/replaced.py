"""Modules of packages that go into the zip in a shorter form, because importing them is dear and nothing uses them.

botocore writes the help of its clients' methods from the documentation that `models` leaves out; fifteen modules, and
Python's HTML parser, are imported for it. urllib3 imports importlib.metadata for HTTP/2, which botocore never speaks.
Together 7 ms of a cold start of 150. A test holds each against the module it replaces.
"""

from __future__ import annotations

_DOCSTRING = '''\
"""In place of botocore's own: a client's methods have no help in this zip."""


class LazyLoadedDocstring(str):
    """An empty docstring, whatever it is made from."""

    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        super().__init__()


class ClientMethodDocstring(LazyLoadedDocstring):
    pass


class WaiterDocstring(LazyLoadedDocstring):
    pass


class PaginatorDocstring(LazyLoadedDocstring):
    pass
'''

_HTTP2 = '''\
"""In place of urllib3's own: HTTP/2 is not spoken from this zip."""

__all__ = ["extract_from_urllib3", "inject_into_urllib3"]


def inject_into_urllib3():
    raise ImportError("HTTP/2 is left out of this package")


def extract_from_urllib3():
    pass
'''

REPLACED = {
    "botocore/docs/__init__.py": '"""Left out, but for what is imported elsewhere."""\n',
    "botocore/docs/docstring.py": _DOCSTRING,
    "urllib3/http2/__init__.py": _HTTP2,
}
"""Path in the zip, and the source that stands there instead; only when the package has that file."""
