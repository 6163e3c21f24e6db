"""Parts of an address as it is written down."""

from __future__ import annotations

import re
from typing import Final

STREET: Final = re.compile(r"[一-鿿]{2,8}?(?:街道|镇|乡)")
"""Street or township."""
DISTRICT: Final = re.compile(r"^(?:[一-鿿]{2,6}?[省市])*([一-鿿]{2,4}?(?<![小社园])[区县])")
"""The district or county (first group), with the province and city before it; 小区, 社区 and 园区 are none."""
