//! `ws101 connect`, against `ws101 serve` and against servers that behave badly.

use super::kit::program::{Program, run};
use super::kit::server::Server;
use super::stage::Stage;
use rustix::process::Signal;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use ws101::{CloseCode, Event, Message};

#[test]
fn lines_go_out_and_their_echoes_come_back() {
    let server = Server::start(&[]);
    let ended = run(
        &["connect", &server.url("/echo")],
        "a\nGrüße 👋\n\nlast".as_bytes(),
    );
    ended.printed(&["a", "Grüße 👋", "", "last"]).code(0);
}

#[test]
fn many_lines_come_back_whole() {
    let server = Server::start(&[]);
    let input: String = (0..2_000)
        .map(|n| format!("{n} {}\n", "x".repeat(n)))
        .collect();
    let ended = run(&["connect", &server.url("/echo")], input.as_bytes()).code(0);
    assert!(
        ended.stdout == input.as_bytes(),
        "{} bytes",
        ended.stdout.len()
    );
}

#[test]
fn binary_goes_through_a_pipe_as_it_is() {
    let server = Server::start(&[]);
    let url = server.url("/echo");
    let ended = run(&["connect", "--binary", &url], b"\x00\xff\x80\n\x01").code(0);
    assert_eq!(ended.stdout, b"\x00\xff\x80\x01");
    let ended = run(&["connect", "--hex", &url], b"00 ff 80 0a\n").code(0);
    assert_eq!(ended.stdout, b"\x00\xff\x80\n");
    run(&["connect", "--hex", &url], b"0g\n")
        .code(1)
        .said("not hexadecimal");
    run(&["connect", &url], b"\xff\n").code(1).said("--binary");
}

#[test]
fn commands() {
    let server = Server::start(&[]);
    let url = server.url("/echo");
    let ended = run(
        &["connect", "-v", &url],
        b"/ping are you there\n//ping\n/pong\n",
    );
    ended
        .printed(&["/ping"])
        .said("pong \"are you there\" after ")
        .code(0);
    run(&["connect", &url], b"a\n/close 4321 enough\nb\n")
        .printed(&["a"])
        .code(0);
    run(&["connect", &url], b"/dance\na\n")
        .printed(&["a"])
        .said("//dance")
        .code(1);
    let ended = run(&["connect", "--literal", &url], b"/dance\n");
    ended.printed(&["/dance"]).code(0);
}

#[test]
fn a_trace_shows_both_directions() {
    let server = Server::start(&[]);
    let ended = run(&["connect", "--trace", &server.url("/echo")], b"hello\n").code(0);
    for words in [
        "→ http  GET /echo HTTP/1.1",
        "← http  HTTP/1.1 101",
        "→ text         FIN       5 bytes  key ",
        "← text         FIN       5 bytes  no mask          \"hello\"",
        "→ close        FIN       2 bytes",
        "← close        FIN       2 bytes  no mask          1000",
    ] {
        assert!(ended.stderr.contains(words), "{words:?}: {}", ended.stderr);
    }
}

#[test]
fn a_wrong_frame_gets_the_close_that_is_expected() {
    let server = Server::start(&[]);
    let url = server.url("/echo");
    let sends = |frame: &str, expected: &str| {
        let arguments = ["connect", &url, "--trace", "--send-frame", frame];
        run(&[&arguments[..], &["--expect", expected]].concat(), b"")
    };
    for (frame, expected) in [
        ("81 05 48 65 6c 6c 6f", "close:1002"),
        ("c1 82 37 fa 21 3d 7f 93", "close:1002"),
        ("81 81 37 fa 21 3d c8", "close:1007"),
        ("82 ff 7f ff ff ff ff ff ff ff 37 fa 21 3d", "close:1009"),
        ("88 82 37 fa 21 3d 34 12", "close:1000"),
        ("88 80 37 fa 21 3d", "close:none"),
    ] {
        sends(frame, expected).code(0).said("← close");
    }
    sends("c1 82 37 fa 21 3d 7f 93", "close:1002").said("✕ RSV1 is set");
    sends("81 81 37 fa 21 3d c8", "close:1002")
        .code(1)
        .said("a Close with 1002 was expected, the server closed with 1007");
    run(&["connect", &url, "--expect", "1002"], b"")
        .code(2)
        .said("write close:1002");
    run(&["connect", &url, "--send-frame", "8"], b"")
        .code(2)
        .said("write two digits per byte");
}

#[test]
fn a_frame_that_is_right_is_sent_as_it_is() {
    let server = Server::start(&[]);
    let frame = "81 85 37 fa 21 3d 7f 9f 4d 51 58";
    let url = server.url("/echo");
    run(&["connect", &url, "--send-frame", frame], b"and more\n")
        .printed(&["Hello", "and more"])
        .code(0);
    // A valid frame is not closed for: after a while the client sends a Close, and the answer is not as expected.
    let arguments = ["connect", &url, "--send-frame", frame, "--wait", "1ms"];
    run(&[&arguments[..], &["--expect", "close:1002"]].concat(), b"")
        .code(1)
        .said("closed with 1000");
}

#[test]
fn no_connection() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = free.local_addr().expect("it is bound");
    drop(free);
    let url = format!("ws://{addr}/");
    run(&["connect", &url], b"")
        .code(1)
        .said("nothing listens there");
    run(&["connect", "http://localhost/"], b"")
        .code(2)
        .said("begins with ws://");
    run(&["connect", "wss://localhost/"], b"")
        .code(2)
        .said("TLS");
    run(&["connect"], b"").code(2);
    for (flag, value, words) in [
        ("--header", "Host: a", "the handshake writes Host itself"),
        ("--header", "A: b\r\nC: d", "the value of A holds '\\r'"),
        ("--protocol", "a b", "the subprotocol \"a b\""),
        ("--host", "a b", "\"a b\" is not a host"),
    ] {
        run(&["connect", &url, flag, value], b"")
            .code(1)
            .said(words);
    }
    let server = Server::start(&[]);
    run(
        &["connect", &server.url("/echo"), "--host", "a.example"],
        b"",
    )
    .code(1)
    .said("421");
    run(&["connect", &server.url("/healthz")], b"")
        .code(1)
        .said("404");
}

#[test]
fn what_the_handshake_says() {
    let stage = Stage::open();
    let arguments = [
        "--protocol",
        "lesson.v1",
        "--origin",
        "http://here",
        "--header",
        "X-Who: me",
    ];
    let program = Program::start(&[&["connect", "-v", &stage.url("/")], &arguments[..]].concat());
    let mut socket = stage.next_with(&["lesson.v1"]);
    assert_eq!(socket.protocol(), Some("lesson.v1"));
    socket
        .send_close(CloseCode::GOING_AWAY, "")
        .expect("it is sent");
    program.end().said("lesson.v1").code(0);
}

#[test]
fn a_close_that_tells_of_a_fault() {
    let stage = Stage::open();
    let program = Program::start(&["connect", "--wait", "1h", &stage.url("/")]);
    let mut socket = stage.next();
    socket.send(Message::Text("first")).expect("it is sent");
    socket
        .send_close(CloseCode::POLICY_VIOLATION, "too slow")
        .expect("it is sent");
    let ended = program.end();
    ended
        .printed(&["first"])
        .said("1008 policy violation, \"too slow\"")
        .code(1);

    let program = Program::start(&["connect", "--wait", "1h", &stage.url("/")]);
    drop(stage.next());
    program.end().said("went away without a Close").code(1);
}

#[test]
fn a_server_that_answers_later() {
    let stage = Stage::open();
    let mut program = Program::start(&["connect", "--wait", "1h", &stage.url("/")]);
    program.types(b"question\n");
    let mut socket = stage.next();
    let question = socket.next_message().expect("a line comes");
    assert_eq!(question, Some(Message::Text("question")));
    socket.send(Message::Text("answer")).expect("it is sent");
    socket
        .send_close(CloseCode::NORMAL, "")
        .expect("it is sent");
    program.end().printed(&["answer"]).code(0);
}

#[test]
fn each_message_goes_back_as_it_came() {
    let stage = Stage::open();
    let program = Program::start(&["connect", "--echo", &stage.url("/")]);
    let mut socket = stage.next();
    let large = vec![0xfe; 60_000];
    for message in [
        Message::Text(""),
        Message::Text("/close"),
        Message::Text("Grüße\n👋"),
        Message::Binary(b""),
        Message::Binary(&large),
    ] {
        socket.send(message).expect("it is sent");
        assert!(
            socket.next_message().expect("an echo") == Some(message),
            "{message:.40?}"
        );
    }
    socket
        .send_close(CloseCode::NORMAL, "")
        .expect("it is sent");
    program.end().printed(&[]).code(0);
    run(&["connect", "--echo", "--hex", &stage.url("/")], b"").code(2);
}

#[test]
fn control_c_says_goodbye() {
    let stage = Stage::open();
    let program = Program::start(&["connect", "--wait", "1h", &stage.url("/")]);
    let mut socket = stage.next();
    // The line is printed: the program listens for signals by now, too.
    socket.send(Message::Text("ready")).expect("it is sent");
    socket.ping(b"").expect("it is sent");
    assert_eq!(socket.next_event().expect("an answer"), Event::Pong(b""));
    program.signal(Signal::INT);
    match socket.next_event().expect("a Close comes") {
        Event::Close(Some(reason)) => assert_eq!(reason.code, CloseCode::NORMAL),
        other => panic!("{other:?}"),
    }
    program.end().code(0);
}

/// `| head -1`: the reader has seen enough.
#[test]
fn an_output_that_is_closed_ends_it_quietly() {
    let server = Server::start(&[]);
    let script = "(yes | \"$0\" connect \"$1\"; echo \"status $?\" >&2) | head -n 1";
    let output = Command::new("sh")
        .args([
            "-c",
            script,
            env!("CARGO_BIN_EXE_ws101"),
            &server.url("/echo"),
        ])
        .stdin(Stdio::null())
        .output()
        .expect("sh runs");
    assert_eq!(output.stdout, b"y\n");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.ends_with("status 0\n"), "{stderr}");
    assert!(!stderr.contains("ws101:"), "{stderr}");
}

#[test]
fn flags_alone_are_the_servers() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ws101"));
    let server = Server::spawn(command.args(["--listen", "127.0.0.1:0"]));
    run(&["connect", &server.url("/echo")], b"hi")
        .printed(&["hi"])
        .code(0);
    let ended = run(&["--listen", "127.0.0.1:0", "connect", "ws://x/"], b"");
    ended.code(2).said("cannot be used with");
}
