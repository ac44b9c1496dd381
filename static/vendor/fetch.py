"""Fill static/vendor/ with the few browser libraries, each file held by its checksum.

    python static/vendor/fetch.py           fetch by `npm pack`, keep what PACKAGES names, refuse what differs
    python static/vendor/fetch.py --check   only compare the files that are here with CHECKSUMS

CHECKSUMS is in sha256sum's format. A new version: change PACKAGES, put the lines that the refusal prints into
CHECKSUMS after reading what came, fetch again, delete the old folder.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Package and version -> what is kept: path in the tarball -> name here; a path that ends in / keeps the folder.
PACKAGES = {
    "htmx.org@4.0.1": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    "leaflet@1.9.4": {
        "dist/leaflet.js": "leaflet.js",
        "dist/leaflet.css": "leaflet.css",
        "dist/images/": "images/",
        "LICENSE": "LICENSE",
    },
}


def main(arguments: list[str]) -> int:
    """Return the exit status: 0, or 1 with the differing files named on stderr."""
    files = here() if arguments == ["--check"] else {path: data for p in PACKAGES for path, data in packed(p).items()}
    wrong = differences(files)
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        return 1
    for path, data in files.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_bytes(data)
    print(f"{len(files)} files as in CHECKSUMS")
    return 0


def here() -> dict[str, bytes]:
    folders = [folder for folder in HERE.iterdir() if "@" in folder.name]
    return {str(f.relative_to(HERE).as_posix()): f.read_bytes() for d in folders for f in d.rglob("*") if f.is_file()}


def packed(package: str) -> dict[str, bytes]:
    """What is kept of one package, as npm delivers it. Raises CalledProcessError where npm can't."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, package]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        [tarball] = Path(folder).glob("*.tgz")
        return {f"{package}/{name}": data for name, data in kept(tarball.read_bytes(), PACKAGES[package])}


def kept(tarball: bytes, wanted: dict[str, str]):
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        for member in archive.getmembers():
            path = member.name.removeprefix("package/")
            for source, target in wanted.items():
                if member.isfile() and (path == source or (source.endswith("/") and path.startswith(source))):
                    yield target + path[len(source) :], archive.extractfile(member).read()  # type: ignore[union-attr]


def differences(files: dict[str, bytes]) -> list[str]:
    """One line for every file that is unknown, missing or other than CHECKSUMS says."""
    lines = (HERE / "CHECKSUMS").read_text().splitlines()
    expected = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    found = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    return [f"missing: {path}" for path in sorted(expected.keys() - found.keys())] + [
        f"not as in CHECKSUMS: {found[path]}  {path}" for path in sorted(found) if expected.get(path) != found[path]
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
