//! The tables of PROTOCOL.md, compared with the source in both directions.

use crate::PROTOCOL;
use crate::markdown::{blocks, rows};
use std::collections::BTreeSet;
use ws101::cli;
use ws101::protocol::{CloseCode, HandshakeError, Utf8Error, Utf8Fault, from_utf8};

/// The document's flags and defaults are those of `ws101 serve`.
#[test]
fn limits_and_deadlines() {
    let limits = rows(PROTOCOL, "limit");
    let deadlines = rows(PROTOCOL, "deadline");
    assert!(
        limits.len() >= 10 && deadlines.len() >= 7,
        "the tables were found"
    );
    let documented: BTreeSet<(String, String)> = limits
        .iter()
        .chain(&deadlines)
        .map(|row| {
            (
                row[2].trim_matches('`').to_owned(),
                row[1].trim_end_matches(" bytes").to_owned(),
            )
        })
        .collect();
    assert_eq!(documented, flags_with_defaults());
}

/// The flags of the command line that its help lists as limits and deadlines.
fn flags_with_defaults() -> BTreeSet<(String, String)> {
    let command = cli::command();
    let serve = command.find_subcommand("serve").expect("a command");
    let bounds = serve.get_arguments().filter(|flag| {
        let heading = flag.get_help_heading().unwrap_or_default();
        ["Limits", "Deadlines"].contains(&heading)
    });
    let flag_with_default = bounds.map(|flag| {
        let [default] = flag.get_default_values() else {
            panic!("one default, not {:?}", flag.get_default_values());
        };
        let name = flag.get_long().expect("a long flag");
        (format!("--{name}"), default.to_string_lossy().into_owned())
    });
    flag_with_default.collect()
}

#[test]
fn statuses() {
    let all = HandshakeError::ALL;
    for (place, error) in all.iter().enumerate() {
        assert_eq!(place_of(error), place, "{error}");
    }
    let statuses = all.iter().map(HandshakeError::status);
    assert_eq!(numbers_of_rows("status"), statuses.collect());
}

/// Where a refusal stands in `ALL`: a new kind does not compile until it has a place.
const fn place_of(error: &HandshakeError) -> usize {
    match error {
        HandshakeError::Malformed(_) => 0,
        HandshakeError::BadUpgrade(_) => 1,
        HandshakeError::Repeated(_) => 2,
        HandshakeError::HttpVersion => 3,
        HandshakeError::LineTooLong(_) => 4,
        HandshakeError::HeadTooLong(_) => 5,
        HandshakeError::TooManyHeaders(_) => 6,
        HandshakeError::HasBody => 7,
        HandshakeError::Expectation => 8,
        HandshakeError::Method => 9,
        HandshakeError::TimedOut => 10,
        HandshakeError::WrongHost(_) => 11,
        HandshakeError::WrongOrigin(_) => 12,
        HandshakeError::NotFound => 13,
        HandshakeError::NoUpgrade(_) => 14,
        HandshakeError::WebSocketVersion => 15,
        HandshakeError::Busy(_) => 16,
    }
}

#[test]
fn close_codes() {
    let named = CloseCode::NAMED.map(CloseCode::number);
    assert_eq!(numbers_of_rows("code"), named.into());
}

fn numbers_of_rows(first_column: &str) -> BTreeSet<u16> {
    rows(PROTOCOL, first_column)
        .iter()
        .map(|row| row[0].parse().expect("a number"))
        .collect()
}

/// The faults of UTF-8 are those of the source; the last byte of each example shows its fault.
#[test]
fn faults_of_utf8() {
    let documented = words_of_rows("`why`");
    let known = Utf8Fault::ALL.map(|fault| fault.name().to_owned());
    assert_eq!(documented, known.into());
    for row in rows(PROTOCOL, "`why`") {
        let example = row[1].trim_matches('`').split(' ');
        let example: Vec<u8> = example
            .map(|byte| u8::from_str_radix(byte, 16).expect("two hex digits"))
            .collect();
        let Err(Utf8Error { fault, at, .. }) = from_utf8(&example) else {
            panic!("{row:?} is UTF-8");
        };
        let (why, last) = (row[0].trim_matches('`'), example.len() as u64 - 1);
        assert_eq!((fault.name(), at), (why, last), "{row:?}");
    }
}

/// Requests and errors of the chat are those of the source. A test beside the events compares them.
#[test]
fn chat_messages() {
    let requests = include_str!("../../src/dialects/json/read_request.rs");
    let requests = between(requests, "fn request(&self)", "fn join(&self)");
    assert_eq!(words_of_rows("request"), quoted(requests, "Some(\""));

    let watch = include_str!("../../src/watch/request.rs").replace("code: ", "=> ");
    let codes = include_str!("../../src/chat/refusal.rs").to_owned() + &watch;
    assert_eq!(words_of_rows("error"), quoted(&codes, "=> \""));
}

/// The records of `/ws/wire` are those of the source, with their fields.
#[test]
fn records() {
    let source = include_str!("../../src/watch/record.rs");
    let source = between(source, "pub(super) enum Record {", "\n}\n");
    let mut known: Vec<(String, BTreeSet<String>)> = fields_of_variants(source);
    let frame = include_str!("../../src/inspect/record.rs");
    let frame = between(frame, "pub(crate) struct FrameRecord {", "\n}\n");
    let http = include_str!("../../src/inspect/http.rs");
    let http = between(http, "pub(crate) struct HttpRecord {", "\n}\n");
    for (record, source) in [("frame", frame), ("http", http)] {
        let mut fields = vec![(record.to_owned(), BTreeSet::new())];
        for line in source.lines().filter(|line| !line.contains("    t: ")) {
            note_field(&mut fields, line.trim().trim_start_matches("pub(crate) "));
        }
        known.append(&mut fields);
    }
    known.sort();
    let mut documented: Vec<(String, BTreeSet<String>)> = rows(PROTOCOL, "record")
        .iter()
        .map(|row| {
            let fields = row[1]
                .split(", ")
                .map(|field| field.trim_matches('`').to_owned());
            (row[0].trim_matches('`').to_owned(), fields.collect())
        })
        .collect();
    documented.sort();
    assert_eq!(documented, known);
}

/// The variants of an enum, and the fields of each; `?` marks those that may be missing.
fn fields_of_variants(source: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut variants: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in source.lines() {
        if let Some((name, rest)) = line
            .strip_prefix("    ")
            .and_then(|line| line.split_once(" {"))
            .filter(|(name, _)| name.chars().all(char::is_alphabetic))
        {
            variants.push((name.to_lowercase(), BTreeSet::new()));
            let within = rest.trim_end_matches(['}', ',', ' ']);
            within
                .split(", ")
                .for_each(|field| note_field(&mut variants, field));
        } else {
            note_field(&mut variants, line);
        }
    }
    variants
}

fn note_field(variants: &mut [(String, BTreeSet<String>)], line: &str) {
    if let Some((field, kind)) = line.trim().split_once(": ")
        && let Some((_, fields)) = variants.last_mut()
        && !field.starts_with(['/', '#'])
    {
        let mark = if kind.starts_with("Option<") { "?" } else { "" };
        fields.insert(format!("{field}{mark}"));
    }
}

fn words_of_rows(first_column: &str) -> BTreeSet<String> {
    let rows = rows(PROTOCOL, first_column);
    rows.iter()
        .map(|row| row[0].trim_matches('`').to_owned())
        .collect()
}

fn between<'a>(source: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = source.split_once(start).expect("the beginning");
    rest.split_once(end).expect("the end").0
}

/// The words that follow `mark`, up to the closing quote.
fn quoted(source: &str, mark: &str) -> BTreeSet<String> {
    let found: BTreeSet<String> = source
        .split(mark)
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(word, _)| word.to_owned())
        .collect();
    assert!(found.len() > 5, "words were found");
    found
}

/// The clients in ten lines are the scripts that the tests run.
#[test]
fn scripts() {
    for (language, script) in [
        ("python", include_str!("../third_party/python_chat.py")),
        ("js", include_str!("../third_party/node_chat.cjs")),
    ] {
        let shown = blocks(PROTOCOL, language);
        let [(_, lines)] = shown.as_slice() else {
            panic!("one {language} script");
        };
        assert_eq!(lines.join("\n"), script.trim_end(), "{language}");
    }
}
