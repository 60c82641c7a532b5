"""The zip that the Lambda functions run from: what Chalice would ship, without what no function reads, and compiled.

contents.py    which files of the project and of the installed packages go in
models.py      botocore's data, cut down to the services that are spoken to
bytecode.py    compiles a folder, the same bytes every time; runs as a program of its own
archive.py     folder → zip, the same bytes every time; sizes by component
packager.py    Chalice's packager, replaced: `chalice deploy` and `chalice package` both ship this zip
installed.py   the packages as installed in this environment, for tests and timings without a network
__main__.py    `python -m infra.package deploy|package|…`: Chalice's own command line

docs/decisions/0022-package.md says why.
"""
