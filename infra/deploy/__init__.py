"""Putting a stage into service: `make plan`, `make deploy`, `make destroy` (docs/deploying.md).

target.py         which stage, where; every name that follows from it
checks.py         what must be so before anything is touched
template.py       infra/template.yaml as it is sent to one place
stack.py          change sets, with progress
configuration.py  the stack's outputs in .chalice/config.json
policies.py       what each function may do, from policies/*.json
ship.py           `chalice deploy`, and the record it needs the next time
sms.py            SNS's log of what became of SMS, which is the account's
smoke.py          a canary bell through the deployed stage
course.py         the steps in their order
"""
