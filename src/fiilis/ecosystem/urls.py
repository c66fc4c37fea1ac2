"""Addresses of ecosystem."""

from django.urls import include, path

from fiilis.ecosystem import pages

ours = ([path("w/<slug:workspace>/journey/", pages.journey, name="journey")], "ecosystem")

urlpatterns = [path("", include(ours))]
