"""Reads a JSON array of .env texts on standard input, and prints what python-dotenv reads in each of them."""

import io
import json
import logging
import sys

from dotenv import dotenv_values

# It warns of every line that it cannot read.
logging.disable()


def read(text):
    # As from a file: python-dotenv opens files in text mode, which makes every line end with a line feed.
    return dotenv_values(stream=io.StringIO(text, newline=None))


print(json.dumps([read(text) for text in json.load(sys.stdin)]))
