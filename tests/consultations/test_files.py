import io
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fieldapp.consultations import Attachment, Consultation
from fieldapp.consultations.attachment import MAX_BYTES, MOST, plain_name
from fieldapp.consultations.sniff import OLE, is_what_it_says
from fieldapp.database import uuid7
from fieldapp.events import AccessLog, Event
from tests.cases import given, slot

PDF, HTML = b"%PDF-1.7\n%...", b"<!doctype html><script>alert(1)</script>"


def package(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


def photo() -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", (64, 48), "teal")
    picture.save(out, "JPEG", exif=b"Exif\0\0secret place")
    return out.getvalue()


@pytest.fixture
def upload(desk):
    """A case with a held session: `upload(body, name)` sends a file of it."""
    class Upload:
        def __init__(self):
            self.desk = desk("in_progress")
            self.session = Consultation.get()
            self.url = f"{self.desk.url}/sessions/{self.session.uid}/files"

        def __call__(self, body: bytes, name: str, login: str = "expert", **more):
            boundary, encoded = encode_multipart({"file": FileStorage(io.BytesIO(body), name), **more})
            return self.desk.as_(login).post(self.url, data=encoded, content_type=f"multipart/form-data; boundary={boundary}")

    return Upload()


def test_a_file_is_kept_and_given_back_only_to_be_saved(as_, upload, config, cast):
    answer = upload(PDF, "가상 계약서.pdf")
    assert answer.status_code == 303 and answer.location.endswith(f"#session-{upload.session.uid}")
    row = Attachment.get()
    assert (row.kind, row.name, row.size, row.by) == ("file", "가상 계약서.pdf", len(PDF), cast.expert.uid)
    assert row.path.read_bytes() == PDF and row.path.is_relative_to(config.data) and row.path.stat().st_mode & 0o077 == 0
    assert "가상 계약서.pdf" in upload.desk.page().text and Event.get(Event.kind == "attachment.added").facts["of"] == "file"
    for client, url in ((as_("expert"), f"{upload.url}/{row.uid}"),
                        *((as_(login), f"/referrals/{upload.desk.case.uid}/files/{row.uid}")
                          for login in ("coordinator", "supervisor", "changdong"))):
        given_back = client.get(url)
        assert given_back.data == PDF and given_back.mimetype == "application/octet-stream"
        assert given_back.headers["Cache-Control"] == "no-store"
        assert given_back.headers["Content-Disposition"].startswith("attachment;") and "sandbox" in given_back.headers[
            "Content-Security-Policy"] and given_back.headers["X-Content-Type-Options"] == "nosniff"
    assert AccessLog.select().where(AccessLog.verb == "file.view").count() == 4


def test_who_may_not_see_the_case_gets_no_file(as_, upload, desk, cast):
    upload(PDF, "a.pdf")
    row, other = Attachment.get(), desk("in_progress")
    for login in ("ssangmun", "changdong"):
        case = upload.desk.case if login == "ssangmun" else other.case
        assert as_(login).get(f"/referrals/{case.uid}/files/{row.uid}").status_code == 404
    assert as_("second").get(f"{upload.url}/{row.uid}").status_code == 404 and upload(PDF, "b.pdf", "second").status_code == 404
    for url in (f"{other.url}/sessions/{upload.session.uid}/files", f"{other.url}/sessions/{Consultation.of(other.case).get().uid}/files"):
        assert as_("expert").get(f"{url}/{row.uid}").status_code == 404
    assert as_("expert").get(f"{upload.url}/{uuid7()}").status_code == 404
    given(cast, upload.desk.case, "hold", "coordinator")
    assert as_("expert").get(f"{upload.url}/{row.uid}").status_code == 404 and upload(PDF, "c.pdf").status_code == 409
    assert Attachment.select().count() == 1


def test_a_photo_is_kept_only_clean(as_, upload):
    sent = photo()
    assert upload(sent, "현장.JPG").status_code == 303
    row = Attachment.get()
    answer = as_("expert").get(f"{upload.url}/{row.uid}")
    assert row.kind == "photo" and answer.mimetype == "image/jpeg" and answer.data != sent and b"secret place" not in answer.data
    refused = upload(HTML, "현장.jpg")
    assert refused.status_code == 422 and "사진만 올릴 수 있습니다" in refused.text


@pytest.mark.parametrize(("body", "name"), [
    (HTML, "보고.pdf"), (HTML, "보고.txt"), (PDF, "보고.exe"), (PDF, "보고"), (b"MZ\x90", "보고.hwp"), (OLE + b"Excel", "보고.hwp"),
    (package("a"), "보고.docx"), (package("word/document.xml", "word/vbaProject.bin"), "보고.docx"),
    (package("xl/workbook.xml"), "보고.docx"), (b"PK\3\4broken", "보고.xlsx"), (b"a\0b", "보고.txt"), (PDF, "page.pdf.html"),
    (HTML, "a.svg"), (b"", "보고.pdf"), (PDF + b"x" * MAX_BYTES, "보고.pdf"), (PDF, "../../.."), (PDF, "")])
def test_a_hostile_file_is_refused_beside_its_field(upload, config, body, name):
    answer = upload(body, name)
    told = re.search(rf'id="file-{upload.session.uid}-error">([^<]+)', answer.text)
    word = "10 MB를" if len(body) > MAX_BYTES else "골라 주십시오" if not body or not plain_name(name) else "이름의 끝과 내용"
    assert answer.status_code == 422 and told and word in told[1]
    assert Attachment.select().count() == 0 and not list(Path(config.data).rglob("*.file"))


def test_a_body_beyond_all_bounds_is_not_read(upload):
    answer = upload(b"x" * (MAX_BYTES + 200_000), "보고.pdf")
    told = re.search(rf'id="file-{upload.session.uid}-error">([^<]+)', answer.text)
    assert answer.status_code == 413 and told and "10 MB를" in told[1], "said beside the field, as for one just over the limit"
    assert upload.desk.as_("expert").post(upload.url, data={}).status_code == 422
    assert upload(PDF, "a.pdf", extra="1").status_code == 422


@pytest.mark.parametrize(("name", "kept"), [
    ("../../etc/passwd.pdf", "passwd.pdf"), ("C:\\secret\\가상.pdf", "가상.pdf"), ("a\0b.pdf", "ab.pdf"), ("..pdf", "pdf"),
    ("\u202efdp.exe.pdf", "fdp.exe.pdf"), ("가" * 500 + ".pdf", "가" * 120 + ".pdf"), (" . ", ""), ("a\nb\t.pdf", "a b .pdf"),
    ("한글.hwpx", "한글.hwpx")])
def test_a_name_is_only_a_name(name, kept):
    assert plain_name(name) == kept


@pytest.mark.parametrize(("name", "body"), [
    ("a.pdf", PDF), ("a.PDF", PDF), ("a.hwp", OLE + b"\0" * 600 + b"HWP Document File"), ("a.hwp", b"HWP Document File V3.00"),
    ("a.hwpx", package("mimetype", "Contents/content.hpf")), ("a.docx", package("[Content_Types].xml", "word/document.xml")),
    ("a.xlsx", package("xl/workbook.xml")), ("a.txt", "가상 메모".encode()), ("a.txt", "가상 메모".encode("cp949"))])
def test_what_is_what_it_says(name, body):
    assert is_what_it_says(name, body)


def test_ten_files_to_a_session_and_the_same_one_twice_is_one(upload, config):
    for number in range(MOST):
        assert [upload(PDF + bytes([number]), f"{number}.pdf").status_code for _ in range(2)] == [303, 303]
    answer = upload(PDF, "그 다음.pdf")
    assert answer.status_code == 422 and "10개까지" in answer.text and Attachment.select().count() == MOST
    assert len(list(Path(config.data).rglob("*.file"))) == MOST, "what is refused takes no room on the disk"
    assert upload(PDF + b"\0", "0.pdf").status_code == 303


def test_only_a_held_session_offers_to_take_files(upload, cast):
    given(cast, upload.desk.case, "plan", "expert", **slot(4))
    text = upload.desk.page().text
    assert text.count('type="file"') == 1


def test_a_file_that_is_gone_from_the_disk_is_not_found(as_, upload):
    upload(PDF, "a.pdf")
    row = Attachment.get()
    row.path.unlink()
    assert as_("expert").get(f"{upload.url}/{row.uid}").status_code == 404
