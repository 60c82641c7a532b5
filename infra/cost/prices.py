"""What AWS and the providers of SMS charge: list prices, each with its public page and how sure it is.

USD in us-east-1, without free tiers, discounts or taxes. eu-central-1 is dearer by some tens of per cent where the two
differ; cn-north-1 and cn-northwest-1 have price lists of their own, in CNY.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOKED_UP = "2026-11-24"
CNY_PER_USD = 7.1
"""Assumed."""

OFFICIAL, ELSEWHERE, OPEN = "on the page named", "repeated by others", "to be checked"
"""How a price was found: in a stored copy of the page itself; in others' texts that quote it; or not at all."""


@dataclass(frozen=True)
class Price:
    """`usd` for `per` units of `unit`."""

    service: str
    unit: str
    usd: float
    per: float
    page: str
    found: str

    @property
    def each(self) -> float:
        """USD for one."""
        return self.usd / self.per


_AWS = "https://aws.amazon.com/"
_ALIYUN = "https://www.aliyun.com/price/product#/sms/detail"
MILLION, GIGABYTE = 1e6, 1e9

PRICES = {
    "write units": Price("DynamoDB", "write units", 0.625, MILLION, _AWS + "dynamodb/pricing/on-demand/", ELSEWHERE),
    "index write units": Price(
        "DynamoDB", "write units of indexes", 0.625, MILLION, _AWS + "dynamodb/pricing/on-demand/", ELSEWHERE
    ),
    "read units": Price("DynamoDB", "read units", 0.125, MILLION, _AWS + "dynamodb/pricing/on-demand/", ELSEWHERE),
    "bytes kept": Price("DynamoDB", "GB kept a month", 0.25, GIGABYTE, _AWS + "dynamodb/pricing/on-demand/", OPEN),
    "bytes restorable": Price(
        "DynamoDB", "GB restorable (PITR) a month", 0.20, GIGABYTE, _AWS + "dynamodb/pricing/on-demand/", OPEN
    ),
    "transitions": Price("Step Functions", "transitions", 0.025, 1e3, _AWS + "step-functions/pricing/", OFFICIAL),
    "invocations": Price("Lambda", "invocations", 0.20, MILLION, _AWS + "lambda/pricing/", ELSEWHERE),
    "GB-seconds": Price("Lambda", "GB-seconds (x86)", 0.0000166667, 1, _AWS + "lambda/pricing/", OFFICIAL),
    "requests": Price("API Gateway", "requests (REST)", 3.50, MILLION, _AWS + "api-gateway/pricing/", ELSEWHERE),
    "bytes out": Price("API Gateway", "GB sent out", 0.09, GIGABYTE, _AWS + "ec2/pricing/on-demand/", ELSEWHERE),
    "log bytes": Price("CloudWatch", "GB of log taken in", 0.50, GIGABYTE, _AWS + "cloudwatch/pricing/", ELSEWHERE),
    "mails": Price("SES", "mails", 0.10, 1e3, _AWS + "ses/pricing/", ELSEWHERE),
    "S3 writes": Price("S3", "PUT, COPY, POST", 0.005, 1e3, _AWS + "s3/pricing/", OPEN),
    "S3 reads": Price("S3", "GET, HEAD", 0.0004, 1e3, _AWS + "s3/pricing/", OPEN),
    "photo bytes": Price("S3", "GB of photos kept a month", 0.023, GIGABYTE, _AWS + "s3/pricing/", OPEN),
    "SMS segments": Price(
        "SMS", "segments, Aliyun, mainland, CNY 0.045", 0.045 / CNY_PER_USD, 1, _ALIYUN, ELSEWHERE
    ),
}  # fmt: skip
"""What use costs, by the kind that is counted."""

FIXED = {
    "Key": Price("KMS", "keys a month", 1.00, 1, _AWS + "kms/pricing/", OFFICIAL),
    "Secret": Price("Secrets Manager", "secrets a month", 0.40, 1, _AWS + "secrets-manager/pricing/", OPEN),
    "Alarm": Price("CloudWatch", "alarms a month", 0.10, 1, _AWS + "cloudwatch/pricing/", OPEN),
    "Dashboard": Price("CloudWatch", "dashboards a month", 3.00, 1, _AWS + "cloudwatch/pricing/", ELSEWHERE),
    "Metrics": Price(
        "CloudWatch", "metrics of our own a month", 0.30, 1, _AWS + "cloudwatch/pricing/", ELSEWHERE
    ),
}
"""What costs by being there; `infra.deploy.prices` has the same figures and counts the resources."""
