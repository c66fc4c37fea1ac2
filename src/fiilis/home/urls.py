"""Addresses of home."""

from django.urls import include, path, re_path

from fiilis.home.pages import answers, board, start, surprises

ours = (
    [
        path("", board.way_in, name="way-in"),
        path("w/<slug:workspace>/", board.board, name="board"),
        path("w/<slug:workspace>/board/", board.part, name="part"),
        path("w/<slug:workspace>/board/<slug:chart>.csv", board.csv, name="csv"),
        path("w/<slug:workspace>/answers/", answers.answers, name="answers"),
        path("w/<slug:workspace>/surprises/", surprises.index, name="surprises"),
        path("start/", start.begin, name="start"),
        path("w/<slug:workspace>/start/", start.onward, name="start-onward"),
        path("w/<slug:workspace>/start/arrival", start.arrival, name="start-arrival"),
        path("w/<slug:workspace>/start/poster", start.poster, name="start-poster"),
        re_path(
            r"^w/(?P<workspace>[-\w]+)/start/(?P<step>shop|look|question|place|answer)$", start.step, name="start-step"
        ),
    ],
    "home",
)

urlpatterns = [path("", include(ours))]
