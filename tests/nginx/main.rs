//! The chat behind a real nginx, set up by the very recipe that PROTOCOL.md gives.
//!
//! It takes nginx (Debian: `apt-get install nginx-light`). `WS101_NGINX` says where it is.

mod proxy;

#[path = "../kit/mod.rs"]
mod kit;

use kit::server::Server;
use kit::stopwatch::{PATIENCE, Stopwatch};
use libtest_mimic::{Arguments, Trial};
use proxy::Proxy;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use ws101::{Connect, Event, Message, SocketError, Stream, WebSocket};

type Row = (&'static str, fn());

const ROWS: [Row; 6] = [
    ("pages come through", pages),
    ("two people chat through it", chat),
    ("its idle timeout is survived by our pings", pings),
    ("without pings it would have cut the connection", no_pings),
    ("X-Forwarded-For counts when the proxy is trusted", trusted),
    ("and does not when it is not", not_trusted),
];

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let found = proxy::find();
    let test = |(name, run): Row| match &found {
        Ok(_) => Trial::test(name, move || {
            run();
            Ok(())
        }),
        Err(reason) => kit::optional::missing(name, reason),
    };
    libtest_mimic::run(&args, ROWS.into_iter().map(test).collect()).exit_code()
}

type Socket = WebSocket<Stream>;

fn open(url: &str, headers: &[(&str, &str)]) -> Result<Socket, SocketError> {
    let mut socket = Connect::to(url).headers(headers).open()?;
    socket.set_deadline(Some(Instant::now() + PATIENCE));
    Ok(socket)
}

fn next(socket: &mut Socket) -> Value {
    match socket.next_message() {
        Ok(Some(Message::Text(text))) => serde_json::from_str(text).expect("JSON"),
        other => panic!("{other:?} instead of an event"),
    }
}

fn until(socket: &mut Socket, kind: &str) -> Value {
    loop {
        let event = next(socket);
        if event["type"] == kind {
            return event;
        }
    }
}

fn send(socket: &mut Socket, request: &Value) {
    socket
        .send(Message::Text(&request.to_string()))
        .expect("the connection stands");
}

fn pages() {
    let server = Server::start(&[]);
    let proxy = Proxy::before(&server, "60s");
    let answer = proxy.get("/");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let policy = format!("ws://127.0.0.1:{0} wss://127.0.0.1:{0};", proxy.port());
    assert!(
        answer.contains(&policy),
        "the page may connect to where it came from: {answer}"
    );
    assert!(proxy.get("/healthz").ends_with("\r\n\r\nok\n"));
}

fn chat() {
    let server = Server::start(&[]);
    let proxy = Proxy::before(&server, "60s");
    // As a browser does: with the origin of the page that came through the proxy.
    let origin = format!("http://127.0.0.1:{}", proxy.port());
    let mut ada = open(&proxy.url(), &[("Origin", &origin)]).expect("ada connects");
    let mut bob = open(&proxy.url(), &[]).expect("bob connects");
    send(
        &mut ada,
        &json!({"type":"join","name":"ada","room":"lobby"}),
    );
    until(&mut ada, "joined");
    send(
        &mut bob,
        &json!({"type":"join","name":"bob","room":"lobby"}),
    );
    until(&mut bob, "joined");
    send(
        &mut ada,
        &json!({"type":"say","room":"lobby","text":"through nginx"}),
    );
    assert_eq!(until(&mut bob, "said")["text"], "through nginx");
    assert_eq!(until(&mut ada, "said")["text"], "through nginx");
}

fn pings() {
    let server = Server::start(&["--ping-interval", "300ms"]);
    let proxy = Proxy::before(&server, "3s");
    let mut socket = open(&proxy.url(), &[]).expect("it connects");
    until(&mut socket, "welcome");
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(4) {
        match socket.next_event().expect("the connection stands") {
            Event::Ping(_) => {}
            other => panic!("{other:?} from an idle server"),
        }
    }
    send(&mut socket, &json!({"type":"ping","t":1}));
    assert_eq!(until(&mut socket, "pong")["t"], 1);
}

fn no_pings() {
    let server = Server::start(&["--ping-interval", "10m"]);
    let proxy = Proxy::before(&server, "1s");
    let mut socket = open(&proxy.url(), &[]).expect("it connects");
    until(&mut socket, "welcome");
    let start = Stopwatch::start();
    let error = socket.next_event().expect_err("nginx ends what is silent");
    assert!(!error.is_timeout(), "{error}");
    start.assert_under(Duration::from_secs(10));
}

/// An address for documentation (RFC 5737), which the client claims in a header.
const CLIENT: [(&str, &str); 1] = [("X-Forwarded-For", "203.0.113.7")];

fn trusted() {
    let server = Server::start(&["--max-per-address", "1", "--trust-proxy", "127.0.0.1"]);
    let proxy = Proxy::before(&server, "60s");
    let _first = open(&proxy.url(), &CLIENT).expect("the first connects");
    match open(&proxy.url(), &CLIENT) {
        Err(error) => assert!(error.to_string().contains("503"), "{error}"),
        Ok(_) => panic!("a second connection from one address"),
    }
    let other = [("X-Forwarded-For", "203.0.113.8")];
    open(&proxy.url(), &other).expect("another address has its own allowance");
}

fn not_trusted() {
    let server = Server::start(&["--max-per-address", "1"]);
    let proxy = Proxy::before(&server, "60s");
    let _first = open(&proxy.url(), &CLIENT).expect("the first connects");
    open(&proxy.url(), &CLIENT).expect("loopback is exempt, and the header is not trusted");
}
