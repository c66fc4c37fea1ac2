"""Addresses of account. Of allauth only what is used: signing in and out, and changing one's password."""

from allauth.account import views
from django.urls import include, path

from fiilis.account import pages

ours = (
    [
        path("enter/<str:token>", pages.enter, name="enter"),
        path("w/<slug:workspace>/members/", pages.members, name="members"),
        path("w/<slug:workspace>/members/<uuid:user_id>/role", pages.change_role, name="change-role"),
        path("w/<slug:workspace>/members/<uuid:user_id>/remove", pages.remove_member, name="remove-member"),
        path("w/<slug:workspace>/audit/", pages.audit, name="audit"),
        path("w/<slug:workspace>/settings/", pages.workspace_settings, name="settings"),
        path("w/<slug:workspace>/settings/look", pages.look, name="look"),
    ],
    "account",
)

urlpatterns = [
    path("", include(ours)),
    path("sign-in/", views.login, name="account_login"),
    path("sign-out/", views.logout, name="account_logout"),
    path("sign-up/", views.signup, name="account_signup"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/", views.password_change, name="account_change_password"),
    path("password/first/", views.password_set, name="account_set_password"),
    path("sign-in/again/", views.reauthenticate, name="account_reauthenticate"),
]
