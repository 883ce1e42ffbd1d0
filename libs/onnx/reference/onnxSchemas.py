"""Writes onnxSchemas.json: what ONNX itself says of the operators in operators.ts. Needs: pip install onnx==1.23.2.

Run in this folder: python onnxSchemas.py. Sets 18 to 24; an attribute's "since" is the first of them that has it.
"""

import json
import re
from pathlib import Path

from onnx import defs, helper

SETS = range(18, 25)
SKIPPED = {"Constant"}  # Read when a program is upgraded.


def schema(op, version):
    try:
        return defs.get_schema(op, version, "")
    except defs.SchemaError:
        return None


def tensors(formal):
    suffix = {0: "", 1: "?", 2: "..."}
    return [
        {"name": f.name + suffix[getattr(f.option, "value", f.option)], "real": any("float" in t for t in f.types)}
        for f in formal
    ]


def default(attribute):
    if attribute.required or attribute.default_value.type == 0:
        return None
    value = helper.get_attribute_value(attribute.default_value)
    return value.decode() if isinstance(value, bytes) else value


here = Path(__file__).parent
table = (here.parent / "src" / "operators.ts").read_text().split("export const OPERATORS = {")[1]
names = [n for n in re.findall(r"^  ([A-Z]\w*):", table, re.M) if n not in SKIPPED]
result = {}
for op in names:
    known = {v: s for v in SETS if (s := schema(op, v)) is not None}
    last = known[max(known)]
    result[op] = {
        "since": min(known),
        "inputs": tensors(last.inputs),
        "outputs": tensors(last.outputs),
        "attributes": {
            name: {
                "type": str(a.type).split(".")[-1].lower(),
                "required": bool(a.required),
                "default": default(a),
                "since": min(v for v, s in known.items() if name in s.attributes),
            }
            for name, a in sorted(last.attributes.items())
        },
    }
lines = ",\n".join(f"  {json.dumps(op)}: {json.dumps(entry)}" for op, entry in result.items())
(here / "onnxSchemas.json").write_text("{\n" + lines + "\n}\n")
