"""
Image files of handwritten digits, made to look like the images of a data set.

A network judges well only what looks like the images that it learned from. Both data sets say
how theirs were made, and the same is done here to an image of any size: the ink is found, light
or dark; cropped; scaled; and centred.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nncore.arrays import Pixels
from nncore.extras import needs

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["prepare"]

Ink = NDArray[np.float64]

# An image whose tones differ by less, of 255, shows nothing.
LEAST_CONTRAST = 32
# Less ink than this share of the darkest stroke is noise or the soft edge of a stroke.
FAINT = 0.25
# Larger images are reduced first: this is ample for the largest of the data sets' 28 x 28.
LARGEST = 1024


def prepare(paths: Sequence[str | os.PathLike[str]], inputs: int) -> Pixels:
    """
    Read image files, one digit in each, as inputs for a network.

    The background, of whatever tone, becomes 0 and the digit's ink the largest value. Where an
    image is transparent, the background shows. The number of inputs tells how to go on:

    - 64, as the digits of scikit-learn: made upright by a shear, scaled to 32 rows and at most
      20 columns, centred in 32 x 32 points, which are ink or not; a pixel counts the ink in a
      block of 4 x 4 (M. D. Garris et al., "NIST form-based handprint recognition system",
      NISTIR 5469, 1994).
    - 784, as MNIST: scaled to fit 20 x 20, put into 28 x 28 with the centre of mass in the
      middle (Y. LeCun et al., "Gradient-based learning applied to document recognition", 1998).

    Parameters
    ----------
    paths : sequence of str or path-like
        Image files in any format that Pillow reads, each with one digit, dark on light or light
        on dark.
    inputs : int
        The number of inputs of the network: 64 or 784.

    Returns
    -------
    Pixels
        One image for each row, shape ``(len(paths), inputs)``.

    Raises
    ------
    ValueError
        When `inputs` is neither 64 nor 784, or when a file cannot be read as an image or shows
        nothing.
    OSError
        When a file is missing or may not be read.
    MissingExtraError
        When Pillow is not installed; the message says how to install it.

    Examples
    --------
    >>> prepare(["seven.png"], inputs=784).shape  # doctest: +SKIP
    (1, 784)
    """
    if inputs not in STYLES:
        known = " or ".join(map(str, STYLES))
        msg = f"images can be prepared for networks with {known} inputs, got {inputs}"
        raise ValueError(msg)
    style, scale = STYLES[inputs]
    rows = [style(_ink(Path(path))).ravel() for path in paths]
    return Pixels(np.array(rows, dtype=np.uint8).reshape(len(rows), inputs), scale=scale)


def _ink(path: Path) -> Ink:
    """Return how much ink there is at each point of an image file, from 0 to 1."""
    grey, opacity = _tones(path)
    grey = np.where(opacity < 1, grey * opacity + _paper(grey, opacity) * (1 - opacity), grey)
    frame = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    background = np.median(frame)
    ink = background - grey
    if -ink.min() > ink.max():
        ink = -ink
    if ink.max() < LEAST_CONTRAST:
        msg = f"{path}: no digit can be seen: the image is (nearly) of one tone"
        raise ValueError(msg)
    shown: Ink = np.clip(ink / ink.max(), 0, 1)
    return shown


def _tones(path: Path) -> tuple[Ink, Ink]:
    """Return the tones of an image file, from 0 to 255, and its opacity, from 0 to 1."""
    with needs("train"):
        from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - an extra
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A small file that claims a huge image is refused.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(file) as image:
                return _split(ImageOps.exif_transpose(image))
        except UnidentifiedImageError as error:
            msg = f"{path}: it is no image in a format that Pillow knows"
            raise ValueError(msg) from error
        except Exception as error:  # damaged files make the decoders raise anything
            msg = f"{path}: it cannot be read as an image: {error}"
            raise ValueError(msg) from error


def _split(image: "Image.Image") -> tuple[Ink, Ink]:
    """Return the tones and the opacity of an image."""
    if image.mode.startswith(("I", "F")):
        # More than 8 bits, which a conversion would clip rather than scale.
        wide = np.asarray(image, dtype=np.float64)
        if not np.isfinite(wide).all():
            msg = "its tones are not finite"
            raise ValueError(msg)
        grey = _reduced((wide - wide.min()) / (np.ptp(wide) or 1.0) * 255)
        return grey, np.ones_like(grey)
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((LARGEST, LARGEST))
    image = image.convert("RGBA")
    grey = np.asarray(image.convert("L"), dtype=np.float64)
    return grey, np.asarray(image.getchannel("A"), dtype=np.float64) / 255


def _reduced(grey: Ink) -> Ink:
    """Return tones at the largest size that is needed, or as they are."""
    from PIL import Image  # noqa: PLC0415 - an extra

    image = Image.fromarray(grey.astype(np.float32))
    image.thumbnail((LARGEST, LARGEST))
    # The filter overshoots at the edges of strokes.
    return np.clip(np.asarray(image, dtype=np.float64), 0, 255)


def _paper(grey: Ink, opacity: Ink) -> float:
    """Return the tone of the background that shows where an image is transparent."""
    solid = grey[opacity >= 0.5]
    if not solid.size:
        return 0.0
    if np.ptp(solid) >= 128:
        # Light and dark are both there, so the paper is, and there is more of it than ink.
        return float(np.median(solid))
    return 255.0 if solid.mean() < 128 else 0.0


def _cropped(ink: Ink) -> Ink:
    """Return the smallest part that holds all the ink that is not faint."""
    strong = ink > FAINT * ink.max()
    rows, columns = (np.flatnonzero(strong.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resized(ink: Ink, rows: int, columns: int) -> Ink:
    """Return the ink at another size, from 0 to 1 again: thin strokes fade when they shrink."""
    from PIL import Image  # noqa: PLC0415 - an extra

    image = Image.fromarray(ink.astype(np.float32))
    resized = np.asarray(image.resize((columns, rows), Image.Resampling.BICUBIC), dtype=float)
    shown: Ink = np.clip(resized / resized.max(), 0, 1)
    return shown


def _upright(ink: Ink) -> Ink:
    """Return the ink sheared so that its columns do not drift from row to row."""
    from PIL import Image  # noqa: PLC0415 - an extra

    rows, columns = np.indices(ink.shape)
    row, column = _centre_of_mass(ink)
    drift = (ink * (rows - row) * (columns - column)).sum()
    slope = drift / max((ink * (rows - row) ** 2).sum(), 1e-12)
    # Room for the corners that the shear moves out.
    room = int(np.ceil(abs(slope) * len(ink)))
    padded = np.pad(ink, ((0, 0), (room, room)))
    image = Image.fromarray(padded.astype(np.float32))
    shear = (1, slope, -slope * row, 0, 1, 0)
    sheared = image.transform(
        image.size, Image.Transform.AFFINE, shear, Image.Resampling.BILINEAR
    )
    return np.asarray(sheared, dtype=np.float64)


def _centre_of_mass(ink: Ink) -> tuple[float, float]:
    """Return the mean row and column of the ink."""
    rows, columns = np.indices(ink.shape)
    return float((ink * rows).sum() / ink.sum()), float((ink * columns).sum() / ink.sum())


def _like_digits(ink: Ink) -> NDArray[np.uint8]:
    """Return 8 x 8 counts of ink from 0 to 16, as the digits of scikit-learn."""
    ink = _cropped(_upright(_cropped(ink)))
    height, width = ink.shape
    columns = min(20, max(1, round(width * 32 / height)))
    left = (32 - columns) // 2
    points = np.zeros((32, 32), dtype=np.uint8)
    points[:, left : left + columns] = _resized(ink, 32, columns) > FAINT
    counts: NDArray[np.uint8] = points.reshape(8, 4, 8, 4).sum(axis=(1, 3), dtype=np.uint8)
    return counts


def _like_mnist(ink: Ink) -> NDArray[np.uint8]:
    """Return 28 x 28 pixels from 0 to 255, as those of MNIST."""
    ink = _cropped(ink)
    scale = 20 / max(ink.shape)
    rows, columns = (max(1, round(size * scale)) for size in ink.shape)
    ink = _resized(ink, rows, columns)
    # In MNIST itself the mean of the centres of mass is row 14.0, column 14.0, counted from 0.
    row, column = _centre_of_mass(ink)
    top = min(max(0, round(14 - row)), 28 - rows)
    left = min(max(0, round(14 - column)), 28 - columns)
    field = np.zeros((28, 28), dtype=np.uint8)
    field[top : top + rows, left : left + columns] = np.rint(ink * 255)
    return field


Style = Callable[[Ink], NDArray[Any]]
STYLES: dict[int, tuple[Style, int]] = {64: (_like_digits, 16), 784: (_like_mnist, 255)}
