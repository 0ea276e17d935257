//! ws101 and its peers, side by side: the same bytes, in one process, in turn.
//!
//! Ratios of two figures that were measured milliseconds apart hold on a shared machine;
//! the figures themselves drift. So no contender is measured alone. In this order:
//!
//! | file | what it holds |
//! |---|---|
//! | `cases` | what is sent: sizes, contents, the bytes of the frames |
//! | `connection` | the two ends of a connection, in memory |
//! | `codec` | what every contender has to be able to do |
//! | `ours`, `tungstenite`, `fastwebsockets`, `web_socket` | the contenders, each in its best form |
//! | `verify` | all contenders do the same work, or nothing is timed |
//! | `rounds` | the contenders in turn, and the median |
//! | `reach` | how fast ws101 has to be, in relation to which peer |
//! | `table`, `machine` | what is printed |

mod arguments;
mod cases;
mod codec;
mod connection;
mod fastwebsockets;
mod machine;
mod ours;
mod reach;
mod rounds;
mod table;
mod tungstenite;
mod verify;
mod web_socket;

use arguments::Arguments;
use cases::{Case, Content};
use codec::{Encode, Outcome, ReadPath, Viewer, WritePath};
use connection::Connection;
use rounds::{Setup, race};
use std::process::ExitCode;
use table::{Row, Table};

/// Every contender, in the order of the columns; ws101 is the first.
pub(crate) const CONTENDERS: [&str; 4] = ["ws101", "tungstenite", "fastwebsockets", "web-socket"];

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// From a stream of masked frames to messages, as a server.
    Read(Content),
    /// From messages to a stream, one at a time, flushed each, as a server.
    Write,
    /// From a payload to a frame in memory, with no connection around it.
    Encode,
}

const PATHS: [Path; 5] = [
    Path::Read(Content::Binary),
    Path::Read(Content::Ascii),
    Path::Read(Content::Mixed),
    Path::Write,
    Path::Encode,
];

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let versions = CONTENDERS.map(|name| format!("{name} {}", machine::version(name)));
    println!("{}; {}\n", machine::describe(), versions.join(", "));
    match compare(&arguments) {
        Ok(missed) => {
            println!("Missed: {missed}.");
            ExitCode::from(u8::from(arguments.check && missed > 0))
        }
        Err(error) => {
            eprintln!("the contenders do not do the same work: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints one table for each path, and returns the number of cells that miss a demand.
fn compare(arguments: &Arguments) -> Result<usize, Box<dyn std::error::Error>> {
    let mut missed = 0;
    for path in PATHS.into_iter().filter(|&path| arguments.wants(path)) {
        let mut rows = Vec::new();
        for &size in &arguments.sizes {
            let (batch, plan) = (rounds::batch(size), arguments.plan);
            let nanoseconds = match path {
                Path::Read(content) => {
                    let case = Case::new(content, size);
                    race(&readers(&case)?, batch, plan)
                }
                Path::Write => {
                    let payload = cases::payload(Content::Binary, size);
                    race(&writers(&payload)?, batch, plan)
                }
                Path::Encode => {
                    let payload = cases::payload(Content::Binary, size);
                    race(&encoders(&payload)?, batch, plan)
                }
            };
            rows.push(Row {
                size,
                nanoseconds,
                reach: reach::find(path, size),
            });
        }
        let table = Table { path, rows };
        println!("{table}");
        missed += table.missed();
    }
    Ok(missed)
}

fn readers(case: &Case) -> Outcome<[Setup<'_>; 4]> {
    Ok([
        reader::<ours::Reader<'_>>(case)?,
        reader::<tungstenite::Reader<'_>>(case)?,
        reader::<fastwebsockets::Reader<'_>>(case)?,
        reader::<web_socket::Reader<'_>>(case)?,
    ])
}

fn writers(payload: &[u8]) -> Outcome<[Setup<'_>; 4]> {
    Ok([
        writer::<ours::Writer<'_>>(payload)?,
        writer::<tungstenite::Writer<'_>>(payload)?,
        writer::<fastwebsockets::Writer<'_>>(payload)?,
        writer::<web_socket::Writer<'_>>(payload)?,
    ])
}

fn encoders(payload: &[u8]) -> Outcome<[Setup<'_>; 4]> {
    Ok([
        encoder::<ours::Encoder<'_>>(payload)?,
        encoder::<tungstenite::Encoder>(payload)?,
        encoder::<fastwebsockets::Encoder<'_>>(payload)?,
        encoder::<web_socket::Encoder<'_>>(payload)?,
    ])
}

/// Verifies a contender once, and sets it up to read a number of messages each time it is called.
fn reader<'a, R: ReadPath<'a> + 'a>(case: &'a Case) -> Outcome<Setup<'a>> {
    verify::reads::<R>(case)?;
    Ok(Box::new(|| {
        let mut reader = R::new(Connection::endless(&case.wire));
        Box::new(move |messages| {
            reader
                .read(messages, &mut Viewer::default())
                .expect("the same frames were read before");
        })
    }))
}

fn writer<'a, W: WritePath<'a> + 'a>(payload: &'a [u8]) -> Outcome<Setup<'a>> {
    verify::writes::<W>(payload)?;
    Ok(Box::new(|| {
        let mut writer = W::new(payload);
        Box::new(move |messages| {
            writer
                .write(messages)
                .expect("the same message was written before");
        })
    }))
}

fn encoder<'a, E: Encode<'a> + 'a>(payload: &'a [u8]) -> Outcome<Setup<'a>> {
    verify::encodes::<E>(payload)?;
    Ok(Box::new(|| {
        let mut encoder = E::new(payload);
        Box::new(move |frames| encoder.encode(frames, &mut Viewer::default()))
    }))
}
