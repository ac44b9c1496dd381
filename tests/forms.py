"""The forms of a page as a browser without scripts would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """Reads every form with what stands in its fields: chosen options, checked boxes, typed text."""

    def __init__(self, text: str):
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.area, self.select = "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        got = dict(attrs)
        name, value = got.get("name") or "", got.get("value") or ""
        if tag == "form":
            self.form = Form(got.get("action") or "")
            self.forms.append(self.form)
        elif self.form is None:
            return
        elif tag == "input" and name and (got.get("type") not in ("radio", "checkbox") or "checked" in got):
            self.form.fields[name] = value
        elif tag == "textarea":
            self.area, self.form.fields[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in got or self.select not in self.form.fields):
            self.form.fields[self.select] = value

    def handle_data(self, data):
        if self.area and self.form:
            self.form.fields[self.area] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""


def forms_of(text: str) -> list[Form]:
    return Forms(text).forms
