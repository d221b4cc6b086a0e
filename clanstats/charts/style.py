"""What do all pictures look like?

Sizes are pixels of a picture 1,200 wide. Discord shows it 400–550 wide, so nothing is set smaller
than 22. The colours are Okabe and Ito's, which stay apart for the colour-blind, and no colour
carries a meaning that a shape or a word doesn't carry too.
"""

WIDTH = 1200
MARGIN = 44

LEAST = 22  # text shrinks to this to fit, and is cut after that
TITLE = 46
FIGURE = 50  # the one large number of a card
ROW = 31
LABEL = 28
AXIS = 25
NOTE = 28

BACKGROUND = "#2b2d31"  # of Discord's own cards; on the light theme it reads as a dark card
TRACK = "#383a41"  # the empty part of a bar
GRID = "#43464d"
HATCH = "#585c66"
TEXT = "#f5f6f8"
MUTED = "#b9bec7"

BAR = "#56b4e9"
BAR_BEGUN = "#34536a"
TALK = "#d58fb6"  # what was said; the bars above stand for what was played
TALK_BEGUN = "#5d4354"
BEST = "#f0b43c"
UP = "#3fc79a"
DOWN = "#f08a4b"
