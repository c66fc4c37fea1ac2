"""Addresses of ecosystem."""

from django.urls import include, path

from fiilis.ecosystem import pages

ours = (
    [
        path("w/<slug:workspace>/journey/", pages.journey, name="journey"),
        path("w/<slug:workspace>/journey/begin", pages.begin_journey, name="begin-journey"),
        path("w/<slug:workspace>/context/", pages.context_events, name="context"),
        path("w/<slug:workspace>/context/<uuid:event_id>/remove", pages.remove_context_event, name="context-remove"),
    ],
    "ecosystem",
)

urlpatterns = [path("", include(ours))]
