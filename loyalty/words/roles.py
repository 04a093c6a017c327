"""What an account may do, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.services.actors import Role

ROLES: Mapping[str, LazyString] = MappingProxyType(
    {
        Role.STAFF: lazy_gettext("工作人员"),
        Role.MANAGER: lazy_gettext("负责人"),
        Role.PANEL: lazy_gettext("评委"),
        Role.COUNCIL: lazy_gettext("商户议事会"),
        Role.SHOP_OWNER: lazy_gettext("店主"),
        Role.STREET: lazy_gettext("街道或市里"),
    }
)
