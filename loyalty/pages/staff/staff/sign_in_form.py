"""What a member of staff types to sign in."""

from flask_babel import lazy_gettext

from loyalty.pages.forms import Form, line, password

LONGEST_CODE = 12


class SignInForm(Form):
    """What a member of staff types to sign in."""

    username = line(lazy_gettext("账号"))
    password = password(lazy_gettext("密码"))
    totp = line(lazy_gettext("动态码"), needed=False, longest=LONGEST_CODE)
    community = line(lazy_gettext("社区"), needed=False)
    """Short name; asked for where there are several."""
