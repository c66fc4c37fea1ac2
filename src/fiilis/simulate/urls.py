"""Addresses of the simulator."""

from django.urls import include, path

from fiilis.simulate.pages import test

_TEST = "w/<slug:workspace>/test/"

ours = (
    [
        path(_TEST, test.index, name="test"),
        path(f"{_TEST}open", test.open_seal, name="open"),
        path(f"{_TEST}play", test.play, name="play"),
        path(f"{_TEST}live", test.live, name="live"),
        path(f"{_TEST}key.json", test.key, name="key"),
    ],
    "simulate",
)

urlpatterns = [path("", include(ours))]
