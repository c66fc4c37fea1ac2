"""Where each slice's pages stand. Pages of a workspace begin with /w/<workspace>/."""

from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("fiilis.account.urls")),
    path("language/", set_language, name="set_language"),
    path("", include("fiilis.home.urls")),
    path("", include("fiilis.ecosystem.urls")),
    path("", include("fiilis.listen.urls")),
    path("", include("fiilis.simulate.urls")),
]
