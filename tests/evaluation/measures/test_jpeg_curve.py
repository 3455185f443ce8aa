from dataclasses import dataclass, replace

import pytest

from evaluation.small_bench import Blurring, make_bench
from rofi.cohort.row import Split
from rofi.errors import UnreadablePhoto
from rofi.evaluation.measures import jpeg_curve
from rofi.evaluation.methods.mosaic import Mosaic
from rofi.evaluation.report.cells import best
from rofi.imaging.formats import sniff


@dataclass(frozen=True)
class Fragile(Blurring):
    """Its way back needs the file itself."""

    def restore(self, data, name):
        if sniff(data) != "png":
            raise UnreadablePhoto(f"{name}: stripped; give the file itself")
        return super().restore(data, name)


@dataclass(frozen=True)
class Logged(Fragile):
    """Its owner has noted what the file said."""

    def restore_re_encoded(self, data, name, protected):
        assert sniff(protected) == "png"
        return Blurring.restore(self, data, name)


def rows(tmp_path, monkeypatch, method):
    monkeypatch.setattr(jpeg_curve, "JUDGE", "mobilefacenet512")
    bench = make_bench(tmp_path, {Split.INTERNAL: 4}, methods=(method,), resamples=99, quick=True)
    section = jpeg_curve.measure(bench)
    return section, [dict(zip(section.tables[0].columns, row, strict=True)) for row in section.tables[0].rows]


def test_quality_falls_with_quality(tmp_path, monkeypatch):
    section, found = rows(tmp_path, monkeypatch, Blurring(0.3))
    assert [row["JPEG quality"] for row in found] == list(jpeg_curve.QUALITIES)
    sharp = [row["PSNR of the aligned face, dB"].estimate for row in found]
    assert sharp == sorted(sharp, reverse=True)
    assert section.pictures[0].png.startswith(b"\x89PNG")


def test_methods_are_compared_at_the_same_quality(tmp_path, monkeypatch):
    class Sharper(Blurring):
        @property
        def facts(self):
            return replace(super().facts, name="sharper", title="Sharper")

    monkeypatch.setattr(jpeg_curve, "JUDGE", "mobilefacenet512")
    methods = Blurring(4.0), Sharper(1.0)
    bench = make_bench(tmp_path, {Split.INTERNAL: 2}, methods=methods, resamples=99, quick=True)
    table = jpeg_curve.measure(bench).tables[0]
    sharp = table.columns.index("PSNR of the aligned face, dB")
    marked = [table.rows[row][:2] for row, column in sorted(best(table)) if column == sharp]
    assert marked == [(quality, "Sharper") for quality in jpeg_curve.QUALITIES]


@pytest.mark.parametrize(("method", "back"), [(Fragile(0.3), 0), (Logged(0.3), 4)])
def test_what_does_not_come_back_is_counted(tmp_path, monkeypatch, method, back):
    _, found = rows(tmp_path, monkeypatch, method)
    assert {row["photographs that come back"] for row in found} == {back}
    assert all((row["PSNR of the aligned face, dB"] is None) == (back == 0) for row in found)


def test_without_a_way_back_or_a_recogniser_the_section_says_so(tmp_path):
    bench = make_bench(tmp_path, {Split.INTERNAL: 2}, methods=(Mosaic(),), networks=tmp_path)
    assert "way back" in jpeg_curve.measure(bench).left_out[0]
    bench = make_bench(tmp_path / "other", {Split.INTERNAL: 2}, networks=tmp_path)
    assert "sface128" in jpeg_curve.measure(bench).left_out[0]
