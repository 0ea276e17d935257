//! `ws101 inspect`: bytes, explained bit by bit, and whether they are right.

mod payload;
mod show;
mod show_http;

use self::show::{Painter, show_frame};
use self::show_http::show_http;
use super::bytes::{self, Bytes};
use super::{print, terminal};
use crate::inspect::{FrameRecord, HttpRecord, HttpVerdict, Observer, Verdict};
use crate::{Limits, Role};
use clap::{Args, ValueEnum};
use std::io::{self, Read};
use std::process::ExitCode;
use std::time::Duration;

const EXAMPLES: &str = "\
HEX may be any of 81 05, 8105, 0x81, 0x05, \\x81\\x05, a dump of xxd or of
hexdump -C, the text of an HTTP request or response, and, from stdin, the bytes
themselves. There may be several frames, one behind the other.

Exit status: 0 when all of it is right; 1 when a rule is broken or the end of a
frame is missing; 2 for a wrong command line.

Examples: ws101 inspect 81 85 37 fa 21 3d 7f 9f 4d 51 58
          ws101 inspect --from client 81 05 48 65 6c 6c 6f
          ws101 frame --op ping --payload hi | ws101 inspect --explain -
          xxd capture.bin | ws101 inspect -";

/// Explain frames or a handshake, bit by bit, and judge them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Inspect {
    /// The bytes, or - to read them from stdin
    #[arg(value_name = "HEX", required = true)]
    bytes: Vec<String>,
    /// Who has sent them; otherwise the first frame's mask bit tells
    #[arg(long, value_name = "WHO")]
    from: Option<Sender>,
    /// They begin somewhere within a connection: a message may have begun before
    #[arg(long)]
    midway: bool,
    /// Say what each field is for, and what devtools would show
    #[arg(long, conflicts_with = "json")]
    explain: bool,
    /// Print each frame as one line of JSON
    #[arg(long)]
    json: bool,
    /// The longest message that the receiver takes, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = Limits::ECHO.message)]
    max_message: u64,
    /// In how many frames a message may come
    #[arg(long, value_name = "N", default_value_t = Limits::ECHO.fragments)]
    max_fragments: u32,
}

/// One of the two ends.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sender {
    Client,
    Server,
}

impl From<Sender> for Role {
    fn from(sender: Sender) -> Self {
        match sender {
            Sender::Client => Self::Client,
            Sender::Server => Self::Server,
        }
    }
}

/// What is to be printed, and whether all of it was right.
struct Report {
    text: String,
    is_right: bool,
}

impl Inspect {
    pub(super) fn run(&self) -> Result<ExitCode, String> {
        let Bytes(bytes) = self.read()?;
        if bytes.is_empty() {
            return Err("there are no bytes: write some, such as 81 05 48 65 6c 6c 6f".to_owned());
        }
        let mut report = Report {
            text: String::new(),
            is_right: true,
        };
        let (frames, sender) = self.heads(&bytes, &mut report);
        if report.is_right && !frames.is_empty() {
            self.frames(frames, sender, &mut report);
        }
        print(&report.text)?;
        Ok(match report.is_right {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        })
    }

    fn read(&self) -> Result<Bytes, String> {
        if self.bytes != ["-"] {
            return bytes::parse(self.bytes.join(" ").as_bytes());
        }
        let mut input = Vec::new();
        let read = io::stdin().read_to_end(&mut input);
        read.map_err(|error| format!("cannot read stdin: {error}"))?;
        bytes::parse(&input)
    }

    /// Reports the handshake that the bytes may begin with. What is left of them, and who has sent it.
    fn heads<'a>(&self, mut bytes: &'a [u8], report: &mut Report) -> (&'a [u8], Option<Role>) {
        let (mut sender, mut request) = (self.from.map(Role::from), None);
        while let Some(is_response) = is_http(bytes) {
            let record = match is_response {
                true => HttpRecord::response(bytes, request),
                false => HttpRecord::request(bytes),
            };
            let (head, rest) = bytes.split_at(record.hex.0.len());
            (bytes, request) = (rest, Some(head).filter(|_| !is_response));
            sender = self.from.map(Role::from).or(match is_response {
                true => Some(Role::Server),
                false => Some(Role::Client),
            });
            report.is_right &= record.verdict == HttpVerdict::Right;
            report.text += &match self.json {
                true => to_json(&record),
                false => show_http(&record, Painter::new()),
            };
            if !report.is_right {
                break;
            }
        }
        (bytes, sender)
    }

    fn frames(&self, bytes: &[u8], sender: Option<Role>, report: &mut Report) {
        let sender = sender.unwrap_or_else(|| guess(bytes));
        let limits = Limits {
            message: self.max_message,
            fragments: self.max_fragments,
        };
        let mut observer = match self.midway {
            true => Observer::midway(sender, limits),
            false => Observer::new(sender, limits),
        };
        let mut records = observer.receive(bytes, Duration::ZERO);
        if !observer.is_over() {
            records.extend(observer.unfinished(Duration::ZERO));
        }
        let shown: u64 = records.iter().map(FrameRecord::len).sum();
        for record in &records {
            report.is_right &= record.verdict == Verdict::Right;
            report.text += &match self.json {
                true => to_json(record),
                false => show_frame(record, sender, self.explain, Painter::new()),
            };
        }
        let left = bytes.len() as u64 - shown;
        if left > 0 && !self.json {
            report.text += &format!("{left} more bytes: {}\n", why_ignored(report.is_right));
        }
    }
}

/// A client masks, a server does not; so the first frame tells who has sent it. §5.1.
fn guess(bytes: &[u8]) -> Role {
    let (sender, why) = match bytes.get(1) {
        Some(0x80..) => (
            Role::Client,
            "the first frame is masked: taken as a client's",
        ),
        Some(_) => (
            Role::Server,
            "the first frame is not masked: taken as a server's",
        ),
        None => (
            Role::Client,
            "one byte does not tell who has sent it: taken as a client's",
        ),
    };
    // It may explain a verdict, so it is said; but not into a pipe.
    terminal::note(&format!("{why} (--from says otherwise)"));
    sender
}

const fn why_ignored(is_right: bool) -> &'static str {
    match is_right {
        true => "nothing that follows a Close counts (§5.5.1)",
        false => "behind a broken rule nothing is read (§7.1.7)",
    }
}

/// Does a head begin here, and is it a response? No frame can be mistaken for one: a letter in
/// its first byte would be a reserved bit.
fn is_http(bytes: &[u8]) -> Option<bool> {
    if bytes.starts_with(b"HTTP/") {
        return Some(true);
    }
    let word = bytes.split(|byte| *byte == b' ').next()?;
    let is_word = word.len() < bytes.len() && word.len() > 2;
    (is_word && word.iter().all(u8::is_ascii_alphabetic)).then_some(false)
}

fn to_json(record: &impl serde::Serialize) -> String {
    serde_json::to_string(record).expect("strings, numbers and lists are always JSON") + "\n"
}
