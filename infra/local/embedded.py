"""AWS in this process: the emulator, mended, with what infra/template.yaml describes.

Executions of the state machine really run.

    with embedded_aws(functions={"app.advance": advance}) as aws:
        aws.session.create_client("dynamodb").put_item(TableName=aws.table_name, …)
        aws.records          # every committed write as a stream record, in order
        aws.outbox.as_json() # every SMS and mail

Nothing listens on a port and nothing leaves the process. At the end all executions are stopped.
"""

import io
import json
import os
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.session import Session, get_session
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from chalicelib.store.upgrade import upgraded
from chalicelib.timeline import machine
from infra.local.mend import Gate, Handler, Record, mended
from infra.local.outbox import Outbox, collecting
from infra.local.photos import Bucket
from infra.template import load_template

APP_NAME = "consultation-bell"
REGION = "eu-central-1"
FUNCTIONS = ("advance", "react", "sweep")
_LEADING_OUT = ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")
"""What on the operator's machine would lead calls to another AWS, the real one perhaps."""

MOTO = {
    "stepfunctions": {"execute_state_machine": True},
    "core": {"passthrough": {"urls": [r"http://127\.0\.0\.1.*", r"http://localhost.*"]}},
}


@dataclass
class EmbeddedAws:
    """What was made, and the ends to hold it by."""

    region: str
    stage: str
    session: Session
    gate: Gate
    outbox: Outbox
    functions: dict[str, Handler]
    state_machine_arn: str = ""
    operator_alerts_arn: str = ""
    stream_failures_url: str = ""
    records: list[Record] = field(default_factory=list)
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def table_name(self) -> str:
        """The table's name."""
        return f"{APP_NAME}-{self.stage}"

    @property
    def photos(self) -> Bucket:
        """The bucket of photos and papers."""
        return Bucket(f"{APP_NAME}-{self.stage}-photos-{DEFAULT_ACCOUNT_ID}", self.region)

    @property
    def anchors(self) -> Bucket:
        """The bucket of the daily anchors."""
        return Bucket(f"{APP_NAME}-{self.stage}-anchors-{DEFAULT_ACCOUNT_ID}", self.region)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which the application finds all this."""
        return {
            "STAGE": self.stage,
            "AWS_REGION": self.region,
            "TABLE_NAME": self.table_name,
            "STATE_MACHINE_ARN": self.state_machine_arn,
            "PHOTOS_BUCKET": self.photos.name,
            "ANCHORS_BUCKET": self.anchors.name,
            "OPERATOR_ALERTS_ARN": self.operator_alerts_arn,
        }

    def client(self, service: str) -> Any:
        """A botocore client; the same one each time, as clients may be shared by threads."""
        if service not in self._clients:
            self._clients[service] = self.session.create_client(service)
        return self._clients[service]

    def restore(self, images: Iterator[dict[str, Any]]) -> int:
        """Put items into the table without any record of it, those of an earlier version as of today; how many."""
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][self.region].tables[self.table_name]
        count = 0
        with self.gate.lock:
            for image in images:
                table.put_item(upgraded(image))
                count += 1
            self.gate.changes.clear()
        return count

    def executions(self, status: str = "RUNNING") -> list[dict[str, Any]]:
        """The executions of the timeline in a status: dictionaries with name, executionArn, status."""
        client = self.client("stepfunctions")
        pages = client.get_paginator("list_executions").paginate(
            stateMachineArn=self.state_machine_arn, statusFilter=status
        )
        return [execution for page in pages for execution in page["executions"]]

    def stop_executions(self) -> None:
        """Stop whatever waits: it would wake up in the next test's AWS and write there."""
        backend = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID][self.region]
        executions = [execution for machine in backend.state_machines for execution in machine.executions]
        deadline = time.monotonic() + 2
        for execution in executions:
            if execution.status == "RUNNING" and _has_begun(execution, deadline):
                backend.stop_execution(execution.execution_arn)
                _release(execution)


@contextmanager
def embedded_aws(
    functions: dict[str, Handler] | None = None,
    *,
    region: str = REGION,
    stage: str = "local",
    outbox: Outbox | None = None,
    on_commit: Callable[[list[Record]], None] | None = None,
) -> Iterator[EmbeddedAws]:
    """Run AWS in this process while the context lasts.

    `functions` maps handler names (`"app.advance"`) to entry points and may be filled later. `on_commit`
    is called with the records of each write before the writer gets its answer and must not call AWS;
    without it the records are kept in `records`.
    """
    handlers = functions if functions is not None else {}
    box = outbox or Outbox()
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, _environment(region)))
        for name in [name for name in os.environ if name.startswith(_LEADING_OUT)]:
            del os.environ[name]
        stack.enter_context(mock_aws(config=MOTO))
        gate = Gate()
        stack.enter_context(mended(gate, handlers))
        stack.enter_context(collecting(box))
        aws = EmbeddedAws(region, stage, get_session(), gate, box, handlers)
        gate.on_commit = on_commit or aws.records.extend
        _create(aws)
        stack.callback(_end, aws)
        yield aws


def _environment(region: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _create(aws: EmbeddedAws) -> None:
    resources = load_template()["Resources"]
    _create_table(aws, resources["Table"]["Properties"])
    aws.photos.create()
    aws.anchors.create()
    aws.anchors.lock("COMPLIANCE", 3650)
    name = f"{APP_NAME}-{aws.stage}"
    aws.operator_alerts_arn = aws.client("sns").create_topic(Name=f"{name}-operator-alerts")["TopicArn"]
    aws.stream_failures_url = aws.client("sqs").create_queue(QueueName=f"{name}-stream-failures")["QueueUrl"]
    role = aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    arns = {
        function: _create_function(aws, f"{name}-{function}", f"app.{function}", role)
        for function in FUNCTIONS
    }
    aws.state_machine_arn = aws.client("stepfunctions").create_state_machine(
        name=f"{name}-escalation",
        definition=substituted(aws.table_name, arns["advance"]),
        roleArn=role,
    )["stateMachineArn"]


def _create_table(aws: EmbeddedAws, properties: dict[str, Any]) -> None:
    aws.client("dynamodb").create_table(
        TableName=aws.table_name,
        BillingMode=properties["BillingMode"],
        AttributeDefinitions=properties["AttributeDefinitions"],
        KeySchema=properties["KeySchema"],
        GlobalSecondaryIndexes=properties["GlobalSecondaryIndexes"],
        StreamSpecification={"StreamEnabled": True, **properties["StreamSpecification"]},
    )


def _create_function(aws: EmbeddedAws, name: str, handler: str, role: str) -> str:
    arn: str = aws.client("lambda").create_function(
        FunctionName=name, Runtime="python3.11", Role=role, Handler=handler, Code={"ZipFile": _empty_zip()}
    )["FunctionArn"]
    return arn


def _empty_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w"):
        pass
    return buffer.getvalue()


def _has_begun(execution: Any, deadline: float) -> bool:
    """Wait until an execution that was just started can be stopped; one that ended at its start never can."""
    while not (execution.exec_worker and execution.exec_worker.env):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def _release(execution: Any) -> None:
    """Let the threads of a stopped execution end: the emulator leaves them waiting for their time-out."""
    manager = execution.exec_worker.env.callback_pool_manager
    for endpoint in list(manager._pool.values()):  # noqa: SLF001  # there is no other way in
        endpoint.interrupt_all()


def _end(aws: EmbeddedAws) -> None:
    aws.stop_executions()
    deadline = time.monotonic() + 2
    while _workers() and time.monotonic() < deadline:
        time.sleep(0.005)


def _workers() -> list[threading.Thread]:
    """The emulator's threads that run executions."""
    return [thread for thread in threading.enumerate() if "_execution_logic" in thread.name]


def substituted(table_name: str, advance_arn: str, partition: str = "aws") -> str:
    """The generated definition with its placeholders replaced, as CloudFormation would."""
    text = json.dumps(machine.definition())
    for name, value in (
        ("Partition", partition),
        ("TableName", table_name),
        ("AdvanceFunctionArn", advance_arn),
    ):
        text = text.replace("${" + name + "}", value)
    return text
