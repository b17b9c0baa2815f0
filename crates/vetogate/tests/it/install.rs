//! `veto install`, `uninstall` and `doctor`.
