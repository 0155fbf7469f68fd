//! Printing the IR as EFL text.
