from django.test import Client


def test_static_file_is_served_whole_and_asked_for_again_by_its_tag() -> None:
    first = Client().get("/static/design/fiilis.css")
    assert (first.status_code, first.streaming, first["Content-Type"]) == (200, False, 'text/css; charset="utf-8"')
    assert len(first.content) == int(first["Content-Length"])
    again = Client().get("/static/design/fiilis.css", headers={"If-Modified-Since": first["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")
    part = Client().get("/static/design/fiilis.css", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, first.content[:10])


def test_unknown_static_file_is_not_found() -> None:
    assert Client().get("/static/design/none.css").status_code == 404
    assert Client().get("/static/../settings.py").status_code == 404
