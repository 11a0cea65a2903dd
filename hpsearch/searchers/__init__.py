"""What next? One file per searcher; all answer :meth:`Searcher.propose` and remember nothing that matters."""

from hpsearch.searchers.base import Proposal, Searcher, Visible

__all__ = ["Proposal", "Searcher", "Visible"]
