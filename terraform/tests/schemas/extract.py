"""Reads the providers' argument schemas out of npm packages, and writes <provider>.json beside itself.

Terraform's registry cannot be reached everywhere, and the providers themselves are hundreds of megabytes. The
packages @cdktf/provider-{aws,helm,kubernetes} are generated from the same schemas by Terraform's makers: the
TypeScript in them states of each attribute whether it is computed, optional or required, its type, and whether it is
written as a block. Only the types that the modules use are kept, so run this again after using a new one:

    npm pack @cdktf/provider-aws@21.22.1     # and the others; unpack each into its own folder
    python extract.py FOLDER_OF_AWS FOLDER_OF_HELM FOLDER_OF_KUBERNETES

Ephemeral resources are not in those packages: ephemeral.json holds the two in use, from the provider's documentation.
"""

import base64
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCALARS = {"String": "string", "Boolean": "bool", "Number": "number"}
COLLECTIONS = {
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
    "BooleanMap": ["map", "bool"],
    "NumberMap": ["map", "number"],
    "AnyMap": ["map", "string"],
}


def typescript(module: pathlib.Path) -> str:
    """The TypeScript that a generated module was compiled from: the compiler left it in the source map."""
    # Large modules keep their structures in files beside the index.
    text = "\n".join(path.read_text() for path in sorted(module.rglob("*.js")))
    maps = re.findall(r"sourceMappingURL=data:application/json;base64,(\S+)", text)
    return "\n".join("\n".join(json.loads(base64.b64decode(m))["sourcesContent"]) for m in maps)


class Module:
    """One resource, data source or provider."""

    def __init__(self, source: str):
        self.source = source
        self.bodies = {}
        for match in re.finditer(r"^export class (\w+) extends [\w.]+ \{\n(.*?)^\}", source, re.M | re.S):
            self.bodies[match[1]] = match[2]
        self.interfaces = dict(re.findall(r"^export interface (\w+)[^{]*\{\n(.*?)^\}", source, re.M | re.S))
        self.hcl = {}
        for match in re.finditer(r"^export function (\w+)ToHclTerraform\(.*?^\}", source, re.M | re.S):
            self.hcl[match[1].lower()] = self.entries(match[0])

    @staticmethod
    def entries(text: str) -> dict:
        """name -> (mapper, written as a block, container, storage class) of synthesized HCL."""
        found = {}
        pattern = r"^ +(\w+|'\w+'): \{\n +value: (.*),\n +isBlock: (true|false),\n +type: \"(\w+)\",\n +storageClassType: \"(\w+)\""
        for name, value, block, container, storage in re.findall(pattern, text, re.M):
            found[name.strip("'")] = (value, block == "true", container, storage)
        return found

    def block(self, body: str, hcl: dict) -> dict:
        attributes, blocks = {}, {}
        parts = re.split(r"^  // (\w+) - computed: (\w+), optional: (\w+), required: (\w+)$", body, flags=re.M)
        for i in range(1, len(parts), 5):
            name, computed, optional, required, code = parts[i : i + 5]
            flags = {"computed": computed == "true", "optional": optional == "true", "required": required == "true"}
            value, is_block, container, _ = hcl.get(name, ("", False, "", ""))
            nested = re.search(r"private _\w+ = new (\w+)\(this, \"(\w+)\"(?:, (\w+))?\)", code)
            if nested and is_block:
                inner, mapped = nested[1], "listMapper" in value
                reference = re.sub(r"List$", "OutputReference", inner)
                body_of = self.bodies[reference]
                base = re.sub(r"OutputReference$", "", reference)
                nesting = {"struct": "single"}.get(container, container)
                child = self.block(body_of, self.hcl.get(base.lower(), {}))
                # The generator passes whether a list of objects is written as blocks or as one attribute's value.
                if mapped and re.search(r", false\)\(", value):
                    attributes[name] = flags | {"nested": nesting, "block": child}
                else:
                    one = not mapped and nesting in ("list", "set")
                    blocks[name] = {"nesting": nesting, "max": 1 if one else 0, "min": int(flags["required"]), "block": child}
            elif nested:
                inner = nested[1]
                reference = inner if inner in self.bodies and not re.search(r"(List|Map)$", inner) else re.sub(r"(List|Map)$", "OutputReference", inner)
                if reference not in self.bodies:  # a map or list of plain values
                    attributes[name] = flags | {"type": ["map" if inner.endswith("Map") else "list", "string"]}
                    continue
                container = "set" if nested[3] == "true" else "map" if inner.endswith("Map") else "list"
                attributes[name] = flags | {"type": [container, ["object", self.object(self.bodies[reference])]]}
            else:
                attributes[name] = flags | {"type": self.plain(name, code, container, value)}
        return {"attributes": attributes, "blocks": blocks}

    def object(self, body: str) -> dict:
        block = self.block(body, {})
        return {name: attribute["type"] for name, attribute in block["attributes"].items()}

    @staticmethod
    def plain(name: str, code: str, container: str, value: str):
        getter = re.search(r"return (cdktf\.Fn\.tolist\()?this\.get(\w+?)Attribute\(", code)
        if getter and getter[2] in SCALARS:
            return SCALARS[getter[2]]
        if getter:
            kind = list(COLLECTIONS[getter[2]])
            return ["set", kind[1]] if getter[1] else kind
        whole = re.search(r"private _\w+ = new cdktf\.(\w+)\(", code)
        if whole:
            return {"StringMapList": ["list", ["map", "string"]]}.get(whole[1]) or COLLECTIONS[whole[1]]
        private = re.search(r"private _\w+\?: ([^;]*);", code)
        typed = private[1] if private else ""
        if "{ [key: string]" in typed:
            return ["map", "bool" if "boolean" in typed else "string"]
        if "[]" in typed:
            return [container if container in ("list", "set") else "list", "number" if "number" in typed else "string"]
        for word, kind in (("string", "string"), ("number", "number"), ("boolean", "bool")):
            if typed.startswith(word):
                return kind
        if "interpolationForAttribute" in code or "internalValue" in code or typed or value:
            return "dynamic"
        raise ValueError(f"{name}: no type found in {code[:200]}")

    def main(self, name: str) -> dict:
        body = self.bodies[name]
        return self.block(body, self.entries(body))


def provider_block(module: Module, name: str, framework: bool) -> dict:
    """Providers' blocks are plain properties in the generated code: their shape is in the interfaces."""

    def shape(interface: str) -> dict:
        attributes, blocks = {}, {}
        for prop, optional, kind in re.findall(r"readonly (\w+)(\??): ([^;]*);", module.interfaces[interface].replace("[key: string]: string", "map")):
            snake = re.sub(r"([A-Z])", lambda m: "_" + m[1].lower(), prop)
            flags = {"computed": False, "optional": bool(optional), "required": not optional}
            inner = re.match(rf"({name}\w+)(\[\])?", kind)
            if inner:
                nesting = "list" if inner[2] else "single"
                if framework:
                    attributes[snake] = flags | {"nested": nesting, "block": shape(inner[1])}
                else:
                    blocks[snake] = {"nesting": "list", "max": 0 if inner[2] else 1, "min": 0, "block": shape(inner[1])}
            elif "map" in kind:
                attributes[snake] = flags | {"type": ["map", "string"]}
            elif "[]" in kind:
                attributes[snake] = flags | {"type": ["list", "string"]}
            else:
                attributes[snake] = flags | {"type": next(t for w, t in (("string", "string"), ("number", "number"), ("boolean", "bool")) if kind.startswith(w))}
        attributes.pop("alias", None)
        return {"attributes": attributes, "blocks": blocks}

    return shape(f"{name}ProviderConfig")


def used() -> set:
    text = "\n".join(path.read_text() for path in HERE.parents[1].glob("**/*.tf"))
    return set(re.findall(r'^(resource|data)\s+"(\w+)"', text, re.M))


def main(folders: list) -> None:
    wanted = used()
    for provider, folder in zip(("aws", "helm", "kubernetes"), folders):
        lib = pathlib.Path(folder) / "lib"
        package = json.loads((pathlib.Path(folder) / "package.json").read_text())
        result = {"resource": {}, "data": {}}
        for kind, type_ in sorted(wanted):
            prefix, _, rest = type_.partition("_")
            if prefix != provider:
                continue
            module = lib / ("data-" + type_ if kind == "data" else rest).replace("_", "-")
            if not module.is_dir():
                raise SystemExit(f"{package['name']}: no {kind} {type_}")
            source = Module(typescript(module))
            name = re.search(r"tfResourceType = \"" + type_ + '"', source.source)
            owner = source.source[: name.start()].rfind("export class ")
            class_name = re.match(r"export class (\w+)", source.source[owner:])[1]
            result[kind][type_] = source.main(class_name)
        source = typescript(lib / "provider")
        version = re.search(r"providerVersion: '([^']+)'", source)[1]
        result["provider"] = provider_block(Module(source), provider.capitalize(), provider == "helm")
        out = {"package": f"{package['name']}@{package['version']}", "version": version} | result
        (HERE / f"{provider}.json").write_text(json.dumps(out, sort_keys=True, separators=(",", ":")).replace('},"', '},\n"') + "\n")
        print(f"{provider} {version}: {len(result['resource'])} resources, {len(result['data'])} data sources")


if __name__ == "__main__":
    main(sys.argv[1:])
