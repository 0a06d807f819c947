"""Images of digits: whatever their size, tone and format, the network sees the same."""

import os
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from nncore import images
from nncore.extras import MissingExtraError
from nncore.images import prepare

Array: TypeAlias = npt.NDArray[Any]
#: From an image to what a network with so many inputs would see.
See: TypeAlias = Callable[..., Array]


def seven(size: int = 120, *, paper: int = 255, ink: int = 0, width: int = 10) -> Image.Image:
    """Return a drawing of a 7, off the centre."""
    image = Image.new("L", (size, size), paper)
    points = [(20, 20), (70, 20), (35, 95)]
    scaled = [(x * size // 120, y * size // 120) for x, y in points]
    ImageDraw.Draw(image).line(scaled, fill=ink, width=max(1, width * size // 120))
    return image


@pytest.fixture
def see(tmp_path: Path) -> See:
    """Return a function from an image to what a network with so many inputs would see."""

    def see(
        image: Image.Image, inputs: int = 784, name: str = "image.png", **settings: Any
    ) -> Array:
        image.save(tmp_path / name, **settings)
        pixels = prepare([tmp_path / name], inputs)
        side = {64: 8, 784: 28}[inputs]
        return pixels.array.reshape(side, side).astype(int)

    return see


def differ(a: Array, b: Array) -> float:
    """Return the mean difference of two pictures, in shares of their ink."""
    return float(np.abs(a - b).sum() / a.sum())


# --- like MNIST


def test_the_digit_fills_20_rows_or_columns_and_is_balanced(see: See) -> None:
    for image in (seven(), seven().rotate(90), seven(500), seven(30)):
        field = see(image)
        rows, columns = (np.flatnonzero((field > 0).any(axis=axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in {19, 20}
        centre = [(field * index).sum() / field.sum() for index in np.indices((28, 28))]
        np.testing.assert_allclose(centre, [14, 14], atol=0.75)
        assert field.max() == 255


def test_an_image_made_like_mnist_stays_as_it_is(see: See) -> None:
    field = see(seven())
    np.testing.assert_allclose(see(Image.fromarray(field.astype(np.uint8))), field, atol=1)


def test_ink_at_the_edge_of_its_box_stays_inside_the_field(see: See) -> None:
    # Nearly all ink in one corner: balanced, the rest would lie outside.
    image = Image.new("L", (100, 100), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((5, 5, 25, 25), fill=0)
    draw.line((5, 5, 95, 95), fill=0, width=2)
    field = see(image)
    assert field.shape == (28, 28)
    assert field[27].any() or field[:, 27].any()


# --- like the digits of scikit-learn


def test_counts_of_ink_fill_8_rows_and_at_most_5_columns_wide(see: See) -> None:
    counts = see(seven(), 64)
    assert counts.max() <= 16
    assert counts.max() >= 12
    assert counts.any(axis=1).all()
    # 20 of 32 columns, from column 6 to 25: blocks 1 to 6.
    assert not counts[:, [0, 7]].any()


def test_a_solid_box_is_counted_exactly(see: See) -> None:
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).rectangle((50, 20, 149, 179), fill=0)
    # 100 x 160 becomes 20 x 32, columns 6 to 25: half of block 1, all of 2 to 5, half of 6.
    expected = np.tile([0, 8, 16, 16, 16, 16, 8, 0], (8, 1))
    np.testing.assert_array_equal(see(image, 64), expected)


def test_a_wide_shape_is_narrowed_to_20_columns(see: See) -> None:
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).rectangle((20, 70, 179, 129), fill=0)
    expected = np.tile([0, 8, 16, 16, 16, 16, 8, 0], (8, 1))
    np.testing.assert_array_equal(see(image, 64), expected)


def test_a_thin_stroke_is_not_stretched(see: See) -> None:
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).rectangle((90, 20, 109, 179), fill=0)
    counts = see(image, 64)
    np.testing.assert_array_equal(counts, np.tile([0, 0, 0, 8, 8, 0, 0, 0], (8, 1)))


def test_a_slanted_stroke_is_made_upright(see: See) -> None:
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).line((60, 180, 140, 20), fill=0, width=20)
    counts = see(image, 64)
    drift = [(row * np.arange(8)).sum() / row.sum() for row in counts]
    assert np.ptp(drift) < 0.5


# --- one look for all tones, sizes and formats


@pytest.mark.parametrize("inputs", [64, 784])
@pytest.mark.parametrize(
    "image",
    [
        seven(paper=0, ink=255),
        seven(paper=200, ink=100),
        seven(paper=100, ink=200),
        seven().convert("RGB"),
        seven().convert("CMYK"),
        seven().convert("P"),
        seven().convert("1"),
        seven().convert("RGBA"),
        seven().convert("LA"),
    ],
)
def test_tone_and_mode_change_nothing(see: See, image: Image.Image, inputs: int) -> None:
    name = "image.tif" if image.mode == "CMYK" else "image.png"
    np.testing.assert_allclose(see(image, inputs, name), see(seven(), inputs), atol=1)


@pytest.mark.parametrize("inputs", [64, 784])
def test_place_in_the_image_changes_nothing(see: See, inputs: int) -> None:
    moved = Image.new("L", (300, 200), 255)
    moved.paste(seven(), (150, 60))
    np.testing.assert_array_equal(see(moved, inputs), see(seven(), inputs))


@pytest.mark.parametrize("inputs", [64, 784])
@pytest.mark.parametrize("size", [60, 480, 3000])
def test_size_changes_little(see: See, inputs: int, size: int) -> None:
    assert differ(see(seven(), inputs), see(seven(size), inputs)) < 0.25


def test_a_huge_image_is_reduced_first(tmp_path: Path) -> None:
    huge = seven(2000).resize((4000, 2000))
    for image in (huge, Image.fromarray(np.asarray(huge, dtype=np.uint16) * 257)):
        image.save(tmp_path / "huge.png")
        grey, opacity = images._tones(tmp_path / "huge.png")
        assert grey.shape == opacity.shape == (512, 1024)
        assert (grey.min(), grey.max()) == (0, 255)


@pytest.mark.parametrize("inputs", [64, 784])
def test_a_hairline_in_a_large_image_keeps_its_ink(see: See, inputs: int) -> None:
    field = see(seven(1000, width=1), inputs)
    assert field.max() >= {64: 4, 784: 255}[inputs]


@pytest.mark.parametrize(
    ("name", "settings"), [("image.jpg", {"quality": 95}), ("image.bmp", {}), ("image.gif", {})]
)
def test_formats_change_little(see: See, name: str, settings: dict[str, Any]) -> None:
    assert differ(see(seven()), see(seven(), name=name, **settings)) < 0.05


def test_sixteen_bits_are_scaled_not_clipped(see: See) -> None:
    wide = np.asarray(seven(paper=200, ink=100), dtype=np.uint16) * 257
    np.testing.assert_allclose(see(Image.fromarray(wide)), see(seven()), atol=1)
    floats = Image.fromarray(np.asarray(seven(), dtype=np.float32) * 1e6)
    np.testing.assert_allclose(see(floats, name="image.tif"), see(seven()), atol=1)


def test_a_photograph_is_turned_as_its_camera_says(see: See) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right
    turned = see(seven().rotate(90, expand=True), name="image.jpg", quality=95, exif=exif)
    assert differ(see(seven()), turned) < 0.05


def drawn_on_nothing(ink: int) -> Image.Image:
    image = Image.new("LA", (120, 120), (255 - ink, 0))
    alpha = seven(paper=0, ink=255)
    image.putalpha(alpha)
    image.paste((ink, 255), (0, 0), alpha)
    return image


@pytest.mark.parametrize("ink", [0, 255, 60])
def test_ink_of_any_tone_on_nothing_is_seen(see: See, ink: int) -> None:
    np.testing.assert_allclose(see(drawn_on_nothing(ink)), see(seven()), atol=2)


def test_paper_cut_out_of_nothing_is_paper(see: See) -> None:
    image = Image.new("LA", (200, 200), (0, 0))
    image.paste(seven().convert("LA"), (40, 40))
    np.testing.assert_array_equal(see(image), see(seven()))


# --- what is refused


def refused(path: Path, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        prepare([path], 784)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (50, 50), 255),
        Image.new("L", (1, 1), 7),
        Image.new("RGBA", (50, 50), (9, 9, 9, 0)),
        Image.new("I;16", (50, 50), 777),
        seven(paper=200, ink=190),
    ],
)
def test_an_image_that_shows_nothing_is_refused(tmp_path: Path, image: Image.Image) -> None:
    image.save(tmp_path / "blank.png")
    refused(tmp_path / "blank.png", "no digit can be seen")


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    Image.fromarray(np.full((9, 9), np.nan, np.float32)).save(tmp_path / "nan.tif")
    refused(tmp_path / "nan.tif", "cannot be read as an image: its tones are not finite")


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"not an image", b"\x89PNG\r\n\x1a\n"):
        (tmp_path / "bad.png").write_bytes(content)
        refused(tmp_path / "bad.png", "bad.png: it is no image in a format that Pillow knows$")


@pytest.mark.parametrize("name", ["i.png", "i.jpg", "i.gif", "i.bmp", "i.tif"])
def test_no_damage_ends_in_another_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    seven(40).save(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    damaged = [whole[: len(whole) * part // 20] for part in range(20)]
    for _ in range(40):
        flipped = bytearray(whole)
        for at in rng.integers(0, len(whole), 3):
            flipped[at] ^= 1 << rng.integers(8)
        damaged.append(bytes(flipped))
    for content in damaged:
        path.write_bytes(content)
        try:
            assert prepare([path], 784).shape == (1, 784)
        except ValueError as error:
            assert str(path) in str(error)  # noqa: PT017, both outcomes are allowed


def test_a_small_file_that_claims_a_huge_image_is_refused(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", 12_000, 12_000, 8, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b""))
    (tmp_path / "bomb.png").write_bytes(content)
    refused(tmp_path / "bomb.png", "cannot be read as an image.*exceeds limit")


def test_errors_of_the_system_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        prepare([tmp_path / "absent.png"], 784)
    if os.name == "posix":
        with pytest.raises(IsADirectoryError):
            prepare([tmp_path], 784)


def test_other_numbers_of_inputs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="networks with 64 or 784 inputs, got 100"):
        prepare([tmp_path / "absent.png"], 100)


def test_rows_are_images_scaled_from_0_to_1(tmp_path: Path) -> None:
    for number in range(3):
        seven(60 + number).save(tmp_path / f"{number}.png")
    for inputs in (64, 784):
        pixels = prepare([str(tmp_path / f"{number}.png") for number in range(3)], inputs)
        assert pixels.shape == (3, inputs)
        floats = np.asarray(pixels)
        assert floats.min() == 0
        assert 0.7 < floats.max() <= 1
    assert prepare([], 784).shape == (0, 784)


def test_without_pillow_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "i.png").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError, match=r'^PIL is not.*pip install "nncore\[train\]"$'):
        prepare([tmp_path / "i.png"], 784)
