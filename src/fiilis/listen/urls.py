"""Addresses of listen."""

from django.urls import include, path

from fiilis.listen.pages import editing, hosted, imports, sharing, surveys

_SURVEY = "w/<slug:workspace>/surveys/<uuid:survey_id>/"
_IMPORTS = "w/<slug:workspace>/imports/"
_UPLOAD = f"{_IMPORTS}files/<uuid:upload_id>/"

ours = (
    [
        path("s/<str:code>", hosted.survey, name="hosted"),
        path("s/<str:code>/thanks", hosted.thanks, name="thanks"),
        path("look/<slug:stamp>/<slug:colour>.css", hosted.sheet, name="sheet"),
        path("w/<slug:workspace>/surveys/", surveys.index, name="surveys"),
        path("w/<slug:workspace>/surveys/new", surveys.new, name="new-survey"),
        path(_SURVEY, surveys.overview, name="survey"),
        path(f"{_SURVEY}settings", editing.settings, name="settings"),
        path(f"{_SURVEY}publish", surveys.publish, name="publish"),
        path(f"{_SURVEY}close", surveys.close, name="close"),
        path(f"{_SURVEY}reopen", surveys.reopen, name="reopen"),
        path(f"{_SURVEY}versions", surveys.versions, name="versions"),
        path(f"{_SURVEY}preview", sharing.preview, name="preview"),
        path(f"{_SURVEY}preview/page", sharing.preview_page, name="preview-page"),
        path(f"{_SURVEY}share", sharing.share, name="share"),
        path(f"{_SURVEY}questions/new", editing.add_question, name="add-question"),
        path(f"{_SURVEY}questions/<str:question_id>", editing.question, name="question"),
        path(f"{_SURVEY}questions/<str:question_id>/move", editing.move_question, name="move-question"),
        path(f"{_SURVEY}questions/<str:question_id>/remove", editing.remove_question, name="remove-question"),
        path(f"{_SURVEY}qr.svg", sharing.qr, {"kind": "svg"}, name="qr-svg"),
        path(f"{_SURVEY}qr.png", sharing.qr, {"kind": "png"}, name="qr-png"),
        path(_IMPORTS, imports.index, name="imports"),
        path(f"{_IMPORTS}send", imports.send, name="send-import"),
        path(f"{_IMPORTS}<uuid:import_id>/undo", imports.undo, name="undo-import"),
        path(_UPLOAD, imports.upload, name="upload"),
        path(f"{_UPLOAD}choose", imports.choose, name="upload-choose"),
        path(f"{_UPLOAD}reread", imports.reread, name="upload-reread"),
        path(f"{_UPLOAD}start", imports.start, name="upload-start"),
        path(f"{_UPLOAD}discard", imports.discard, name="upload-discard"),
        path(f"{_UPLOAD}refused.csv", imports.refused, name="upload-refused"),
        path(f"{_UPLOAD}MAP.toml", imports.take_along, {"name": "MAP.toml"}, name="upload-map"),
        path(f"{_UPLOAD}survey.json", imports.take_along, {"name": "survey.json"}, name="upload-survey"),
    ],
    "listen",
)

urlpatterns = [path("", include(ours))]
