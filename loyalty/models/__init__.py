"""What is stored. Models decide nothing: they hold, and their constraints guard."""

from loyalty.models.audit import AuditEvent, AuditLink, DirectoryVersion
from loyalty.models.card import (
    Card,
    CardEvent,
    CardMonth,
    ReplacedKey,
    RevocationList,
    SigningKey,
)
from loyalty.models.closed_month import ClosedMonth
from loyalty.models.community import Area, Community, Honour, HouseholdGroup, PartChange
from loyalty.models.contribution import Contribution, ContributionKind, LedgerParty
from loyalty.models.council_meeting import CouncilMeeting
from loyalty.models.deed import Deed, DeedKind
from loyalty.models.evidence_file import EvidenceFile
from loyalty.models.floor_plan import FloorPlan, ShopPin
from loyalty.models.import_job import ImportJob
from loyalty.models.inspection import InspectionPicture, ScoreSheet, ShopInspection
from loyalty.models.job import Job, JobFile
from loyalty.models.kept_answer import KeptAnswer
from loyalty.models.late_sale import NumberedSale, QuarantinedSale
from loyalty.models.matter import Matter
from loyalty.models.message import Message, MessageHook, MessageRecipient
from loyalty.models.notice import NoticeVersion, Objection, WorkingDayOverride
from loyalty.models.offer import OfferConfirmation, OfferProposal
from loyalty.models.oversight import Oversight
from loyalty.models.own_page import OwnPage, OwnPageSession
from loyalty.models.panel import Ballot, ConflictOfInterest, Panellist
from loyalty.models.picture import Picture
from loyalty.models.pledge import Pledge
from loyalty.models.privacy import ConsentEvent, Erasure, MonthPeople
from loyalty.models.receipt import Receipt
from loyalty.models.redemption import Redemption
from loyalty.models.report_link import ReportLink
from loyalty.models.request_count import RequestCount
from loyalty.models.resident import Resident
from loyalty.models.round import Candidate, Nomination, Round, RoundList
from loyalty.models.sale_case import SaleCase
from loyalty.models.sales_sum import SalesCard, SalesFold, SalesHour, SalesSum
from loyalty.models.shop import (
    CertificationEvent,
    Shop,
    ShopChange,
    ShopObjection,
    ShopTerm,
    ShopVisit,
)
from loyalty.models.shop_application import ShopApplication, ShopSeries
from loyalty.models.shop_voice import Complaint, Satisfaction
from loyalty.models.signal import ShopSignal, SignalWatermark
from loyalty.models.staff import AccessToken, AccountAlert, AccountLink, StaffAccount
from loyalty.models.stall import Stall, StallLet
from loyalty.models.till import Till
from loyalty.models.upkeep import UpkeepReport

__all__ = [
    "AccessToken",
    "AccountAlert",
    "AccountLink",
    "Area",
    "AuditEvent",
    "AuditLink",
    "Ballot",
    "Candidate",
    "Card",
    "CardEvent",
    "CardMonth",
    "CertificationEvent",
    "ClosedMonth",
    "Community",
    "Complaint",
    "ConflictOfInterest",
    "ConsentEvent",
    "Contribution",
    "ContributionKind",
    "CouncilMeeting",
    "Deed",
    "DeedKind",
    "DirectoryVersion",
    "Erasure",
    "EvidenceFile",
    "FloorPlan",
    "Honour",
    "HouseholdGroup",
    "ImportJob",
    "InspectionPicture",
    "Job",
    "JobFile",
    "KeptAnswer",
    "LedgerParty",
    "Matter",
    "Message",
    "MessageHook",
    "MessageRecipient",
    "MonthPeople",
    "Nomination",
    "NoticeVersion",
    "NumberedSale",
    "Objection",
    "OfferConfirmation",
    "OfferProposal",
    "Oversight",
    "OwnPage",
    "OwnPageSession",
    "Panellist",
    "PartChange",
    "Picture",
    "Pledge",
    "QuarantinedSale",
    "Receipt",
    "Redemption",
    "ReplacedKey",
    "ReportLink",
    "RequestCount",
    "Resident",
    "RevocationList",
    "Round",
    "RoundList",
    "SaleCase",
    "SalesCard",
    "SalesFold",
    "SalesHour",
    "SalesSum",
    "Satisfaction",
    "ScoreSheet",
    "Shop",
    "ShopApplication",
    "ShopChange",
    "ShopInspection",
    "ShopObjection",
    "ShopPin",
    "ShopSeries",
    "ShopSignal",
    "ShopTerm",
    "ShopVisit",
    "SignalWatermark",
    "SigningKey",
    "StaffAccount",
    "Stall",
    "StallLet",
    "Till",
    "UpkeepReport",
    "WorkingDayOverride",
]
