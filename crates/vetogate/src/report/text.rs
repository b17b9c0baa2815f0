//! The veto on the terminal, and the text report of a scan.
