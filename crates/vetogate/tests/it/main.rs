//! Integration tests: real repositories, a real bare remote, real `git push`, the real binary.

mod install;
mod support;
