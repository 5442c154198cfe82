"""Lets an editable installation lay down data files: setuptools asks for ``has_data`` there and means ``has_data_files``."""

from setuptools import Distribution, setup

Distribution.has_data = Distribution.has_data_files
setup()
