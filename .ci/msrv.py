"""Reads `cargo metadata` and fails when a dependency of the published crates needs a newer Rust."""

import json
import sys


def version(text):
    parts = [int(part) for part in text.split(".")]
    return tuple(parts + [0] * (3 - len(parts)))


metadata = json.load(sys.stdin)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
published = [p for p in packages.values() if p["source"] is None and p["publish"] is None]
floor = version(published[0]["rust_version"])

seen, todo = set(), [package["id"] for package in published]
while todo:
    package = todo.pop()
    if package in seen:
        continue
    seen.add(package)
    for dependency in nodes[package]["deps"]:
        if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
            todo.append(dependency["pkg"])

newer = [
    f"{packages[i]['name']} {packages[i]['version']} needs Rust {packages[i]['rust_version']}"
    for i in seen
    if packages[i]["rust_version"] and version(packages[i]["rust_version"]) > floor
]
print(f"{len(seen)} crates, floor {published[0]['rust_version']}")
if newer:
    sys.exit("\n".join(newer))
