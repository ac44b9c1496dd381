"""What browsers load: joined, compressed and named by the hash of all that a page is made of.

The folders of `static/css` are joined into a sheet for each kind of page; icons and vendored files are copied, and
scripts without their comments. Everything stands under `/assets/<build>/`, so modules import each other by
relative paths and never expire.
"""

import gzip
import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import brotli
from whitenoise import WhiteNoise

from fieldapp.config import HOME

STATIC = HOME / "static"
MADE_OF = (STATIC, HOME / "templates", HOME / "fieldapp" / "translations")
SHEETS = {"phone": ("base", "phone"), "case": ("base", "phone", "case"), "desk": ("base", "desk")}
LAYERS = "@layer base, parts, page;\n"
COMPRESSED = {".css", ".js", ".svg", ".json"}
LONGEST_CACHE = 31_536_000  # seconds: a year
COMMENT = re.compile(rb"^ *//.*\n|  // .*", re.MULTILINE)  # two blanks stand before one behind code
BUILD_HEADER = "X-Build"  # by it the shell's keeper knows that a file is ours and of its own build


def build_name() -> str:
    """Twelve hex digits over every file that a page is made of."""
    digest = hashlib.sha256()
    for root in MADE_OF:
        for file in sorted(f for f in root.rglob("*") if f.is_file() and f.suffix != ".mo"):
            digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


class Assets:
    def __init__(self, folder: Path):
        self.build = build_name()
        self.root = folder / self.build
        if not self.root.exists():
            self._make(folder)
        self.prefix = f"/assets/{self.build}/"
        self.files = sorted(
            str(file.relative_to(self.root)) for file in self.root.rglob("*")
            if file.is_file() and file.suffix not in (".br", ".gz"))

    def url(self, path: str) -> str:
        if path not in self.files:
            raise LookupError(f"no asset named {path}")
        return self.prefix + path

    def serve(self, wsgi_app) -> WhiteNoise:
        """WSGI middleware that answers for the assets before the application is asked."""
        def mark(headers, path, url) -> None:
            headers.add_header("X-Content-Type-Options", "nosniff")
            headers.add_header(BUILD_HEADER, self.build)

        white = WhiteNoise(wsgi_app, max_age=LONGEST_CACHE, immutable_file_test=lambda path, url: True, allow_all_origins=False,
                           add_headers_function=mark)
        white.add_files(str(self.root), prefix=self.prefix)
        return white

    def _make(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder))
        for sheet, folders in SHEETS.items():
            parts = [part for one in folders for part in sorted((STATIC / "css" / one).glob("*.css"))]
            (made / f"{sheet}.css").write_text(LAYERS + "".join(part.read_text() for part in parts))
        for name in ("js", "icons", "vendor"):
            shutil.copytree(STATIC / name, made / name, ignore=shutil.ignore_patterns("*.py", "CHECKSUMS", "__pycache__"))
        for script in (made / "js").rglob("*.js"):
            script.write_bytes(COMMENT.sub(b"", script.read_bytes()))
        for file in [f for f in made.rglob("*") if f.suffix in COMPRESSED]:
            text = file.read_bytes()
            file.with_name(file.name + ".br").write_bytes(brotli.compress(text, quality=11))
            file.with_name(file.name + ".gz").write_bytes(gzip.compress(text, mtime=0))
        made.chmod(0o755)
        try:
            os.rename(made, self.root)
        except OSError:  # another process has made it meanwhile
            shutil.rmtree(made)
