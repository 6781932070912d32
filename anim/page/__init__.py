"""The interactive player: a page, or a snippet of one, that needs nothing but a browser."""

from anim.page.data import page_data
from anim.page.html import live_page, page, script_hash, snippet

__all__ = ["live_page", "page", "page_data", "script_hash", "snippet"]
