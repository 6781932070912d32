"""A post with the same animation three times: as a picture, as a video, and to play with."""

from pathlib import Path

import anim
from anim.embed import embed

run = anim.fit(anim.data.xor(train_size=2000), hidden=(3,), epochs=60)
anim.animate(run, "light.gif", "light.mp4", "light.png", theme="light")
anim.animate(run, "dark.gif", "dark.mp4", theme="dark")
anim.animate(run, "player.html", embed=True)

parts = [
    '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>A post</title>',
    '<meta name="color-scheme" content="light dark">',
    embed(Path("light.gif"), dark=Path("dark.gif")),
    embed(Path("light.mp4"), dark=Path("dark.mp4")),
    Path("player.html").read_text(),
]
Path("into_a_post.html").write_text("\n".join(parts))
