"""What parties give beside the discount: the parties, the kinds, and each entry."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from loyalty.database import Moment, Owned, Versioned, refer_to, relate_by

FOUR = "'community', 'enterprises', 'shops', 'residents'"


class LedgerParty(Owned, Versioned):
    """An enterprise, department, shop or group that gives or gains."""

    __tablename__ = "ledger_party"
    __table_args__ = (
        UniqueConstraint("community_id", "name_key"),
        CheckConstraint(
            "kind IN ('enterprise', 'department', 'shop', 'group', 'community')", name="kind_known"
        ),
    )

    kind: Mapped[str]
    name: Mapped[str]
    name_key: Mapped[str]
    """By which it is told apart; that of one which was merged leads to the one it went into."""
    merged_into_id: Mapped[UUID | None] = refer_to("ledger_party")


class ContributionKind(Owned, Versioned):
    """A kind of contribution; which ones there are is the community's own decision."""

    __tablename__ = "contribution_kind"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        CheckConstraint(f"giver IN ({FOUR})", name="giver_known"),
        CheckConstraint(f"receiver IN ({FOUR})", name="receiver_known"),
        CheckConstraint("alone_fen BETWEEN 0 AND 10000000", name="alone_is_small"),
    )

    code: Mapped[str]
    name: Mapped[str]
    """In zh-Hans; the others are None where it is called the same."""
    name_zh_hant: Mapped[str | None]
    name_en: Mapped[str | None]
    giver: Mapped[str]
    """Which of the four parties gives, where nobody is named."""
    receiver: Mapped[str]
    units: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """In which its quantities may be counted."""
    alone_fen: Mapped[int] = mapped_column(default=10_000_000, server_default="10000000")
    """The largest amount that one person enters alone for one evidence, included."""
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
    """False once retired: new entries do not name it."""


class Contribution(Owned, Versioned):
    """One entry: who gave whom what, on which day, and who answers for it."""

    __tablename__ = "contribution"
    __table_args__ = (
        Index(None, "community_id", "happened_on"),
        Index(None, "community_id", "evidence_key"),
        CheckConstraint(f"giver IN ({FOUR})", name="giver_known"),
        CheckConstraint(f"receiver IN ({FOUR})", name="receiver_known"),
        CheckConstraint("amount_fen >= 0 AND quantity_hundredths >= 0", name="nothing_is_negative"),
        CheckConstraint("amount_fen + quantity_hundredths > 0", name="something_is_given"),
        CheckConstraint("(unit IS NULL) = (quantity_hundredths = 0)", name="quantity_has_its_unit"),
        CheckConstraint("label IN ('attested', 'estimated')", name="label_known"),
        CheckConstraint("label = 'estimated' OR evidence IS NOT NULL", name="attested_by_evidence"),
        CheckConstraint("state IN ('waiting', 'counted', 'withdrawn')", name="state_known"),
        CheckConstraint("approved_by <> recorded_by", name="approved_by_another"),
        CheckConstraint(
            "state <> 'counted' OR amount_fen <= 10000000 OR approved_by IS NOT NULL",
            name="large_is_approved",
        ),
    )

    kind_id: Mapped[UUID] = refer_to("contribution_kind")
    kind: Mapped[ContributionKind] = relate_by(kind_id)
    giver: Mapped[str]
    """Which of the four parties gave; that of `giver_id` where one is named."""
    receiver: Mapped[str]
    giver_id: Mapped[UUID | None] = refer_to("ledger_party", index=True)
    giving: Mapped[LedgerParty | None] = relate_by(giver_id)
    receiver_id: Mapped[UUID | None] = refer_to("ledger_party", index=True)
    receiving: Mapped[LedgerParty | None] = relate_by(receiver_id)
    happened_on: Mapped[date]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    """0 where only a quantity is known."""
    quantity_hundredths: Mapped[int] = mapped_column(BigInteger)
    """0 where only an amount is known."""
    unit: Mapped[str | None]
    label: Mapped[str]
    evidence: Mapped[str | None]
    """Where it is written down: the number of a contract, of minutes, of a receipt."""
    evidence_key: Mapped[str | None]
    """By which the same evidence is known again."""
    state: Mapped[str]
    reason: Mapped[str | None]
    """Why it was withdrawn."""
    recorded_by: Mapped[UUID] = refer_to("staff_account")
    """Who entered it, or changed it last."""
    recorded_at: Mapped[Moment]
    approved_by: Mapped[UUID | None] = refer_to("staff_account")
    import_id: Mapped[UUID | None] = refer_to("import_job", index=True)
    """The table it came in with; None where it was entered by itself."""
