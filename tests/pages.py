"""What every page of ours must be, whoever asks for it: checked on each HTML answer that a test gets through `Client`."""

import re
from collections import Counter
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """Collects what matters of a page while it is parsed."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.title = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "template" in self.open:
            found.pop("id", None)  # there once it is cloned, in place of what it names
        self.tags.append((tag, found))
        self.wrong += [f"{tag} has {name} twice" for name, count in Counter(name for name, _ in attrs).items() if count > 1]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> where {self.open[-1:]} is open")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if self.open[-1:] == ["title"]:
            self.title += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def problems(text: str) -> list[str]:
    """What is wrong with a page; empty where it is in order."""
    page = Page(text)
    wrong = page.wrong + [f"<{tag}> is never closed" for tag in page.open]
    html = page.all("html")
    if len(html) != 1 or html[0].get("lang") not in ("ko", "en"):
        wrong.append("no lang")
    if not page.title.strip(" ·\n"):
        wrong.append("no title")
    if len([1 for tag, attrs in page.tags if tag == "h1"]) != 1 and "<template" not in text:
        wrong.append("not one h1")
    ids = Counter(attrs["id"] for _tag, attrs in page.tags if attrs.get("id"))
    wrong += [f"id {name} is there {count} times" for name, count in ids.items() if count > 1]
    labelled = {attrs.get("for") for attrs in page.all("label")}
    for tag in ("input", "select", "textarea"):
        for attrs in page.all(tag):
            if attrs.get("type") in ("hidden", "submit") or attrs.get("aria-label") or attrs.get("id") in labelled:
                continue
            if not re.search(rf'<label[^>]*>\s*<{tag}[^>]*name="{re.escape(attrs.get("name") or "?")}"', text):
                wrong.append(f"{tag} {attrs.get('name')} has no label")
    wrong += [f"image without alt: {attrs.get('src')}" for attrs in page.all("img") if attrs.get("alt") is None]
    wrong += [f"inline script: {attrs}" for attrs in page.all("script") if not attrs.get("src") and attrs.get("type") != "application/json"]
    wrong += [f"{tag} says {name} inline" for tag, attrs in page.tags for name in attrs if name == "style" or name.startswith("on")]
    wrong += [f"{tag} loads from elsewhere: {address}" for tag, attrs in page.tags
              for address in (attrs.get("src"), attrs.get("href") if tag == "link" else None)
              if address and re.match(r"(https?:)?//", address)]
    return wrong


def check_page(answer) -> None:
    """Assert that an answer's page is in order; what is no page passes."""
    if answer.mimetype == "text/html" and answer.data and answer.status_code != 303:
        text = answer.get_data(as_text=True)
        assert not (wrong := problems(text)), (answer.request.path, wrong)
        assert "Traceback" not in text
