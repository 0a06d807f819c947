"""What a certified verdict rests on; each trap was a false alarm or a false proof."""

# The programs under test are written as people write them: without types.
# mypy: allow-untyped-defs, allow-untyped-calls
# ruff: noqa: ANN001, ANN201, ANN202, ANN204, ARG005

from __future__ import annotations

import gc
import math

import numpy as np
import pytest
from certifying import certified, only, verdicts

from nncore.gradcheck.evidence import NotApplicable, Verdict

RNG = np.random.default_rng(7)
X = RNG.normal(size=(3, 4))
W = RNG.normal(size=(2, 4)) / 2
B = RNG.normal(size=2) / 3
Y = np.array([[1, 0], [0, 1], [0, 1]])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cost(params):
    w, b = params
    return ((sigmoid(X @ w.T + b) - Y) ** 2).sum() / 2 / len(X)


def gradient(params):
    w, b = params
    a = sigmoid(X @ w.T + b)
    delta = (a - Y) * a * (1 - a) / len(X)
    return [delta.T @ X, delta.sum(axis=0)]


def test_a_correct_gradient_agrees_in_every_entry():
    evidence = certified(cost, gradient, [W, B])
    assert verdicts(evidence) == {"agrees"}
    assert evidence.sensitivity < 1e-30
    assert evidence.achieved_digits is not None
    assert evidence.achieved_digits > 12
    assert min(leaf.digits.min() for leaf in evidence.entries) > 30


@pytest.mark.parametrize("error", [1.0, -2.0, 1e-3, 1e-10, 1e-30])
def test_one_wrong_entry_is_proved_wrong(error):
    def planted(params):
        nabla_w, nabla_b = gradient(params)
        nabla_w[1, 2] += nabla_w[1, 2] * error
        return [nabla_w, nabla_b]

    evidence = certified(cost, planted, [W, B])
    assert verdicts(evidence) == {"agrees", "wrong"}
    assert evidence.count(Verdict.WRONG) == 1
    assert evidence.entries[0].verdict[1, 2] == Verdict.WRONG.code


# --- constants computed in floats ---------------------------------------------------------


def test_a_float_quotient_and_a_division_agree_to_sixteen_digits():
    def rounded(params):
        a = sigmoid(X @ params[0].T + params[1])
        delta = (a - Y) * a * (1 - a) * (1 / len(X))
        return [delta.T @ X, delta.sum(axis=0)]

    evidence = certified(cost, rounded, [W, B])
    assert verdicts(evidence) == {"agrees"}
    assert 15 < min(leaf.digits.min() for leaf in evidence.entries) < 17
    assert evidence.details["ulp"] == 1
    assert "test_certified.py:" in " ".join(evidence.notes)


def test_standardised_years_agree_within_thousands_of_ulp():
    years = np.array([1999.0, 2004.0, 2011.0, 2023.0])
    mu, sd = years.mean(), years.std()
    scale, shift = 1 / sd, -mu / sd

    def year_cost(w):
        return ((w[0] * ((years - mu) / sd) + w[1]) ** 2).sum()

    def year_gradient(w):
        x = years * scale + shift
        error = 2 * (w[0] * x + w[1])
        return np.stack([(error * x).sum(), error.sum()])

    evidence = certified(year_cost, year_gradient, np.array([0.3, 0.8]))
    assert verdicts(evidence) == {"agrees"}
    assert 10 < evidence.details["ulp"] < 2**18


def test_one_minus_almost_one_agrees_within_a_hundred_thousand_ulp():
    decay = 1 - 0.999999

    def first(w):
        return (w**2).sum() * 1e-6

    evidence = certified(first, lambda w: 2 * w * decay, np.array([0.3, -0.8]))
    assert verdicts(evidence) == {"agrees"}
    # Both constants are widened: half of the 135,795 ulp between them.
    assert 60_000 < evidence.details["ulp"] < 70_000


def test_a_constant_further_off_than_eighteen_bits_is_wrong():
    factor = 2 * (1 + 1e-10)
    assert only(lambda w: (w**2).sum(), lambda w: factor * w, np.array([0.3, -0.8])) == "wrong"


def test_an_exact_zero_is_never_widened():
    def with_zero(w):
        return 2 * w * (1 + 1e-9) + 0.0

    # 2^18 ulp of zero are 1e-8 of these entries.
    assert only(lambda w: (w**2).sum(), with_zero, np.array([1e-310])) == "wrong"


def test_a_setting_that_both_sides_share_is_the_same_number():
    l2 = 0.1

    def planted(w):
        return l2 * w * (1 + 10**-20 * w[0] ** 0)

    assert only(lambda w: l2 * (w**2).sum() / 2, planted, np.array([0.3, -0.8])) == "wrong"


# --- ties and kinks -----------------------------------------------------------------------


def test_the_stable_logistic_cost_is_smooth_at_zero():
    y = np.array([1.0, 0.0])

    def stable(z):
        return (np.maximum(0, z) - z * y + np.log1p(np.exp(-abs(z)))).sum()

    evidence = certified(stable, lambda z: sigmoid(z) - y, np.array([0.0, 0.7]))
    assert verdicts(evidence) == {"agrees"}


def test_a_planted_error_is_seen_at_a_smooth_tie():
    def stable(z):
        return (np.maximum(0, z) + np.log1p(np.exp(-abs(z)))).sum()

    assert only(stable, lambda z: sigmoid(z) * 2, np.zeros(2)) == "wrong"


def test_tied_logits_under_a_shift_by_the_maximum_are_smooth():
    def shifted(z):
        z = z - z.max(axis=1, keepdims=True)
        return (np.log(np.exp(z).sum(axis=1)) - (z * Y).sum(axis=1)).sum()

    def soft(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True) - Y

    assert only(shifted, soft, np.zeros((3, 2))) == "agrees"


RELUS = {
    "maximum": lambda z: np.maximum(0, z),
    "product": lambda z: z * (z > 0),
    "where": lambda z: np.where(z > 0, z, 0),
    "abs": lambda z: (z + abs(z)) / 2,
    "clip": lambda z: np.clip(z, 0, None),
}


@pytest.mark.parametrize("relu", RELUS.values(), ids=RELUS)
@pytest.mark.parametrize("at_zero", [0, 1, 0.5])
def test_a_relu_at_zero_is_a_kink(relu, at_zero):
    w = np.array([0.0, 0.4, -0.3, 0.0])
    slope = np.array([2.0, 3.0, 5.0, 7.0])

    def relu_gradient(z):
        return ((z > 0) + at_zero * (z == 0)) * slope

    def relu_cost(z):
        return (relu(z) * slope).sum()

    evidence = certified(relu_cost, relu_gradient, w)
    assert evidence.entries[0].verdict.tolist() == [
        v.code for v in (Verdict.KINK, Verdict.AGREES, Verdict.AGREES, Verdict.KINK)
    ]
    slopes = evidence.entries[0].slopes
    assert slopes is not None
    low, high = slopes
    assert (low[0], high[0]) == (0, 2)
    assert math.isnan(low[1])
    assert only(relu_cost, relu_gradient, w, subgradients=True) == "agrees"


def test_a_slope_outside_of_all_subgradients_is_not_accepted():
    evidence = certified(
        lambda w: abs(w).sum(), lambda w: np.sign(w) + 2, np.zeros(2), subgradients=True
    )
    assert verdicts(evidence) == {"wrong"}


# --- overlap and order --------------------------------------------------------------------


def test_order_is_data_where_it_is_known():
    z = np.array([0.3, 0.9, -0.4])

    def largest(w):
        return w[np.argmax(w)] + np.sort(w)[0] * 3 + w[np.argsort(w)[1]] * 5 + max(w)

    assert only(largest, lambda w: np.array([5.0, 2.0, 3.0]), z) == "agrees"


def test_overlapping_numbers_are_never_ordered():
    def equal(w):
        return w if np.exp(w[0]) * np.exp(-w[0]) > 1 else w * w

    evidence = certified(lambda w: equal(w).sum(), lambda w: w * 0 + 1, np.array([0.1]))
    assert verdicts(evidence) == {"unresolvable"}
    assert evidence.details["bits"] == 4096
    assert "test_certified.py:" in evidence.notes[0]


def test_precision_doubles_until_numbers_can_be_told_apart():
    def close(w):
        return (
            w.sum()
            if np.exp(w[0]) / np.exp(w[0]) <= 1 + 2 * np.exp(-(w[0] ** 0) * 300)
            else w[0]
        )

    evidence = certified(close, np.ones_like, np.array([0.1, 0.2]))
    assert verdicts(evidence) == {"agrees"}
    assert evidence.details["bits"] == 512


# --- enclosures that are not finite -------------------------------------------------------


@pytest.mark.parametrize(
    "singular",
    [lambda w: np.log(w).sum(), lambda w: (1 / w).sum(), lambda w: (w**0.3).sum()],
)
def test_what_is_not_finite_never_agrees(singular):
    w = np.array([0.0])
    evidence = certified(singular, lambda w: w + 1, w)
    assert verdicts(evidence) == {"unresolvable"}


@pytest.mark.parametrize("infinite", [np.log, lambda w: -np.log(w), np.reciprocal])
def test_two_infinities_never_agree(infinite):
    def steep(w):
        return np.sqrt(w).sum() * np.inf

    assert only(steep, infinite, np.array([0.0])) == "unresolvable"


def test_an_infinity_proves_nothing():
    w = np.array([0.3])
    assert only(lambda w: (w * w).sum(), lambda w: w * np.inf, w) == "unresolvable"


def test_an_integer_power_of_a_negative_number_is_finite():
    assert only(lambda w: (w**3).sum(), lambda w: 3 * w**2.0, np.array([-0.7, 0.0])) == "agrees"


# --- zeros --------------------------------------------------------------------------------


def test_a_derivative_that_cancels_to_zero_agrees():
    def invariant(w):
        return (
            (np.tanh(w) / np.tanh(w)).sum() + np.log(np.exp(w).sum()) - np.log(np.exp(w).sum())
        )

    evidence = certified(invariant, lambda w: np.exp(w) - np.exp(w), np.array([0.3, 0.7]))
    assert verdicts(evidence) == {"agrees"}
    assert evidence.details["bits"] == 1024
    assert (evidence.entries[0].digits > 100).all()


def test_a_tiny_entry_is_not_taken_for_zero():
    def tiny(w):
        return (w * 1e-300 + w - w).sum()

    assert only(tiny, lambda w: w * 0 + 2e-300, np.array([0.3])) == "wrong"
    assert only(tiny, lambda w: w * 0 + 1e-300, np.array([0.3])) == "agrees"


def test_saturated_outputs_agree():
    z = np.array([40.0, -800.0, 10_000.0])
    y = np.array([1.0, 0.0, 1.0])

    def logistic(w):
        return (np.logaddexp(0, w) - w * y).sum()

    assert only(logistic, lambda w: 1 / (1 + np.exp(-w)) - y, z) == "agrees"


# --- silent casts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cast",
    [
        lambda w: np.float64(w[0]) ** 2,
        lambda w: int(w[0]) * w[0],
        lambda w: w.astype(int).sum() * w[0],
        lambda w: complex(w[0]).real * w[0],
        lambda w: w[round(w[0])],
        lambda w: {w[0]: 1}.popitem()[0] * w[0],
    ],
)
def test_a_cast_is_refused_and_its_line_named(cast):
    with pytest.raises(NotApplicable, match=r"test_certified\.py:\d+"):
        certified(cast, lambda w: w, np.array([0.3, 0.7]))


def test_a_refusal_counts_even_if_the_code_catches_it():
    def hiding(w):
        try:
            np.float64(w[0])
        except (TypeError, ValueError):
            return w[0] * w[0]
        return w[0] * w[0]

    with pytest.raises(NotApplicable, match="plain float"):
        certified(hiding, lambda w: 2 * w, np.array([0.3]))


def test_printing_works(capsys):
    def printing(w):
        print(f"{w[0]:.3f}", w[0], w)  # noqa: T201 - as people do
        return (w * w).sum()

    assert only(printing, lambda w: 2 * w, np.array([0.25])) == "agrees"
    assert "0.250~ 0.25~ [0.25~]" in capsys.readouterr().out


# --- the program that runs ----------------------------------------------------------------


def test_a_gradient_that_is_another_program_in_floats_is_inconsistent():
    def two_faced(w):
        return 3 * w if type(w) is np.ndarray else 2 * w

    assert only(lambda w: (w * w).sum(), two_faced, np.array([0.3])) == "inconsistent"


def test_a_cost_that_is_another_program_in_floats_is_inconsistent():
    def two_faced(w):
        return (w**3).sum() if type(w) is np.ndarray else (w * w).sum()

    evidence = certified(two_faced, lambda w: 2 * w, np.array([0.3]))
    assert verdicts(evidence) == {"inconsistent"}
    assert "not the same program" in " ".join(evidence.notes)


def test_a_cost_that_is_a_little_different_in_floats_is_inconsistent():
    def two_faced(w):
        return (w * w).sum() * (1 + 1e-12 if type(w) is np.ndarray else 1)

    assert only(two_faced, lambda w: 2 * w, np.array([0.3])) == "inconsistent"


def test_a_gradient_that_is_a_little_different_in_floats_is_inconsistent():
    def two_faced(w):
        return 2 * w * (1 + 1e-12 if type(w) is np.ndarray else 1)

    assert only(lambda w: (w * w).sum(), two_faced, np.array([0.3])) == "inconsistent"


def test_floats_that_agree_need_no_second_run():
    evidence = certified(lambda w: (w * w).sum(), lambda w: 2 * w, np.array([0.3, 0.7]))
    assert evidence.evaluations == 1


def test_a_formula_that_floats_evaluate_badly_is_told():
    def unstable(w):
        return (1 - np.cos(w)) / w**2 - ((1 - np.cos(w)) / w**2 - w)

    evidence = certified(lambda w: (w * w).sum() / 2, unstable, np.array([1e-7]))
    assert verdicts(evidence) == {"agrees"}
    assert evidence.achieved_digits is not None
    assert evidence.achieved_digits < 12


def test_floats_that_lose_everything_have_no_digits():
    def lossy(w):
        return w + 1e9 - 1e9 * np.cos(w * 1e-300) ** 2

    evidence = certified(lambda w: (w * w).sum() / 2, lossy, np.array([1e-9]))
    assert evidence.achieved_digits == 0


def test_a_branch_too_close_for_floats_is_not_a_proof():
    x = np.array([0.1, 0.2, -0.3])

    def branching(w):  # 0.1 + 0.2 - 0.3: 2.8e-17 as real numbers, 5.6e-17 in floats
        return 2 * w if w[0] * x[0] + w[1] * x[1] + w[2] * x[2] < 4e-17 else 3 * w

    evidence = certified(lambda w: (w * w).sum(), branching, np.ones(3))
    assert verdicts(evidence) == {"unresolvable"}
    assert "in floats this may go another way" in evidence.notes[0]


# --- float32 ------------------------------------------------------------------------------


def test_single_precision_acts_as_a_rounding():
    def single(w):
        return (2 * w.astype(np.float32)).astype(np.float64)

    evidence = certified(lambda w: (w * w).sum(), single, np.array([0.3, 0.7]))
    assert verdicts(evidence) == {"agrees"}
    assert 6 < evidence.entries[0].digits.min() < 8
    assert evidence.sensitivity > 1e-8


def test_single_precision_does_not_excuse_an_error():
    def single(w):
        return 2.00001 * w.astype(np.float32)

    assert only(lambda w: (w * w).sum(), single, np.array([0.3, 0.7])) == "wrong"


def test_a_product_that_cancels_owes_the_rounding_of_its_terms():
    x = 1e4 * np.random.default_rng(0).standard_normal((50, 1)).astype(np.float32)
    x[-1] = 0.25 - x[:-1].astype(float).sum()
    ones = np.ones(50, dtype=np.float32)
    w = np.ones(1, dtype=np.float32)
    assert only(lambda w: (x @ w).sum(), lambda w: (0 * w + ones) @ x, w) == "agrees"
    assert only(lambda w: (x @ w).sum(), lambda w: (0 * w + ones) @ x + 1, w) == "wrong"


def test_saturated_units_underflow_in_single_precision_as_well():
    x = np.array([[300.0, 1.0], [0.5, 1.0]], dtype=np.float32)  # exp(300) is infinite there
    w = np.array([-1.0, 0.25], dtype=np.float32)

    def a(w):
        return 1 / (1 + np.exp(-(x * w)))

    def slopes(w):
        return (x * a(w) * (1 - a(w))).sum(axis=0)

    assert only(lambda w: a(w).sum(), slopes, w) == "agrees"
    assert (
        only(lambda w: a(w)[0].sum(), lambda w: x[0] * a(w)[0] * (1 - a(w)[0]), w) == "agrees"
    )


@pytest.mark.parametrize("excess", [1e-6, 1e-5])
def test_a_kink_nearby_is_none_in_single_precision_either(excess):
    x = np.array([1.0, 3.0, 0.7], dtype=np.float32)
    w = np.array([1.3], dtype=np.float32)
    y = (x * w * np.array([1 + excess, 1 - 2 * excess, 0.5])).astype(np.float32)

    def slope(w):
        return (np.sign(x * w - y) * x).sum(keepdims=True)

    assert only(lambda w: np.abs(x * w - y).sum(), slope, w) == "agrees"


def test_parameters_in_single_precision():
    params = [W.astype(np.float32), B.astype(np.float32)]
    assert only(cost, gradient, params) == "agrees"


# --- buffers and state --------------------------------------------------------------------


def test_a_float_buffer_of_the_users_file_is_served():
    def filled(w):
        out = np.zeros(2)
        out[:] = 2 * w
        return out

    assert only(lambda w: (w * w).sum(), filled, np.array([0.3, 0.7])) == "agrees"
    assert type(np).__name__ == "module"


def test_a_buffer_from_before_the_check_is_named():
    buffer = np.zeros(2)

    def filled(w):
        buffer[:] = 2 * w
        return buffer

    with pytest.raises(NotApplicable, match=r"float buffer.*test_certified\.py:\d+"):
        certified(lambda w: (w * w).sum(), filled, np.array([0.3, 0.7]))


def out_of_reach():
    """A coroutine that keeps what it is sent, where nobody can look."""

    def keeping():
        kept: list[object] = []
        while True:
            thing = yield kept
            if thing is not None:
                kept.append(thing)

    keeper = keeping()
    next(keeper)
    return keeper


def test_numbers_from_another_run_are_named():
    kept = out_of_reach()

    def hoarding(w):
        if type(w) is not np.ndarray:
            kept.send(w)
        return 2 * w

    def feeding(w):
        held = kept.send(None)
        return (held[0] * w if held else w * w).sum()

    with pytest.raises(NotApplicable, match="hidden state"):
        certified(feeding, hoarding, np.array([0.3, 0.7]))


@pytest.mark.parametrize("plain", [lambda _: 1.0, lambda w: w])
def test_a_cost_that_is_no_number_of_the_run_is_named(plain):
    with pytest.raises(NotApplicable, match="the cost returned"):
        certified(plain, lambda w: 2 * w, np.array([0.3, 0.7]))


def test_a_cost_that_does_not_move_has_zero_derivatives():
    assert only(lambda w: np.sign(w).sum(), np.zeros_like, np.array([0.3, -0.7])) == "agrees"


# --- what an expert would try -------------------------------------------------------------


def test_constants_that_cancel_do_not_hide_an_error():
    def hiding(w):
        return 2.002 * w + 1e17 * w - 1e17 * w

    evidence = certified(lambda w: (w * w).sum(), hiding, np.array([0.3, 0.7]))
    assert verdicts(evidence) == {"unresolvable"}


def test_a_text_is_not_read_as_a_float():
    def texting(w):
        return (w * float(str(w[0]))).sum()

    with pytest.raises(NotApplicable, match="could not convert"):
        certified(texting, lambda w: 2 * w, np.array([0.3]))


def test_an_undecided_comparison_counts_even_if_the_code_catches_it():
    def catching(w):
        try:
            return (w if np.exp(w[0]) * np.exp(-w[0]) > 1 else 2 * w).sum()
        except Exception:  # noqa: BLE001 - as some write
            return w.sum()

    evidence = certified(catching, np.ones_like, np.array([0.1]))
    assert verdicts(evidence) == {"unresolvable"}


def test_a_rounded_number_is_not_the_number_itself():
    def equal(w):
        return (w * (w == w.astype(np.float32))).sum()

    evidence = certified(equal, np.ones_like, np.array([0.1]))
    assert "agrees" not in verdicts(evidence)


def test_a_kept_buffer_is_named():
    kept = out_of_reach()

    def keeping(w):
        out = np.zeros(2)
        if type(w) is not np.ndarray:
            kept.send(out)
        out[:] = 2 * w
        return out

    evidence = certified(lambda w: (w * w).sum(), keeping, np.array([0.3, 0.7]))
    assert "keeps this buffer" in " ".join(evidence.notes)


def test_a_buffer_of_single_precision_is_served():
    def filled(w):
        out = np.zeros(2, dtype=np.float32)
        out[:] = 2 * w
        return out

    assert only(lambda w: (w * w).sum(), filled, np.array([0.3, 0.7])) == "agrees"


# --- the ways less travelled --------------------------------------------------------------


def test_ties_behind_a_product_are_resolved_along_directions():
    def dead(w):
        return (np.maximum(0, X @ w) @ np.ones((2, 1)) + np.maximum(0, w.T @ X.T).sum()).sum()

    evidence = certified(dead, lambda w: w * 0, np.zeros((4, 2)))
    assert verdicts(evidence) == {"kink"}
    assert only(dead, lambda w: w * 0, np.zeros((4, 2)), subgradients=True) == "agrees"


def test_constants_that_decide_a_branch_leave_everything_open():
    tenth = 0.1

    def branching(w):
        return (3 if w[0] * tenth > w[0] / 10 else 5) * w

    evidence = certified(lambda w: (w * w).sum(), branching, np.array([0.3, 0.7]))
    assert verdicts(evidence) == {"unresolvable"}
    assert "decide which way" in evidence.notes[0]


def test_constants_that_decide_a_branch_when_far_off_leave_errors_open():
    tenth = 0.1 + 1e-12

    def branching(w):
        return (3 if w[0] * tenth > w[0] / 10 else 5) * w

    evidence = certified(lambda w: (w * w).sum(), branching, np.array([0.3, 0.7]))
    assert verdicts(evidence) == {"unresolvable"}


def test_a_branch_near_constants_still_lets_rounding_explain():
    tenth = 0.1 + 3e-12

    def branching(w):
        factor = 2 if w[0] * tenth > w[0] / 10 else 3
        return factor * w * (0.7 * (10 / 7))

    assert 0.7 * (10 / 7) == 1
    evidence = certified(
        lambda w: (w * w).sum() * 0.7 / 7 * 10, branching, np.array([0.3, 0.7])
    )
    assert verdicts(evidence) == {"agrees"}


def test_an_approximation_whose_branch_hangs_on_constants_is_no_excuse():
    def branching(w):
        shifted = w[0] * 0.1 + 1e-9
        factor = 3 if shifted > w[0] / 10 else 4
        return factor * w + np.log(shifted) * 0

    assert only(lambda w: (w * w).sum(), branching, np.array([0.3, 0.7])) == "wrong"


@pytest.mark.parametrize(("scale", "verdict"), [(1, "agrees"), (10**8, "unresolvable")])
def test_a_zero_is_judged_by_its_terms_where_constants_are_rounded(scale, verdict):
    def nothing(w):
        return (w * 3 / 10 - w * 3 / 10).sum()

    def rounded(w):
        one = w * w / w**2
        return scale * (0.3 * one - 3 * one / 10)

    assert only(nothing, rounded, np.array([0.3])) == verdict


def test_an_approximation_that_decides_a_branch_is_no_excuse():
    def branching(w):
        shifted = np.exp(w) + 1e-9
        factor = 3 if shifted[0] > np.exp(w[0] * 1) else 2
        return factor * w + np.log(shifted) * 0

    assert only(lambda w: (w * w).sum(), branching, np.array([0.3])) == "wrong"


def test_an_approximation_beside_rounded_constants():
    def clipped(w):
        return (np.log(w + 1e-7) * 0.3).sum()

    evidence = certified(clipped, lambda w: 3 * (1 / 10) / w, np.array([0.3, 0.7]))
    assert verdicts(evidence) == {"approximation"}


def test_floats_that_cannot_follow_are_told():
    def careful(w):
        y = w * (1 + 2**-50) - w
        noisy = w + 1e9 - 1e9
        return w + noisy if np.isfinite(np.log(y)).all() else w

    evidence = certified(lambda w: (w * w).sum(), careful, np.array([0.3]))
    assert verdicts(evidence) == {"agrees"}
    assert "could not be compared" in evidence.notes[0]


def test_a_cost_that_goes_another_way_in_floats_is_told():
    x = np.array([0.1, 0.2, -0.3])

    def branching(w):
        factor = 1 if w[0] * x[0] + w[1] * x[1] + w[2] * x[2] < 4e-17 else 2
        return factor * (w * w).sum()

    evidence = certified(branching, lambda w: 2 * w, np.ones(3))
    assert verdicts(evidence) == {"agrees"}
    assert "another way" in " ".join(evidence.notes)


def test_a_gradient_that_is_not_finite_at_a_kink_is_unresolvable():
    def singular(w):
        return 1 / (w - w)

    evidence = certified(lambda w: abs(w).sum(), singular, np.array([0.0]))
    assert verdicts(evidence) == {"unresolvable"}


def test_a_derivative_that_is_not_finite_at_a_tie_is_unresolvable():
    def singular(w):
        return (np.sqrt(abs(w))).sum()

    assert only(singular, lambda w: w * 0 + 1, np.array([0.0])) == "unresolvable"


def test_progress_is_told():
    told = []
    certified(cost, gradient, [W, B], progress=lambda done, total: told.append((done, total)))
    assert told == [(10, 10)]


def test_a_garbage_collector_that_was_off_stays_off():
    gc.disable()
    try:
        certified(cost, gradient, [W, B])
        assert not gc.isenabled()
    finally:
        gc.enable()


SERVED = {
    "integers": lambda w, buffer: buffer + w * np.zeros(2, dtype=int) + np.asarray([1, 1], int),
    "full": lambda w, buffer: buffer + np.full(2, 0.5) * w + np.full(2, 1),
    "float": lambda w, buffer: (
        buffer + float(w[:1].reshape(())) * (isinstance(1.5, float) + float("2"))
    ),
    "types": lambda w, buffer: (
        buffer + np.array(w, dtype=float) + np.array([1.5, 2], dtype=float)
    ),
    "vectorize": lambda w, buffer: buffer + np.vectorize(lambda t: t * t, otypes=[float])(w),
    "math": lambda w, buffer: buffer + math.exp(w[0]) * math.exp(0.5) + math.pow(w[1], 2),
    "random": lambda w, buffer: buffer + w * np.random.default_rng(1).normal(size=2),
}


@pytest.mark.parametrize("name", SERVED)
def test_what_users_files_get(name):
    def served(w):
        buffer = np.zeros(2)
        buffer[:] = w
        return SERVED[name](w, buffer).sum()

    w = np.array([0.3, 0.7])

    def difference(w):
        sides = [
            SERVED[name](w + h, w + h).sum() for h in 1e-6 * np.vstack([np.eye(2), -np.eye(2)])
        ]
        return (np.array(sides[:2]) - np.array(sides[2:])) / 2e-6

    evidence = certified(served, lambda w: w * 0 + 1, w)
    np.testing.assert_allclose(evidence.entries[0].reference, difference(w), rtol=1e-8)


def test_terms_beyond_the_range_of_floats_are_a_scale_all_the_same():
    def huge(w):  # its derivative is zero to more bits than any run has
        return (1 / (1 + np.exp(-w @ np.ones((1, 1)) * 5000))).sum()

    def p(w):
        return 1 / (1 + np.exp(-w * 5000)), 1 / (1 + np.exp(w * 5000))

    evidence = certified(huge, lambda w: 5000 * p(w)[0] * p(w)[1], np.array([[1.0]]))
    assert verdicts(evidence) == {"agrees"}
    evidence = certified(huge, lambda w: 5000 * p(w)[0] * (1 - p(w)[0]), np.array([[1.0]]))
    assert verdicts(evidence) == {"unresolvable"}


def test_constants_that_scale_both_programs_alike_still_explain() -> None:
    """1 + 1e-12 in the gradient and 0.5 in the cost: moves of equal length may cancel."""
    x = np.array([[0.75, -1.0], [2.0, 0.25]])

    def cost(w):
        return 0.5 * (np.tanh(x @ w) ** 2).sum()

    def gradient(w):
        a = np.tanh(x @ w)
        return (x.T @ (a * (1 - a * a))) * (1 + 1e-12)

    for seed in range(8):
        w = np.random.default_rng(seed).normal(size=2)
        assert only(cost, gradient, w) == "agrees"


def test_a_gradient_that_is_wrong_everywhere_is_seen_as_sharply_as_any_other() -> None:
    w = np.array([0.3, -0.7])
    evidence = certified(lambda w: np.tanh(w).sum(), lambda w: 2 - 2 * np.tanh(w) ** 2, w)
    assert verdicts(evidence) == {"wrong"}
    assert 0 < evidence.sensitivity < 1e-30


def test_of_derivatives_that_are_zero_nothing_relative_is_known() -> None:
    evidence = certified(lambda w: (0 * w).sum(), lambda w: w + 1, np.array([0.25]))
    assert verdicts(evidence) == {"wrong"}
    assert evidence.sensitivity == 1


def test_an_object_that_is_called_is_served():
    class Filling:
        def __call__(self, w):
            out = np.zeros(2)
            out[:] = 2 * w
            return out

    assert only(lambda w: (w * w).sum(), Filling(), np.array([0.3, 0.7])) == "agrees"
