"""What panels show, as data: geometry, limits, ticks, words, keys. `scene/` and `page/` paint it.

Every panel has axes of its own: x and y run from 0 to 1, to the right and upwards. What moves is
computed by small pure functions of a `Frame`, which the player has as well, in `page/player/`; all
else reaches the player in the data of its page.
"""
