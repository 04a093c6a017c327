"""What a member of staff types to sign in."""

from flask_babel import lazy_gettext

from loyalty.pages.forms import Form, password, text_field

LONGEST_CODE = 12


class SignInForm(Form):
    """What a member of staff types to sign in."""

    username = text_field(lazy_gettext("账号"))
    password = password(lazy_gettext("密码"))
    totp = text_field(lazy_gettext("动态码"), needed=False, longest=LONGEST_CODE)
    community = text_field(lazy_gettext("社区"), needed=False)
    """Short name; asked for where there are several."""
