"""The two stacks, as CloudFormation, and where this AWS differs from the real one (each difference is told)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from botocore.session import Session

from infra.deploy import template
from infra.deploy.configuration import OUTPUTS
from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller
from infra.rehearse.emulator import ACCOUNT, REGION

BUCKET = "rehearsal"
LISTENER = "listener"
_UNKNOWN = re.compile(r"Unrecognized resource types: \[([^\]]*)\]")
_SIGNAL = "states:SendTask"
_SECONDS = 120


class Stacks:
    """CloudFormation at `url`, for one stage."""

    def __init__(self, url: str, stage: str, tell: Teller) -> None:
        self.target = Target(stage, REGION, ACCOUNT)
        self._url, self._tell = url, tell
        self._session = Session()
        self._formation = self.client("cloudformation")
        self._infrastructure: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A client of a service there."""
        return self._session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self._url,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - of the emulator
        )

    def infrastructure(self) -> dict[str, str]:
        """Create infra/template.yaml's stack; its outputs."""
        document = json.loads(template.rendered(self.target))
        unknown = self._unknown(document)
        for kind in sorted(unknown):
            self._tell.warning(f"Not tried: {kind}, which ministack does not know")
        resources = {name: one for name, one in document["Resources"].items() if one["Type"] not in unknown}
        self._infrastructure = document | {"Resources": resources}
        outputs = self._applied(
            "create", self.target.name, self._upload("template.json", self._infrastructure)
        )
        return outputs | self._names_in_full(outputs)

    def application(self, package: Path, outputs: Mapping[str, str]) -> str:
        """Create the stack that `chalice package` made, with the outputs in its functions' settings as `make deploy`
        puts them into the stage's configuration; the API's address."""
        code = self._put("deployment.zip", (package / "deployment.zip").read_bytes())
        sam = json.loads((package / "sam.json").read_text("utf-8"))
        settings = {name: outputs[output] for name, output in OUTPUTS.items() if outputs.get(output)}
        self._signals(sam)
        for one in sam["Resources"].values():
            if one["Type"] == "AWS::Serverless::Function":
                one["Properties"]["CodeUri"] = code
                one["Properties"]["Environment"]["Variables"].update(settings)
        made = self._applied("create", f"{self.target.name}-app", self._upload("sam.json", sam))
        return f"{self._url}/restapis/{made['RestAPIId']}/api/_user_request_"

    def connect(self) -> None:
        """Feed the stream to `react` and `publish`, now that they are there: the second half of `make deploy`."""
        address = self._upload("template.json", self._infrastructure)
        connected = {"ConnectReact": "true", "ConnectPublish": "true"}
        self._applied("update", self.target.name, address, self._parameters() | connected)

    def listen(self) -> None:
        """Another system listens to the bus: a queue of its own, and a rule as docs/deploying.md has it."""
        self.client("sqs").create_queue(QueueName=LISTENER)
        events, bus = self.client("events"), self.target.name
        pattern = json.dumps({"source": ["consultation-bell"]})
        events.put_rule(Name=LISTENER, EventBusName=bus, EventPattern=pattern)
        target = {"Id": "queue", "Arn": self.target.arn("sqs", LISTENER)}
        events.put_targets(Rule=LISTENER, EventBusName=bus, Targets=[target])

    def overheard(self) -> list[str]:
        """What that system heard since it was last asked: `bell.rung MX-7F3K-92QD`."""
        queue = self.client("sqs")
        url = queue.get_queue_url(QueueName=LISTENER)["QueueUrl"]
        heard = []
        for message in queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            heard.append(f"{event['detail-type']} {event['detail']['number']}")
            queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return heard

    def _parameters(self) -> dict[str, str]:
        given = {"AppName": self.target.app, "Stage": self.target.stage}
        return {name: one for name, one in given.items() if name in self._infrastructure["Parameters"]}

    def timers(self) -> list[str]:
        """The states that the timers of all bells entered, oldest first for each."""
        machine = self.client("stepfunctions")
        arn = self.target.arn("states", f"stateMachine:{self.target.name}-escalation")
        found = machine.list_executions(stateMachineArn=arn)["executions"]
        events = [
            event
            for one in found
            for event in machine.get_execution_history(executionArn=one["executionArn"])["events"]
        ]
        return [
            one["stateEnteredEventDetails"]["name"] for one in events if "stateEnteredEventDetails" in one
        ]

    def _signals(self, sam: Mapping[str, Any]) -> None:
        """AWS asks whether a task of that state machine may be answered; ministack, which does not look for the machine
        behind a token, whether a task of any may."""
        for one in sam["Resources"].values():
            for policy in one["Properties"].get("Policies", ()) if one["Type"] == "AWS::IAM::Role" else ():
                statements = policy["PolicyDocument"]["Statement"]
                sent = [name for each in statements for name in each["Action"] if name.startswith(_SIGNAL)]
                if sent:
                    statements.append({"Effect": "Allow", "Action": sorted(set(sent)), "Resource": "*"})
        self._tell.warning("Not tried: that SendTask… is allowed for this state machine only")

    def _names_in_full(self, outputs: Mapping[str, str]) -> dict[str, str]:
        """AWS answers a secret's ARN to `Ref`, ministack its name."""
        safe = self.client("secretsmanager")
        secrets = [name for name in ("SecretKeyArn", "ProviderSecretsArn") if name in outputs]
        return {name: safe.describe_secret(SecretId=outputs[name])["ARN"] for name in secrets}

    def _unknown(self, document: Mapping[str, Any]) -> frozenset[str]:
        try:
            self._formation.validate_template(TemplateURL=self._upload("template.json", document))
        except ClientError as error:
            found = _UNKNOWN.search(str(error))
            if found:
                return frozenset(re.findall(r"[A-Za-z0-9:]+", found[1]))
            raise
        return frozenset()

    def _applied(
        self, verb: str, name: str, address: str, parameters: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        given = [{"ParameterKey": key, "ParameterValue": one} for key, one in (parameters or {}).items()]
        capabilities = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
        call = getattr(self._formation, f"{verb}_stack")
        call(StackName=name, TemplateURL=address, Capabilities=capabilities, Parameters=given)
        stack = self._settled(name)
        if stack["StackStatus"] != f"{verb.upper()}_COMPLETE":
            raise Failed(
                f"The stack {name} is {stack['StackStatus']}: {self._reasons(name)}",
                "What AWS would refuse, too, is to be mended in infra/template.yaml or .chalice; what only ministack "
                "does not know belongs into infra/rehearse/stacks.py.",
            )
        self._tell.good(f"{name}: {stack['StackStatus']}")
        return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}

    def _settled(self, name: str) -> dict[str, Any]:
        for _ in range(_SECONDS * 5):
            stack: dict[str, Any] = self._formation.describe_stacks(StackName=name)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack
            time.sleep(0.2)
        raise Failed(f"The stack {name} is not done after {_SECONDS} s.", "See build/rehearse/ministack.log.")

    def _reasons(self, name: str) -> str:
        events = self._formation.describe_stack_events(StackName=name)["StackEvents"]
        failed = [one for one in events if one["ResourceStatus"].endswith("FAILED")]
        return "; ".join(f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}" for one in failed)

    def _upload(self, name: str, document: Mapping[str, Any]) -> str:
        """What is longer than 51,200 bytes CloudFormation reads from S3."""
        self._put(name, json.dumps(document).encode())
        return f"{self._url}/{BUCKET}/{name}"

    def _put(self, name: str, content: bytes) -> str:
        store = self.client("s3")
        try:
            store.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        except ClientError as error:
            if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
                raise
        store.put_object(Bucket=BUCKET, Key=name, Body=content)
        return f"s3://{BUCKET}/{name}"
