"""The interactive player: a page, or a snippet of one, that needs nothing but a browser."""

from anim.page.html import live_page, page, script_hash, snippet
from anim.page.payload import page_data

__all__ = ["live_page", "page", "page_data", "script_hash", "snippet"]
