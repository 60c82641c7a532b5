"""The Merkle tree: as RFC 9162 has it, and no proof leads where it should not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.merkle import leaf_hash, node_hash, proof, root, root_of

# The entries and roots that certificate-transparency's implementations of RFC 6962 and RFC 9162 are tested with.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PROOFS = [
    # (index, size, path): the published inclusion proofs over the same entries.
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
TREES = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(entry) for entry in ENTRIES[:size]]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_roots_are_the_published_ones(size: int) -> None:
    assert root(leaves(size)).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), PROOFS)
def test_the_proofs_are_the_published_ones(index: int, size: int, path: list[str]) -> None:
    assert [step.hex() for step in proof(leaves(size), index)] == path
    found = root_of(leaves(size)[index], index, size, [bytes.fromhex(step) for step in path])
    assert found is not None
    assert found.hex() == ROOTS[size]


def test_the_tree_of_seven_has_the_shape_that_the_rfc_draws() -> None:
    """RFC 9162 section 2.1.5: paths of d0, d3, d4 and d6 are [b, h, l], [c, g, l], [f, j, k] and [i, k]."""
    a, b, c, d, e, f, j = leaves(7)
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, l_ = node_hash(g, h), node_hash(i, j)
    assert root(leaves(7)) == node_hash(k, l_)
    assert proof(leaves(7), 0) == (b, h, l_)
    assert proof(leaves(7), 3) == (c, g, l_)
    assert proof(leaves(7), 4) == (f, j, k)
    assert proof(leaves(7), 6) == (i, k)


@given(TREES)
def test_every_leaf_is_proved_by_few_hashes_and_none_elsewhere(entries: list[bytes]) -> None:
    tree = [leaf_hash(bytes([n]) + entry) for n, entry in enumerate(entries)]
    top = root(tree)
    for index, leaf in enumerate(tree):
        path = proof(tree, index)
        assert len(path) <= (len(tree) - 1).bit_length()
        assert root_of(leaf, index, len(tree), path) == top
        for other in range(len(tree)):
            if other != index:
                assert root_of(leaf, other, len(tree), path) != top


@given(TREES, st.data())
def test_a_proof_for_something_else_leads_elsewhere(entries: list[bytes], data: st.DataObject) -> None:
    tree = [leaf_hash(entry) for entry in entries]
    index = data.draw(st.integers(0, len(tree) - 1))
    path, top = proof(tree, index), root(tree)
    assert root_of(leaf_hash(b"never among them"), index, len(tree), path) != top
    assert root_of(tree[index], index, len(tree), (*path, tree[0])) is None
    if path:
        assert root_of(tree[index], index, len(tree), path[:-1]) is None


@given(TREES)
def test_a_leaf_more_or_fewer_or_in_another_place_makes_another_root(entries: list[bytes]) -> None:
    tree = [leaf_hash(bytes([n]) + entry) for n, entry in enumerate(entries)]
    assert root([*tree, leaf_hash(b"one more")]) != root(tree)
    assert root(tree[:-1]) != root(tree)
    if len(tree) > 1:
        assert root(reversed(tree)) != root(tree)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 4), (4, 4)])
def test_what_is_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    assert root_of(leaf_hash(b""), index, size, ()) is None
    with pytest.raises(IndexError):
        proof(leaves(size), index)
