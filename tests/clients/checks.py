"""What the scripts of Python's clients share."""
import sys

from pydantic import BaseModel

SKY = "why is the sky blue?"
SKY_ANSWER = ("The sky looks blue because of Rayleigh scattering: nitrogen and oxygen in the atmosphere scatter light of "
              "short wavelength more than light of long wavelength.")
TRAIN = "A train goes 60 km in one hour. How far does it go in three hours?"
CALL = "Call get_weather with location set to San Francisco."
PROFILE = "Give me a user profile as JSON."


class Profile(BaseModel):
    """A user's profile."""

    name: str
    age: int
    email: str
    hobbies: list[str]


def says(text):
    return [{"role": "user", "content": text}]


def run(*checks):
    """Runs each check, tells of it, and ends the process with the result."""
    failed = 0
    for check in checks:
        try:
            check()
            print("passed:", check.__name__)
        except Exception as error:  # each check is told of
            failed += 1
            print("FAILED:", check.__name__, type(error).__name__, str(error)[:1500])
    sys.exit(failed > 0)
