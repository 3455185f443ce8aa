"""A HEIC file written by hand, for no encoder comes with the libraries: 96 x 64 pixels, six flat squares of 32.

Every coding unit is raw (I_PCM), so what a decoder must give is known exactly. ITU-T H.265 for the pictures, ISO/IEC
23008-12 for the file.
"""

import struct

SQUARE = 32
YCBCR = ((76, 85, 255), (150, 44, 21), (29, 255, 107), (225, 0, 148), (128, 128, 128), (200, 120, 150))
COLUMNS, ROWS = 3, 2

# Of the one context-coded bin, part_mode: the width of the less probable half at full range, after 0, 1, 2... bins.
_LESS_PROBABLE = (240, 227, 216, 205, 195, 185)


class Bits:
    def __init__(self) -> None:
        self.text = ""

    def u(self, width: int, value: int) -> None:
        self.text += format(value, f"0{width}b")

    def ue(self, *values: int) -> None:
        for value in values:
            width = (value + 1).bit_length()
            self.text += "0" * (width - 1) + format(value + 1, "b")

    def flags(self, *values: int) -> None:
        self.text += "".join(map(str, values))

    def stop(self) -> None:
        self.text += "1"
        self.align()

    def align(self) -> None:
        self.text += "0" * (-len(self.text) % 8)

    def raw(self, data: bytes) -> None:
        self.text += "".join(format(byte, "08b") for byte in data)

    def nal(self, kind: int) -> bytes:
        raw = int(self.text, 2).to_bytes(len(self.text) // 8, "big")
        escaped = bytearray((kind << 1, 1))
        zeros = 0
        for byte in raw:
            if zeros >= 2 and byte <= 3:
                escaped.append(3)
                zeros = 0
            escaped.append(byte)
            zeros = zeros + 1 if byte == 0 else 0
        return bytes(escaped)


class Cabac:
    """The arithmetic encoder of H.265 section 9.3.4, as far as probable bins and terminating bins need it."""

    def __init__(self, bits: Bits) -> None:
        self.bits = bits
        self.start()

    def start(self) -> None:
        self.low, self.range, self.first, self.outstanding = 0, 510, True, 0

    def probable(self, less_probable: int) -> None:
        self.range -= less_probable
        assert self.range >= 256

    def go_on(self) -> None:
        self.range -= 2
        assert self.range >= 256

    def terminate(self) -> None:
        self.range -= 2
        self.low += self.range
        self.range = 2
        while self.range < 256:
            if self.low < 256:
                self._put(0)
            elif self.low >= 512:
                self.low -= 512
                self._put(1)
            else:
                self.low -= 256
                self.outstanding += 1
            self.range <<= 1
            self.low <<= 1
        self._put(self.low >> 9 & 1)
        self.bits.u(2, self.low >> 7 & 3 | 1)
        self.bits.align()

    def _put(self, bit: int) -> None:
        if self.first:
            self.first = False
        else:
            self.bits.flags(bit)
        self.bits.flags(*[1 - bit] * self.outstanding)
        self.outstanding = 0


def _profile(bits: Bits) -> None:
    bits.u(8, 3)  # Main Still Picture
    bits.u(32, 0x70000000)
    bits.u(48, 0x900000000000)
    bits.u(8, 30)


def _parameter_sets() -> dict[int, bytes]:
    video = Bits()
    video.u(4, 0)
    video.flags(1, 1)
    video.u(6, 0)
    video.u(3, 0)
    video.flags(1)
    video.u(16, 0xFFFF)
    _profile(video)
    video.flags(1)
    video.ue(0, 0, 0)
    video.u(6, 0)
    video.ue(0)
    video.flags(0, 0)
    video.stop()
    sequence = Bits()
    sequence.u(4, 0)
    sequence.u(3, 0)
    sequence.flags(1)
    _profile(sequence)
    sequence.ue(0, 1, COLUMNS * SQUARE, ROWS * SQUARE)
    sequence.flags(0)
    sequence.ue(0, 0, 0)
    sequence.flags(1)
    sequence.ue(0, 0, 0)
    sequence.ue(2, 0, 0, 3, 0, 0)  # coding blocks of 32, transform blocks of 4 to 32
    sequence.flags(0, 0, 0, 1)  # PCM it is
    sequence.u(4, 7)
    sequence.u(4, 7)
    sequence.ue(2, 0)
    sequence.flags(1)
    sequence.ue(0)
    sequence.flags(0, 0, 0, 0, 0)
    sequence.stop()
    picture = Bits()
    picture.ue(0, 0)
    picture.flags(0, 0, 0, 0, 0, 0, 0)
    picture.ue(0, 0, 0)
    picture.flags(0, 0, 0)
    picture.ue(0, 0)
    picture.flags(0, 0, 0, 0, 0, 0, 0)
    picture.flags(1, 0, 1)  # no deblocking
    picture.flags(0, 0)
    picture.ue(0)
    picture.flags(0, 0)
    picture.stop()
    return {32: video.nal(32), 33: sequence.nal(33), 34: picture.nal(34)}


def _slice() -> bytes:
    bits = Bits()
    bits.flags(1, 0)
    bits.ue(0, 2, 0)
    bits.stop()
    cabac = Cabac(bits)
    for number, (luma, blue, red) in enumerate(YCBCR):
        cabac.probable(_LESS_PROBABLE[number])
        cabac.terminate()
        bits.raw(bytes([luma]) * SQUARE**2 + bytes([blue]) * (SQUARE**2 // 4) + bytes([red]) * (SQUARE**2 // 4))
        cabac.start()
        if number + 1 < len(YCBCR):
            cabac.go_on()
    cabac.terminate()
    return bits.nal(19)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def _full(name: bytes, version: int, *parts: bytes) -> bytes:
    return _box(name, bytes([version, 0, 0, 0]), *parts)


def heic(quarter_turns: int = 0) -> bytes:
    """The file; `quarter_turns` anticlockwise are asked of whoever shows it."""
    configuration = bytes.fromhex("01 03 70000000 900000000000 1e f000 fc fd f8 f8 0000 0f 03")
    for kind, nal in _parameter_sets().items():
        configuration += struct.pack(">BHH", 0x80 | kind, 1, len(nal)) + nal
    properties = [
        _box(b"hvcC", configuration),
        _full(b"ispe", 0, struct.pack(">II", COLUMNS * SQUARE, ROWS * SQUARE)),
        _box(b"colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 0x80)),
    ]
    if quarter_turns:
        properties.append(_box(b"irot", bytes([quarter_turns])))
    coded = _slice()
    data = struct.pack(">I", len(coded)) + coded
    kind = _box(b"ftyp", b"heic", bytes(4), b"mif1heic")

    def meta(offset: int) -> bytes:
        return _full(
            b"meta",
            0,
            _full(b"hdlr", 0, bytes(4), b"pict", bytes(13)),
            _full(b"pitm", 0, struct.pack(">H", 1)),
            _full(b"iloc", 0, struct.pack(">HHHHHII", 0x4400, 1, 1, 0, 1, offset, len(data))),
            _full(b"iinf", 0, struct.pack(">H", 1), _full(b"infe", 2, struct.pack(">HH4sB", 1, 0, b"hvc1", 0))),
            _box(
                b"iprp",
                _box(b"ipco", *properties),
                _full(
                    b"ipma",
                    0,
                    struct.pack(">IHB", 1, 1, len(properties)),
                    bytes(0x80 | index for index in range(1, len(properties) + 1)),
                ),
            ),
        )

    return kind + meta(len(kind) + len(meta(0)) + 8) + _box(b"mdat", data)
