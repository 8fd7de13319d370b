"""Names across spellings and scripts: tokens, keys that agree, how alike two names are.

Start reading at `tokens.py`.  Everything is a pure function of its arguments, symmetric where it
compares, and never raises on text, whatever a list holds.

* `tokens(text)`: the bag of tokens of a name, each with its written form, its script, its
  romanised form (`Token.latin`, a to z) and a guess of its role.
* `keys(token)`: the keys under which the token is found again in other spellings and scripts.
  They begin with ``v:`` (group of known spellings), ``c:`` (consonants) or ``p:`` (broad sound);
  `keys_of_latin(latin)` gives the same for a word that is romanised already.
* `token_similarity(a, b)`: how alike two tokens are, 0 to 1, cached; `latin_similarity` for two
  romanised words in sorted order skips the reading of scripts.
* `similarity(a, b)`: the score of two whole names, 0 to 1; `similarities(pairs)` of many at once;
  `compare(a, b)` with its reasons.
* `romanise(text)`, `skeleton(latin)`, `fold(latin)`, `sound(latin)`, `group_of(latin)` and
  `commonness(group)`: the cheap parts, for whoever computes them once per distinct token.
"""

from safepassage.register.names.comparison import Comparison, compare, similarities, similarity
from safepassage.register.names.keys import keys, keys_of_latin
from safepassage.register.names.likeness import latin_similarity, token_similarity
from safepassage.register.names.scripts import Script
from safepassage.register.names.sounds import fold, skeleton, sound
from safepassage.register.names.tokens import Role, Token, tokens
from safepassage.register.names.transliteration import romanise
from safepassage.register.names.variants import commonness, group_of

__all__ = [
    "Comparison",
    "Role",
    "Script",
    "Token",
    "commonness",
    "compare",
    "fold",
    "group_of",
    "keys",
    "keys_of_latin",
    "latin_similarity",
    "romanise",
    "similarities",
    "similarity",
    "skeleton",
    "sound",
    "token_similarity",
    "tokens",
]
