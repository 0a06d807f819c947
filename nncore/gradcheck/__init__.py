"""The judge of any gradient: certified, by complex step, by differences, or exactly."""

from .check import assert_gradient, check_gradient
from .report import Report

__all__ = ["Report", "assert_gradient", "check_gradient"]
