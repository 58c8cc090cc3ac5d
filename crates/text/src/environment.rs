//! Variables of the environment.

use std::ffi::OsString;

/// A variable of the environment. An empty one is as good as none, as a script leaves it that has nothing to say.
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The same, if it is a text.
pub fn text_variable(name: &str) -> Option<String> {
    variable(name).and_then(|value| value.into_string().ok())
}
