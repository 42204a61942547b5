"""Which legal bases may be printed."""

from collections.abc import Iterable, Mapping

from unitsafe.content.model import Basis, Source

CLAUSE_UNSEEN = "条号未核"


def printable_basis(bases: Iterable[Basis], sources: Mapping[str, Source]) -> list[str]:
    """The bases fit for paper as ``《title》（doc_no）clause``, each once, in the given order.

    Only sources in force, and of those only clauses that were verified with their number; never a
    draft, a sample, a custom or our own convention.
    """
    lines = []
    for basis in bases:
        source = sources[basis.src]
        if (
            source.citable
            and basis.certainty == "verified"
            and source.certainty != "uncertain"
            and CLAUSE_UNSEEN not in basis.at
        ):
            lines.append(f"《{source.title}》（{source.doc_no}）{basis.at}")
    return list(dict.fromkeys(lines))
