//! The language server for editors in a browser.
