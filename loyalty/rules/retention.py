"""How long what is known of somebody is kept. The page /privacy and the manual say the same."""

from datetime import timedelta

LINKS_OF_SALES = timedelta(days=93)
"""How long it is kept at whose card a sale was made, which a dispute may need; then the sale stands
in the book without a card. Longer than a sheet of paper may be sent again, and than the months a
holder is shown."""

CASES = timedelta(days=90)
"""How long after its decision a case keeps which card it is about, and why it was decided so."""

ASKERS = timedelta(days=30)
"""How long after the answer it is kept who asked or objected, and where to reach them."""

UNANSWERED = timedelta(days=180)
"""How long it is kept where to reach whom nobody has answered: after the last day for the answer to
a complaint, and after an application came in."""

OBJECTIONS = timedelta(days=365)
"""How long after its answer the words of an objection are kept, and those of a complaint or of an
application that was declined."""

NOMINATIONS = timedelta(days=90)
"""How long after the end of its round it is kept why somebody was nominated."""

TABLES = timedelta(days=7)
"""How long an uploaded table waits for answers, or for somebody who mends what was left out."""

EVIDENCE_FILES = timedelta(days=1096)
"""How long the files of a contribution's evidence are kept; what the evidence is called stays."""

INSPECTIONS = timedelta(days=1096)
"""How long the photos of an inspection are kept: longer than a plaque holds without another one;
the points stay."""

MEETINGS = timedelta(days=1827)
"""How long after a meeting of the council its agenda and its minutes are kept."""

MESSAGES = timedelta(days=30)
"""How long after it was sent, or given up, it is kept what somebody was told by messenger."""

ANSWERS = timedelta(days=1)
"""How long the answer to a call is kept, so that the call may be sent again."""

SIGN_INS = timedelta(days=90)
"""How long it is kept when and with what kind of browser somebody signed in with an account, and
what was changed of it; so long a browser is known, too."""
