"""Tests of the judge of networks."""
