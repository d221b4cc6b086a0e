"""How do players write numbers?"""

from decimal import ROUND_HALF_UP, Decimal

_UNITS = ((10**3, "k"), (10**6, "m"), (10**9, "b"), (10**12, "t"))
_TO_THE_NEXT = 1_000
_WRITTEN_OUT_BELOW = 10_000


def compact(value: float) -> str:
    """As on a scoreboard: "9,871", "950k", "12.4m", "1.2b", hours as "12.3".

    At most one decimal, halves away from zero; a number that rounds up to the next unit is
    written in it ("1m", never "1000k").
    """
    exact = Decimal(str(value))
    written, unit = _rounded(exact, places=1), ""
    if abs(written) >= _WRITTEN_OUT_BELOW:
        for size, unit in _UNITS:  # noqa: B007  used below
            written = _rounded(exact / size, places=1)
            if abs(written) < _TO_THE_NEXT:
                break
    return _grouped(written) + unit


def brief(value: float) -> str:
    """`compact` where there is little room: from a hundred units on without decimals, "279k"."""
    text = compact(value)
    number, unit = (text[:-1], text[-1]) if text[-1:].isalpha() else (text, "")
    whole, _, decimals = number.partition(".")
    if not decimals or len(whole.lstrip("-")) < len("100"):
        return text
    return _grouped(_rounded(Decimal(number.replace(",", "")), places=0)) + unit


def full(value: float) -> str:
    """Every digit: "12,345,678"; a fraction keeps two decimals at most."""
    return _grouped(_rounded(Decimal(str(value)), places=2))


def megabytes(size: int) -> str:
    """Bytes of a file, "8.2 MB"; a million of them each."""
    return f"{size / 1_000_000:,.1f} MB"


def signed(value: float) -> str:
    """`compact` with a plus before what was gained; nothing gained is "0"."""
    text = compact(value)
    return text if text == "0" or text.startswith("-") else f"+{text}"


def _rounded(value: Decimal, *, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _grouped(value: Decimal) -> str:
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
