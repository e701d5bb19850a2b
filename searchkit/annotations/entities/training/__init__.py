"""
Training: how the weights of the entity model come about.

- ``corpora`` reads labelled text;
- ``invented`` makes news up, with known labels;
- ``teacher`` has spaCy label text that nobody has labelled;
- ``fit`` turns labelled text into weights;
- ``score`` tells how good they are.

``python -m searchkit.annotations.entities.training`` is the command, which a checkout
has as ``scripts/train-entities``.  It is part of the package so that whoever installed
searchkit can train on a corpus of their own.  Nothing here is needed to annotate, and
nothing here but ``teacher`` needs more than the standard library.  The weights decide
only what the rules leave open (``searchkit.annotations.entities.judge``): training
changes no span, and no name of the gazetteer.
"""
