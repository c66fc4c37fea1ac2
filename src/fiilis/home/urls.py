"""Addresses of home."""

from django.urls import include, path

from fiilis.home.pages import answers, board

ours = (
    [
        path("", board.way_in, name="way-in"),
        path("w/<slug:workspace>/", board.board, name="board"),
        path("w/<slug:workspace>/board/", board.part, name="part"),
        path("w/<slug:workspace>/board/<slug:chart>.csv", board.csv, name="csv"),
        path("w/<slug:workspace>/answers/", answers.answers, name="answers"),
    ],
    "home",
)

urlpatterns = [path("", include(ours))]
