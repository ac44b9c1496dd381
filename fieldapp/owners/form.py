import re
import unicodedata
from dataclasses import dataclass

from flask_babel import gettext as _

from fieldapp.form import Reader

# A birthday, then seven digits of which the first tells century and sex; whatever stroke or blank is put between.
RESIDENT_NUMBER = re.compile(r"\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[\s\-.~_·\u1173ー\u2010-\u2015\u2212]*[1-8]\d{6}")
PHONE = re.compile(r"[0-9+()\- ]{7,20}")
KINDS = ("personal", "contact")


@dataclass(frozen=True)
class OwnerAnswer:
    """What the owner agreed to (`kinds`) and gave."""

    kinds: tuple[str, ...]
    text_version: str
    name: str
    phone: str

    @property
    def may_be_contacted(self) -> bool:
        return "contact" in self.kinds


def read_owner(form: Reader) -> OwnerAnswer:
    kinds = tuple(kind for kind in KINDS if form.flag(f"consent.{kind}"))
    name, phone = form.text("owner.name", limit=60), form.text("owner.phone", limit=40)
    if (name or phone) and not kinds:
        form.refuse("owner.name" if name else "owner.phone", _("동의를 받은 뒤에 적을 수 있습니다."))
    if phone and not PHONE.fullmatch(phone):
        form.refuse("owner.phone", _("전화번호를 02-000-0000처럼 적어 주십시오."))
    return OwnerAnswer(kinds, form.text("consent.version", limit=20), name, phone)


def refuse_resident_number(form: Reader, field: str, text: str) -> None:
    """개인정보 보호법 제24조의2: no resident registration number is ever kept."""
    if RESIDENT_NUMBER.search(unicodedata.normalize("NFKC", text)):
        form.refuse(field, _("주민등록번호는 적을 수 없습니다. 지운 뒤 저장해 주십시오."))
