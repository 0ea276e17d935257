//! The text output, for a person.

use super::kit::program::run;
use super::{inspect, masked, row, shown};
use libtest_mimic::Trial;

const HELLO: &str = "\
frame 1 · 11 bytes · client → server
  00  81           1... ....  FIN    1   last frame of the message        §5.2
                   .000 ....  RSV    0   no extension in use              §5.2
                   .... 0001  opcode 1   text                             §5.2
  01  85           1... ....  MASK   1   every client frame is masked     §5.1
                   .000 0101  length 5   fits in 7 bits                   §5.2
  02  37 fa 21 3d             key                                         §5.3
  06  7f 9f 4d 51 58  ⊕ key = 48 65 6c 6c 6f  \"Hello\"
verdict: ok
";

const RSV: &str = "\
frame 1 · 8 bytes · client → server
  00  c1           1... ....  FIN    1   last frame of the message        §5.2
                   .100 ....  RSV    4   no extension was negotiated      §5.2  ✕
                   .... 0001  opcode 1   text                             §5.2
  01  82           1... ....  MASK   1   every client frame is masked     §5.1
                   .000 0010  length 2   fits in 7 bits                   §5.2
  02  37 fa 21 3d             key                                         §5.3
  06  7f 93  ⊕ key = 48 69  \"Hi\"
verdict: RSV1 is set, no extension was negotiated → Close 1002 (§5.2)
         Without an extension RSV1, RSV2 and RSV3 must be 0.
";

const CLOSE: &str = "\
frame 1 · 10 bytes · server → client
  00  88           1... ....  FIN    1   last frame of the message        §5.2
                   .000 ....  RSV    0   no extension in use              §5.2
                   .... 1000  opcode 8   close                            §5.2
  01  08           0... ....  MASK   0   no server frame is masked        §5.1
                   .000 1000  length 8   fits in 7 bits                   §5.2
  02  03 e9 c3 bc 62 65 72 21  \"····ber!\"
                              code   1001 going away                      §7.4.1
                              reason \"über!\"
verdict: ok
";

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row("shown: a text", || {
            let text = shown(&["81 85 37 fa 21 3d 7f 9f 4d 51 58"], b"", 0);
            assert_eq!(text, HELLO);
        }),
        row("shown: a reserved bit", || {
            assert_eq!(shown(&["c1 82 37 fa 21 3d 7f 93"], b"", 1), RSV);
        }),
        row("shown: a Close", || {
            let text = shown(&["88 08 03 e9 c3 bc 62 65 72 21"], b"", 0);
            assert_eq!(text, CLOSE);
        }),
        row("shown: a long text is cut, and counted", || {
            let text = format!("817e0200{}", "c3bc".repeat(256));
            let text = shown(&[&text], b"", 0);
            assert!(text.contains("longer 512 bytes of payload"), "{text}");
            assert!(text.contains("\n      … and 384 more bytes\n"), "{text}");
            let line = format!("\n      = \"{}\"\n", "ü".repeat(128));
            assert!(text.contains(&line), "{text}");
        }),
        row("shown: parts of a message", || {
            let text = shown(&[&(masked(0x01, b"a") + &masked(0x80, b"b"))], b"", 0);
            assert!(
                text.contains("client → server · part 1 of message 1\n"),
                "{text}"
            );
            assert!(
                text.contains("client → server · part 2 of message 1, the last\n"),
                "{text}"
            );
        }),
        row("shown: what is incomplete", || {
            for (bytes, heading, verdict) in [
                ("81 05 48", "3 of 7 bytes", "4 more bytes belong to it"),
                ("81 fe 00", "3 bytes", "not all of its header is here"),
                ("81", "1 byte ", "not all of its header is here"),
            ] {
                let text = shown(&[bytes], b"", 1);
                assert!(text.contains(heading) && text.contains(verdict), "{text}");
            }
        }),
        row("shown: what follows the end is counted", || {
            let text = shown(&["88 00 81 00"], b"", 0);
            assert!(
                text.ends_with("2 more bytes: nothing that follows a Close counts (§5.5.1)\n"),
                "{text}"
            );
            let text = shown(&["83 00 81 00"], b"", 1);
            assert!(
                text.ends_with("2 more bytes: nothing is read after a broken rule (§7.1.7)\n"),
                "{text}"
            );
        }),
        row("shown: what a terminal would obey is spelt out", || {
            let text = shown(&[&masked(0x81, b"\x1b[2J")], b"", 0);
            assert!(
                text.contains("\\u{1b}[2J") && !text.contains('\x1b'),
                "{text}"
            );
        }),
        row("shown: who has sent it is guessed, and said", || {
            let client = inspect(&["81 80 00 00 00 00"], b"").code(0);
            client.said("the first frame is masked, so a client sent it (--from says otherwise)");
            let server = inspect(&["81 00"], b"").code(0);
            server.said("not masked, so a server sent it");
            let ended = inspect(&["--from", "server", "81 00"], b"").code(0);
            assert_eq!(ended.stderr, "");
        }),
        row("shown: each field's purpose", || {
            let text = shown(&["--explain", "89 00"], b"", 0);
            assert!(
                text.contains("Set in the last frame of a message."),
                "{text}"
            );
            assert!(
                text.contains("Asks for a pong with the same payload."),
                "{text}"
            );
            assert!(text.contains("devtools would show: Nothing."), "{text}");
        }),
        row("shown: from within a connection", || {
            shown(&["80 01 ac"], b"", 1);
            shown(&["--midway", "80 01 ac"], b"", 0);
        }),
        row("shown: no bytes, no hexadecimal", || {
            inspect(&["-"], b"").code(1).said("there are no bytes");
            inspect(&["8g"], b"")
                .code(1)
                .said("write two digits per byte");
            inspect(&[], b"").code(2);
        }),
        row("help: each has an example", || {
            for command in ["inspect", "handshake", "frame", "connect"] {
                let ended = run(&[command, "--help"], b"").code(0);
                let text = String::from_utf8(ended.stdout).expect("text");
                assert!(
                    text.contains("Example") && text.contains(&format!("ws101 {command}")),
                    "{text}"
                );
            }
        }),
    ]
}
