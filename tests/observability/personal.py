"""Somebody who can be recognised in whatever is written about them."""

NAME, PHONE, TEXT, WHERE = "欧阳雪芹", "13977665544", "我家卫生间漏水淹了邻居", "凤起路七号门口"
PERSONAL = (
    NAME,
    PHONE,
    TEXT,
    WHERE,
    "Ouyang Xueqin",
    "77665544",
    "赵虹",
    "王丽芬",
    "13800001001",
    "zhao@example.org",
)
