//! Each way of rounding, on both sides of zero.

use money::Rounding::{self, Ceiling, Down, Floor, HalfEven, HalfUp, Up};

use crate::cents;

const WAYS: [Rounding; 6] = [HalfEven, HalfUp, Up, Down, Ceiling, Floor];

#[test]
fn tenths_are_rounded_as_named() {
    // Tenths of a cent, then the cents in the order of WAYS.
    let table = [
        (0, [0, 0, 0, 0, 0, 0]),
        (1, [0, 0, 1, 0, 1, 0]),
        (5, [0, 1, 1, 0, 1, 0]),
        (6, [1, 1, 1, 0, 1, 0]),
        (10, [1, 1, 1, 1, 1, 1]),
        (14, [1, 1, 2, 1, 2, 1]),
        (15, [2, 2, 2, 1, 2, 1]),
        (25, [2, 3, 3, 2, 3, 2]),
        (-1, [0, 0, -1, 0, 0, -1]),
        (-5, [0, -1, -1, 0, 0, -1]),
        (-6, [-1, -1, -1, 0, 0, -1]),
        (-10, [-1, -1, -1, -1, -1, -1]),
        (-15, [-2, -2, -2, -1, -1, -2]),
        (-25, [-2, -3, -3, -2, -2, -3]),
    ];
    for (tenths, expected) in table {
        for (rounding, minor) in WAYS.into_iter().zip(expected) {
            assert_eq!(cents(tenths).proportion(1, 10, rounding), Ok(cents(minor)), "{tenths} {rounding:?}");
        }
    }
}

#[test]
fn thirds_have_no_half() {
    for (thirds, expected) in
        [(1, [0, 0, 1, 0, 1, 0]), (2, [1, 1, 1, 0, 1, 0]), (-4, [-1, -1, -2, -1, -1, -2])]
    {
        for (rounding, minor) in WAYS.into_iter().zip(expected) {
            assert_eq!(cents(thirds).proportion(1, 3, rounding), Ok(cents(minor)), "{thirds} {rounding:?}");
        }
    }
}
