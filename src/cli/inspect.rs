//! `ws101 inspect`: explains bytes bit by bit, and checks them.

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
HEX may be 81 05, 8105, 0x81, 0x05 or \\x81\\x05, a dump of xxd or hexdump -C,
the text of an HTTP request or response, or, from stdin, the bytes themselves.
It may hold several frames, one after the other.

Exit status: 0 if everything is valid; 1 if a rule is broken or a frame is
incomplete; 2 for a wrong command line.

Examples: ws101 inspect 81 85 37 fa 21 3d 7f 9f 4d 51 58
          ws101 inspect --from client 81 05 48 65 6c 6c 6f
          ws101 frame --op ping --payload hi | ws101 inspect --explain -
          xxd capture.bin | ws101 inspect -";

/// Explain frames or a handshake bit by bit, and check them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Inspect {
    /// The bytes, or - to read them from stdin
    #[arg(value_name = "HEX", required = true)]
    bytes: Vec<String>,
    /// Who sent them; by default, the mask bit of the first frame decides
    #[arg(long, value_name = "WHO")]
    from: Option<Sender>,
    /// They start in the middle of a connection: a message may have begun before
    #[arg(long)]
    midway: bool,
    /// Explain what each field is for, and what devtools would show
    #[arg(long, conflicts_with = "json")]
    explain: bool,
    /// Print each frame as one line of JSON
    #[arg(long)]
    json: bool,
    /// The longest message that the receiver accepts
    #[arg(long, value_name = "BYTES", default_value_t = Limits::ECHO.message)]
    max_message: u64,
    /// The most frames that a message may have
    #[arg(long, value_name = "N", default_value_t = Limits::ECHO.fragments)]
    max_fragments: u32,
}

/// One of the two peers.
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

/// The text to print, and whether everything was valid.
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

    /// Reports the handshake that the bytes may begin with. Returns the rest, and who sent it.
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

/// Who sent the first frame: §5.1, a client masks and a server does not.
fn guess(bytes: &[u8]) -> Role {
    let (sender, why) = match bytes.get(1) {
        Some(0x80..) => (
            Role::Client,
            "the first frame is masked, so a client sent it",
        ),
        Some(_) => (
            Role::Server,
            "the first frame is not masked, so a server sent it",
        ),
        None => (
            Role::Client,
            "one byte does not show who sent it; a client is assumed",
        ),
    };
    // It may explain a verdict, so it is printed, but not into the report.
    terminal::note(&format!("{why} (--from says otherwise)"));
    sender
}

const fn why_ignored(is_right: bool) -> &'static str {
    match is_right {
        true => "nothing that follows a Close counts (§5.5.1)",
        false => "nothing is read after a broken rule (§7.1.7)",
    }
}

/// Whether an HTTP head begins here, and whether it is a response. A frame cannot be mistaken for one: any
/// letter as its first byte has a reserved bit set (§5.2).
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
