//! RFC 6455, rule by rule: each row is a test, and its name says the rule. A row that begins
//! with a letter and a number is one of ROWS.md's; then comes the section; a section that
//! begins with four digits is one of another RFC.
//!
//! `cargo test --test rfc6455 5.4` runs the rows of one section, `… F30` one row.

use libtest_mimic::{Arguments, Trial};
use std::collections::HashSet;
use std::process::ExitCode;

mod close_frame;
mod closing;
mod control;
mod conversation;
mod errors;
mod examples;
mod fragmentation;
mod frame_header;
#[path = "../kit/mod.rs"]
mod kit;
mod limits;
mod masking;
mod offers;
mod opening_client;
mod opening_server;
mod own_headers;
mod request;
mod request_headers;
mod request_line;
mod request_size;
mod request_target;
#[path = "../rows/mod.rs"]
mod rows;
mod table;
mod text;
mod utf8_sequences;

fn main() -> ExitCode {
    let rows = [
        request_line::rows(),    // RFC 9112 §2, §3: the request that all begins with
        request_target::rows(),  // RFC 9112 §3.2
        request_headers::rows(), // RFC 9112 §5, §6
        request_size::rows(),    // RFC 6585 §5
        opening_client::rows(),  // §4.1
        own_headers::rows(),     // §4.1, RFC 9110 §5: what is not sent
        opening_server::rows(),  // §1.3, §4.2
        offers::rows(),          // §4.2.1, §9.1
        table::rows(),           // §5.1 to §8.1: what every level shares
        frame_header::rows(),    // §5.1, §5.2
        masking::rows(),         // §5.3
        fragmentation::rows(),   // §5.4
        control::rows(),         // §5.5, §5.5.2, §5.5.3
        close_frame::rows(),     // §5.5.1, §7.4
        examples::rows(),        // §5.7
        closing::rows(),         // §7.1
        errors::rows(),          // §7.1.7
        text::rows(),            // §8.1
        utf8_sequences::rows(),  // §8.1
        limits::rows(),          // §10.4
    ];
    let rows: Vec<Trial> = rows.into_iter().flatten().collect();
    let mut names = HashSet::new();
    for row in &rows {
        assert!(
            names.insert(row.name()),
            "two rows are named {:?}",
            row.name()
        );
    }
    libtest_mimic::run(&Arguments::from_args(), rows).exit_code()
}
