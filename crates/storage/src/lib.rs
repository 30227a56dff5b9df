//! What must survive: one trait an aggregate, one method a transaction, and the contract suite.
