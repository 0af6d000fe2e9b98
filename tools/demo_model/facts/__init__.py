"""All facts, in one list."""

from . import api, engine, memory, modelfile, models, running, sampling, server
from .fact import Fact

FACTS: list[Fact] = [
    fact
    for module in (running, models, memory, server, api, modelfile, sampling, engine)
    for fact in module.FACTS
]
