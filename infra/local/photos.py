"""The embedded bucket: what differs from S3, mended; and its files on disk.

Pinned to moto 5.2.5. A file is a plain file under `DATA/photos/`, at the path that its key says, and is there before
whoever wrote it gets an answer. What nobody kept within two days is left out at the next start, as the rule of the
real bucket has it (infra/template.yaml).
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.exceptions import PreconditionFailed
from moto.s3.models import S3Backend, s3_backends
from moto.s3.responses import S3Response
from moto.utilities.utils import get_partition

from chalicelib.core.uploads import kind_of

INCOMING_SECONDS = 2 * 24 * 3600
_NAME = r"[0-9A-Za-z][0-9A-Za-z._#-]*"
_KEY = re.compile(rf"(incoming|kept)/{_NAME}/{_NAME}")


@dataclass(frozen=True)
class Bucket:
    """The embedded bucket, without a client: thousands of tests make one."""

    name: str
    region: str

    def create(self) -> None:
        """Make it, empty."""
        self._backend.create_bucket(self.name, self.region)

    def lock(self, mode: str, days: int) -> None:
        """Keep each version of what is put into it for so many days."""
        bucket = self._backend.get_bucket(self.name)
        bucket.object_lock_enabled, bucket.versioning_status = True, "Enabled"
        self._backend.put_object_lock_configuration(self.name, True, mode, days, 0)

    def put(self, key: str, kind: str, content: bytes) -> None:
        """Put a file into it."""
        self._backend.put_object(self.name, key, content).set_metadata({"Content-Type": kind})

    def get(self, key: str) -> tuple[str, bytes] | None:
        """A file's media type and content, None when there is none."""
        found = self._backend.get_object(self.name, key)
        return None if found is None else (str(found.metadata.get("Content-Type", "")), found.value)

    @property
    def _backend(self) -> Any:
        return s3_backends[DEFAULT_ACCOUNT_ID][get_partition(self.region)]


class Shelf:
    """The files of a bucket in a folder: `name` of it, those whose key looks like `keys`."""

    name = "photos"
    keys = _KEY

    def __init__(self, folder: Path) -> None:
        self._folder = folder / self.name

    def write(self, key: str, content: bytes) -> None:
        """Keep a file: whoever reads finds the old one or the new one, never a part."""
        if not self.keys.fullmatch(key):
            return
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # No key ends so: what a killed process leaves behind is swept up at the next start.
        temporary = path.with_name(f"{path.name}~")
        temporary.write_bytes(content)
        temporary.replace(path)

    def remove(self, key: str) -> None:
        """Forget a file."""
        if self.keys.fullmatch(key):
            (self._folder / key).unlink(missing_ok=True)

    def restore(self, bucket: Bucket) -> int:
        """Put everything back into the bucket; how many files."""
        count = 0
        for path in sorted(self._folder.rglob("*")):
            key = path.relative_to(self._folder).as_posix()
            if not path.is_file() or self._swept(path, key):
                continue
            bucket.put(key, self.kind(path.name), path.read_bytes())
            count += 1
        return count

    def _swept(self, path: Path, key: str) -> bool:
        late = time.time() - path.stat().st_mtime > INCOMING_SECONDS
        if path.name.endswith("~") or (key.startswith("incoming/") and late):
            path.unlink()
            return True
        return not self.keys.fullmatch(key)

    def kind(self, name: str) -> str:
        """The media type of a file."""
        return kind_of(name) or "image/jpeg"


class AnchorShelf(Shelf):
    """The daily anchors in a folder. Nobody locks them there: on one's own machine they show how it works."""

    name = "anchors"
    keys = re.compile(r"(roots|leaves)/\d{4}-\d{2}-\d{2}(/\d{6})?\.json")

    def kind(self, name: str) -> str:
        """Both are JSON."""
        return "application/json"


@contextmanager
def keeping(shelf: Shelf, bucket: str) -> Iterator[None]:
    """Write to the shelf whatever is written to the bucket while the context lasts."""
    original_put, original_delete = S3Backend.put_object, S3Backend.delete_object

    def put_object(backend: S3Backend, bucket_name: str, key_name: str, value: bytes, **more: Any) -> Any:
        made = original_put(backend, bucket_name, key_name, value, **more)
        if bucket_name == bucket:
            shelf.write(key_name, value)
        return made

    def delete_object(backend: S3Backend, bucket_name: str, key_name: str, *more: Any, **named: Any) -> Any:
        answer = original_delete(backend, bucket_name, key_name, *more, **named)
        if bucket_name == bucket:
            shelf.remove(key_name)
        return answer

    with ExitStack() as patches:
        patches.enter_context(patch.object(S3Backend, "put_object", put_object))
        patches.enter_context(patch.object(S3Backend, "delete_object", delete_object))
        yield


def honouring_conditions(original: Callable[..., Any]) -> Callable[..., Any]:
    """`S3Response.copy_object` that does not copy over what is there when asked with `If-None-Match: *`."""

    def copy_object(response: S3Response) -> Any:
        if response.headers.get("If-None-Match") == "*":
            there = response.backend.get_object(response.bucket_name, response.parse_key_name())
            if there is not None:
                raise PreconditionFailed("If-None-Match")
        return original(response)

    return copy_object
