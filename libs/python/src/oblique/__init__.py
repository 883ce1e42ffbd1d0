"""Oblique measures exactly what a vision network is sensitive to, in every layer at once.

>>> import oblique as ob
>>> lab = ob.connect()
>>> network = lab.add("alexnet")
>>> D = network.measure("gabor", by="orientation", orientation=range(0, 180, 15), phase=[0, 90])
>>> D["features.1.relu"].mean("phase").plot()
"""

from . import aio, errors
from .errors import ObliqueError
from .lab import Lab, Network, Run, Training, connect

__all__ = ["Lab", "Network", "ObliqueError", "Run", "Training", "aio", "connect", "errors"]
