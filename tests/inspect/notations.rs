//! Bytes in other notations, and from our own `ws101 frame`.

use super::kit::program::run;
use super::{records, row};
use libtest_mimic::Trial;
use std::io::Write;
use std::process::{Command, Stdio};

const HELLO: &str = "81 85 37 fa 21 3d 7f 9f 4d 51 58";
const BYTES: &[u8] = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = vec![
        row("notations: words, arrays, escapes, bytes", || {
            for input in [
                HELLO.as_bytes(),
                b"0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58",
                br"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
                BYTES,
            ] {
                assert_eq!(records(&["-"], input, 0)[0]["plain"], "48656c6c6f");
            }
            let words: Vec<&str> = HELLO.split(' ').collect();
            assert_eq!(records(&words, b"", 0)[0]["plain"], "48656c6c6f");
        }),
        row("notations: a pipe from frame to inspect", || {
            let frame = built(&["--op", "text", "--mask", "37fa213d", "--payload", "Hello"]);
            assert_eq!(frame, HELLO);
            assert_eq!(
                records(&["-"], frame.as_bytes(), 0)[0]["plain"],
                "48656c6c6f"
            );
        }),
        row("notations: a frame with a random key", || {
            let (one, other) = (
                built(&["--payload", "Hello"]),
                built(&["--payload", "Hello"]),
            );
            assert_ne!(one, other);
            for frame in [one, other] {
                assert_eq!(
                    records(&["-"], frame.as_bytes(), 0)[0]["plain"],
                    "48656c6c6f"
                );
            }
        }),
        row("notations: frames that cannot be built", || {
            for (arguments, says) in [
                (
                    &["--len-form", "7", "--declare", "126"][..],
                    "use --len-form 16",
                ),
                (
                    &["--len-form", "16", "--declare", "65536"],
                    "use --len-form 64",
                ),
            ] {
                run(&[&["frame"], arguments].concat(), b"")
                    .code(1)
                    .said(says);
            }
            for arguments in [
                &["--op", "16"][..],
                &["--mask", "37fa"],
                &["--mask", "37fa213d", "--no-mask"],
                &["--rsv", "4"],
                &["--payload", "a", "--payload-hex", "61"],
            ] {
                run(&[&["frame"], arguments].concat(), b"").code(2);
            }
        }),
    ];
    rows.extend(BUILT.map(|(arguments, expected)| {
        row(
            format!("notations: frame {}", arguments.join(" ")),
            move || {
                assert_eq!(built(arguments), expected);
            },
        )
    }));
    rows.extend(["xxd", "hexdump -C", "xxd -i", "xxd -p", "od -An -tx1"].map(of_a_tool));
    rows
}

#[rustfmt::skip]
const BUILT: [(&[&str], &str); 11] = [
    (&["--no-mask", "--payload", "Hello"], "81 05 48 65 6c 6c 6f"),
    (&["--no-mask", "--fin", "0", "--payload", "Hel"], "01 03 48 65 6c"),
    (&["--no-mask", "--op", "continuation", "--payload", "lo"], "80 02 6c 6f"),
    (&["--no-mask", "--rsv", "1"], "c1 00"),
    (&["--no-mask", "--rsv", "2,3"], "b1 00"),
    (&["--no-mask", "--op", "11"], "8b 00"),
    (&["--no-mask", "--op", "close", "--code", "1000", "--payload", "bye"], "88 05 03 e8 62 79 65"),
    (&["--no-mask", "--len-form", "16", "--payload", "Hi"], "81 7e 00 02 48 69"),
    (&["--no-mask", "--len-form", "64", "--payload", "Hi"], "81 7f 00 00 00 00 00 00 00 02 48 69"),
    (&["--no-mask", "--op", "binary", "--declare", "65536"], "82 7f 00 00 00 00 00 01 00 00"),
    (&["--mask", "37fa213d", "--payload-hex", "e2 82 ac"], "81 83 37 fa 21 3d d5 78 8d"),
];

fn built(arguments: &[&str]) -> String {
    let ended = run(&[&["frame"], arguments].concat(), b"").code(0);
    let text = String::from_utf8(ended.stdout).expect("text");
    text.trim_end().to_owned()
}

/// What the tool itself makes of the bytes; where it is not installed, it cannot be asked.
fn of_a_tool(command: &'static str) -> Trial {
    let mut words = command.split(' ');
    let tool = words.next().expect("a word");
    let arguments: Vec<&str> = words.collect();
    let started = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let is_there = started.is_ok();
    let trial = row(format!("notations: {command}"), move || {
        let mut tool = started.expect("it is there");
        let mut stdin = tool.stdin.take().expect("a pipe");
        // More than one line of a dump.
        let frames = BYTES.repeat(5);
        stdin.write_all(&frames).expect("it reads");
        drop(stdin);
        let dump = tool.wait_with_output().expect("it ends").stdout;
        let records = records(&["-"], &dump, 0);
        assert_eq!(records.len(), 5, "{}", String::from_utf8_lossy(&dump));
        assert!(records.iter().all(|record| record["plain"] == "48656c6c6f"));
    });
    trial.with_ignored_flag(!is_there)
}
