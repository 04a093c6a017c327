"""How often somebody has asked what anyone may ask."""

from sqlalchemy.orm import Mapped, mapped_column

from loyalty.database import Model, Moment


class RequestCount(Model):
    """The requests of one address under one limit in the window that runs; counted in place."""

    __tablename__ = "request_count"

    asked: Mapped[bytes] = mapped_column(primary_key=True)
    """Keyed hash of address and limit: the address itself is kept nowhere."""
    requests: Mapped[int]
    expires_at: Mapped[Moment] = mapped_column(index=True)
    """From this instant on the count begins anew."""
