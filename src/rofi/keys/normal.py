"""Standard normal numbers from random bits, the same to the last bit on every platform.

Mathematical libraries differ in the last place of log, and SIMD code rounds as it pleases. So everything here is
IEEE 754 double arithmetic on Python floats, one operation at a time: + - * /, sqrt and frexp, all correctly rounded.
"""

import math
from collections.abc import Sequence

_LN2 = 0.6931471805599453
_SQRT_HALF = 0.7071067811865476
_LOG_TERMS = 12  # |s| <= 0.1716, so the first term left out is below 0.03**12 / 25, far under half an ulp

# Wichura's AS241, routine PPND16: numerators and denominators of three rational approximations, highest power first.
_CENTRE = (
    (
        2.50908_09287_30122_6727e3,
        3.34305_75583_58812_8105e4,
        6.72657_70927_00870_0853e4,
        4.59219_53931_54987_1457e4,
        1.37316_93765_50946_1125e4,
        1.97159_09503_06551_4427e3,
        1.33141_66789_17843_7745e2,
        3.38713_28727_96366_6080e0,
    ),
    (
        5.22649_52788_52854_5610e3,
        2.87290_85735_72194_2674e4,
        3.93078_95800_09271_0610e4,
        2.12137_94301_58659_5867e4,
        5.39419_60214_24751_1077e3,
        6.87187_00749_20579_0830e2,
        4.23133_30701_60091_1252e1,
        1.0,
    ),
)
_SHOULDER = (
    (
        7.74545_01427_83414_07640e-4,
        2.27238_44989_26918_45833e-2,
        2.41780_72517_74506_11770e-1,
        1.27045_82524_52368_38258e0,
        3.64784_83247_63204_60504e0,
        5.76949_72214_60691_40550e0,
        4.63033_78461_56545_29590e0,
        1.42343_71107_49683_57734e0,
    ),
    (
        1.05075_00716_44416_84324e-9,
        5.47593_80849_95344_94600e-4,
        1.51986_66563_61645_71966e-2,
        1.48103_97642_74800_74590e-1,
        6.89767_33498_51000_04550e-1,
        1.67638_48301_83803_84940e0,
        2.05319_16266_37758_82187e0,
        1.0,
    ),
)
_TAIL = (
    (
        2.01033_43992_92288_13265e-7,
        2.71155_55687_43487_57815e-5,
        1.24266_09473_88078_43860e-3,
        2.65321_89526_57612_30930e-2,
        2.96560_57182_85048_91230e-1,
        1.78482_65399_17291_33580e0,
        5.46378_49111_64114_36990e0,
        6.65790_46435_01103_77720e0,
    ),
    (
        2.04426_31033_89939_78564e-15,
        1.42151_17583_16445_88870e-7,
        1.84631_83175_10054_68180e-5,
        7.86869_13114_56132_59100e-4,
        1.48753_61290_85061_48525e-2,
        1.36929_88092_27358_05310e-1,
        5.99832_20655_58879_37690e-1,
        1.0,
    ),
)


def standard_normal(bits: int) -> float:
    """The standard normal number of a 53-bit integer u: the quantile of (u + 1/2) / 2**53.

    The upper half of the integers is mirrored on the lower, where u + 1/2 is exact; so no u gives an infinity.

    Raises:
        ValueError: `bits` is not in [0, 2**53).
    """
    if not 0 <= bits < 2**53:
        raise ValueError(f"53 bits are needed, not {bits}")
    if bits >= 2**52:
        return -normal_quantile((2**53 - 1 - bits + 0.5) / 2**53)
    return normal_quantile((bits + 0.5) / 2**53)


def normal_quantile(probability: float) -> float:
    """Inverse of the standard normal distribution function (Wichura 1988, Applied Statistics 37, AS241, PPND16).

    Relative accuracy about 1e-15.

    Raises:
        ValueError: `probability` is not in (0, 1).
    """
    if not 0.0 < probability < 1.0:
        raise ValueError(f"a probability in (0, 1) is needed, not {probability}")
    q = probability - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(_CENTRE, 0.180625 - q * q)
    r = math.sqrt(-natural_log(probability if q < 0.0 else 1.0 - probability))
    distance = _ratio(_SHOULDER, r - 1.6) if r <= 5.0 else _ratio(_TAIL, r - 5.0)
    return -distance if q < 0.0 else distance


def natural_log(x: float) -> float:
    """ln x for x > 0, by ln m = 2 atanh((m - 1) / (m + 1)) on the mantissa m in [sqrt(1/2), sqrt(2))."""
    mantissa, exponent = math.frexp(x)
    if mantissa < _SQRT_HALF:
        mantissa, exponent = mantissa * 2.0, exponent - 1
    s = (mantissa - 1.0) / (mantissa + 1.0)
    square = s * s
    series = 0.0
    for k in range(_LOG_TERMS - 1, -1, -1):
        series = series * square + 1.0 / (2 * k + 1)
    return exponent * _LN2 + 2.0 * s * series


def _ratio(coefficients: tuple[Sequence[float], Sequence[float]], x: float) -> float:
    numerator, denominator = coefficients
    return _horner(numerator, x) / _horner(denominator, x)


def _horner(coefficients: Sequence[float], x: float) -> float:
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value
