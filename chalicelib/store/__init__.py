"""The one table, the only place that speaks pynamodb."""

from __future__ import annotations

from collections.abc import Callable

from botocore.session import Session, get_session

from chalicelib.store.bells import Bells
from chalicelib.store.cases import Cases
from chalicelib.store.codes import Codes
from chalicelib.store.deliveries import Deliveries
from chalicelib.store.notices import Notices
from chalicelib.store.polls import Polls
from chalicelib.store.records import Records
from chalicelib.store.rolls import Rolls
from chalicelib.store.table import Table
from chalicelib.store.upkeep import Upkeep


class DynamoStore(Bells, Cases, Codes, Deliveries, Notices, Polls, Records, Rolls, Upkeep):
    """The port `Store` on DynamoDB; one instance serves all threads of a process.

    `table_name` and `region` say where; an empty region means what the environment says, as does the endpoint
    (AWS_ENDPOINT_URL). `sleep(seconds)` waits between the tries of a call that met a throttle, a rival transaction
    or a broken connection; after the last try `core.errors.Unavailable` is raised. The client is made at the
    first call, by the botocore session that `session()` gives.
    """

    def __init__(
        self,
        table_name: str,
        region: str,
        sleep: Callable[[float], None],
        session: Callable[[], Session] = get_session,
    ) -> None:
        super().__init__(Table(table_name, region, sleep, session))


__all__ = ["DynamoStore"]
