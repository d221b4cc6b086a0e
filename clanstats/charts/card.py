"""How is a picture drawn? The one module that knows matplotlib.

Importing it costs half a second and 60 MB, so only the process that draws does; the modules that
lay pictures out get their `Card` from `clanstats.charts.layout.blank`.
"""

import io
import os
from dataclasses import replace
from functools import lru_cache
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

# matplotlib wants a folder for its settings and its font cache. One that is thrown away will do:
# our fonts are loaded below, so nothing depends on a writable home or on what is installed.
with TemporaryDirectory(prefix="clanstats-") as _scratch:
    _given = os.environ.setdefault("MPLCONFIGDIR", _scratch)
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyBboxPatch, Rectangle
    from matplotlib.text import Text
    from PIL import Image

    if _given == _scratch:
        del os.environ["MPLCONFIGDIR"]

from clanstats.charts import style, writing

_FONTS = Path(__file__).with_name("fonts")
_FAMILIES = ["ClanStats Sans", "ClanStats CJK", "DejaVu Sans"]  # the last comes with matplotlib
_DPI = 72  # a point is then a pixel, in the PNG as in the SVG
_COLOURS = 128
_SHRINK = 0.62  # of its size, before text is cut; never below style.LEAST

mpl.rcdefaults()  # not what a matplotlibrc on this machine says
mpl.rcParams.update(
    {
        "font.family": _FAMILIES,
        "hatch.linewidth": 2.5,
        "svg.hashsalt": "clanstats",  # the same input gives the same file
        "text.hinting": "no_hinting",
        "text.parse_math": False,  # a player may be called "$\frac{1}$"
    }
)
for _font in sorted(_FONTS.glob("*.otf")):
    font_manager.fontManager.addfont(_font)
font_manager.fontManager.ttflist.extend(
    # One weight of so large a font is enough; without this, each search for a bold one warns.
    [
        replace(font, weight=700)
        for font in font_manager.fontManager.ttflist
        if font.name == "ClanStats CJK"
    ]
)

Align = Literal["left", "center", "right"]


@lru_cache(maxsize=1)
def _drawable() -> frozenset[int]:
    """The code points that any of the fonts has a glyph for."""
    paths = [font_manager.findfont(family) for family in _FAMILIES]
    return frozenset(code for path in paths for code in font_manager.get_font(path).get_charmap())


class Card:
    """A picture in the making, `style.WIDTH` wide; positions are pixels from the top left."""

    def __init__(self, height: int) -> None:
        self._figure = Figure(
            figsize=(style.WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor=style.BACKGROUND
        )
        self._canvas = FigureCanvasAgg(self._figure)
        self._renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, style.WIDTH)
        self._axes.set_ylim(height, 0)

    def box(  # noqa: PLR0913  a rectangle has this many
        self, x: float, y: float, width: float, height: float, colour: str, *, radius: float = 0
    ) -> None:
        """Fill a rectangle; `radius` rounds its corners, as far as there is room."""
        if width <= 0 or height <= 0:
            return
        rounding = min(radius, width / 2, height / 2)
        self._axes.add_artist(
            FancyBboxPatch(
                (x, y),
                width,
                height,
                boxstyle=f"round,pad=0,rounding_size={rounding}",
                facecolor=colour,
                linewidth=0,
            )
        )

    def hatched(  # noqa: PLR0913  a rectangle has this many
        self, x: float, y: float, width: float, height: float, *, colour: str, background: str
    ) -> None:
        """Fill a rectangle with slanted lines."""
        self._axes.add_artist(
            Rectangle(
                (x, y),
                width,
                height,
                facecolor=background,
                edgecolor=colour,
                hatch="//",
                linewidth=0,
            )
        )

    def outline(  # noqa: PLR0913  a rectangle has this many
        self, x: float, y: float, width: float, height: float, colour: str, *, radius: float = 0
    ) -> None:
        """Draw a rectangle's border, dashed."""
        self._axes.add_artist(
            FancyBboxPatch(
                (x, y),
                width,
                height,
                boxstyle=f"round,pad=0,rounding_size={min(radius, width / 2, height / 2)}",
                fill=False,
                edgecolor=colour,
                linewidth=3,
                linestyle=(0, (3, 2)),
            )
        )

    def line(  # noqa: PLR0913  a line has this many
        self, x: float, y: float, to_x: float, to_y: float, colour: str, *, width: float = 2
    ) -> None:
        """Draw a straight line."""
        self._axes.add_artist(
            Line2D(
                [x, to_x],
                [y, to_y],
                color=colour,
                linewidth=width,
                solid_capstyle="round",
                zorder=0.5,  # under everything else
            )
        )

    def text(  # noqa: PLR0913  as above
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str = style.TEXT,
        bold: bool = False,
        align: Align = "left",
        within: float | None = None,
        turned: bool = False,
    ) -> float:
        """Write one line whose baseline is at `y`.

        Args:
            x: Its left end, its middle or its right end, as `align` says.
            y: Its baseline; its middle when `turned`.
            text: Any text: what the fonts can't draw is left out.
            size: In pixels.
            colour: Of the letters.
            bold: Semi-bold.
            align: Which point of it is at `x`.
            within: The most pixels it may take; it shrinks a little, then it is cut.
            turned: Written upwards.

        Returns:
            The pixels it takes.
        """
        artist = self._axes.text(
            x,
            y,
            writing.clean(text, drawable=_drawable()),
            color=colour,
            fontsize=size,
            fontweight="bold" if bold else "normal",
            horizontalalignment=align,
            verticalalignment="center" if turned else "baseline",
            rotation=90 if turned else 0,
        )
        return self._fitted(artist, size=size, within=inf if within is None else within)

    def png(self) -> bytes:
        """The picture with a palette of its own; identical for identical input."""
        self._canvas.draw()  # type: ignore[no-untyped-call]
        size = self._canvas.get_width_height()
        pixels = self._canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        rgba = Image.frombuffer("RGBA", size, pixels)
        flat = rgba.convert("RGB").quantize(
            _COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )
        png = io.BytesIO()
        flat.save(png, format="PNG", compress_level=6)
        return png.getvalue()

    def svg(self) -> bytes:
        """The picture for a web page; letters are outlines, so no font is needed."""
        svg = io.BytesIO()
        self._figure.savefig(svg, format="svg", dpi=_DPI, metadata={"Date": None})
        return svg.getvalue()

    def _fitted(self, artist: Text, *, size: float, within: float) -> float:
        length = self._length(artist)
        if length <= within:
            return length
        least = max(min(size, style.LEAST), size * _SHRINK)
        artist.set_fontsize(max(least, size * within / length))
        whole = artist.get_text()
        kept = int(len(whole) * within / self._length(artist))
        while kept and self._length(artist) > within:
            artist.set_text(whole[:kept].rstrip() + "…")
            kept -= 1
        return self._length(artist)

    def _length(self, artist: Text) -> float:
        extent = artist.get_window_extent(self._renderer)
        return float(max(extent.width, extent.height) if artist.get_rotation() else extent.width)
