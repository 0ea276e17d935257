//! `ws101 connect`: a WebSocket by hand, to any server. It sends typed lines and prints received messages.

mod command;
mod ending;
mod expected;
mod print;
mod speaker;
mod trace;

use self::ending::Ending;
use self::expected::Expected;
use self::print::Printer;
use self::speaker::{Format, Speaker};
use super::bytes::{self, Bytes};
use super::interrupt::on_interrupt;
use super::terminal::{self, Keyboard, Screen};
use crate::flags::parse_duration;
use crate::{Event, Reader, SocketError, Stream, Url, UrlError, WebSocket, Writer};
use clap::Args;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

const EXAMPLES: &str = "\
A line can be a command: /ping [TEXT], /pong [TEXT], /close [CODE] [REASON] or
/help. A line //TEXT sends /TEXT.

At the end of stdin it sends a Close (1000), and goes on printing until the
server has answered. With --expect it waits for the server's Close first. With
--echo it does not read stdin, and stays until the server closes.

Exit status: 0 after a normal end; 1 if there is no connection, if it is lost,
or if the server closes it because of an error; 2 for a wrong command line.

Examples: ws101 connect ws://127.0.0.1:9001/echo
          printf 'a\\nb\\n' | ws101 connect ws://127.0.0.1:9001/echo
          xxd -p -c 0 in.png | ws101 connect --hex ws://HOST/echo >out.png
          ws101 connect ws://HOST/echo --send-frame 8100 --expect close:1002 </dev/null
          ws101 connect --echo --trace ws://HOST/tests/1";

/// How long `--expect` waits for the server's Close after the end of stdin.
const EXPECT_WAIT: Duration = Duration::from_secs(10);

/// Talk to any WebSocket server by hand, or through pipes
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Connect {
    /// The server to connect to
    #[arg(value_name = "ws://HOST[:PORT]/PATH", value_parser = parse_url)]
    url: String,
    /// Send lines as binary messages
    #[arg(long)]
    binary: bool,
    /// Send binary messages, written in hexadecimal, one per line
    #[arg(long, conflicts_with = "binary")]
    hex: bool,
    /// Send lines that begin with / instead of running them as commands
    #[arg(long)]
    literal: bool,
    /// Send each received message back, until the server closes
    #[arg(long, conflicts_with_all = ["binary", "hex", "literal", "wait"])]
    echo: bool,
    /// Offer a subprotocol (may be repeated, in order of preference)
    #[arg(long, value_name = "NAME")]
    protocol: Vec<String>,
    /// Send this Origin, as a browser would
    #[arg(long, value_name = "URL")]
    origin: Option<String>,
    /// Send this Host instead of the one in the URL
    #[arg(long, value_name = "NAME[:PORT]")]
    host: Option<String>,
    /// Send another header (may be repeated)
    #[arg(long, value_name = "NAME: VALUE", value_parser = parse_header)]
    header: Vec<(String, String)>,
    /// Stay this long after the end of stdin, for servers that answer late
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    wait: Option<Duration>,
    /// Show every frame, sent or received, as a line on stderr
    #[arg(long)]
    trace: bool,
    /// Send these bytes first, exactly as they are, valid or not (may be repeated)
    #[arg(long, value_name = "HEX", value_parser = bytes::parse_argument)]
    send_frame: Vec<Bytes>,
    /// Succeed only if the server closes with this code, or without a code
    #[arg(long, value_name = "close:CODE|close:none", value_parser = expected::parse)]
    expect: Option<Expected>,
    /// Report pings, pongs and Closes on stderr, as on a terminal
    #[arg(short, long)]
    verbose: bool,
}

fn parse_url(text: &str) -> Result<String, UrlError> {
    Url::parse(text).map(|_| text.to_owned())
}

fn parse_header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once(':')
        .ok_or_else(|| format!("{text:?} is not a header: write NAME: VALUE"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

impl Connect {
    pub(super) fn run(&self) -> Result<(), String> {
        let (keyboard, screen) = match self.echo {
            true => (Keyboard::Plain, Screen::Plain), // stdin is not read
            false => terminal::open(),
        };
        let mut socket = self.open(&screen)?;
        let printer = Printer::new(&screen, self.verbose);
        let protocol = (socket.protocol()).map_or(String::new(), |name| format!(", with {name}"));
        printer.note(&match self.echo {
            true => format!("connected{protocol}; each message is sent back"),
            false => format!("connected{protocol}; /help lists the commands"),
        });

        for Bytes(frame) in &self.send_frame {
            // If it cannot be written, the reader finds the same error.
            let _ = socket.stream_mut().write_all(frame);
        }

        let tcp = Arc::clone(socket.stream().tcp());
        let (reader, writer) = socket.split();
        let ending = Ending::new(writer.clone(), tcp, self.expect);
        let interrupted = ending.clone();
        on_interrupt(move || interrupted.close())
            .map_err(|error| format!("cannot listen for signals: {error}"))?;
        if self.echo {
            return read(reader, &printer, &ending, Some(&writer));
        }
        let speaker = Speaker {
            writer,
            printer: printer.clone(),
            ending: ending.clone(),
            format: self.format(),
            literal: self.literal,
            wait: self.wait().filter(|_| !terminal::is_interactive()),
        };
        keyboard
            .listen(speaker)
            .map_err(|error| format!("cannot read stdin: {error}"))?;
        let outcome = read(reader, &printer, &ending, None);
        screen.close();
        outcome
    }

    fn open(&self, screen: &Screen) -> Result<WebSocket<Stream>, String> {
        let origin = self.origin.as_deref().map(|origin| ("Origin", origin));
        let headers = self.header.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        let headers: Vec<(&str, &str)> = origin.into_iter().chain(headers).collect();
        let protocols: Vec<&str> = self.protocol.iter().map(String::as_str).collect();
        let tap = trace::tap(screen);
        let mut connect = crate::Connect::to(&self.url)
            .protocols(&protocols)
            .headers(&headers);
        if let Some(host) = &self.host {
            connect = connect.host(host);
        }
        if self.trace {
            connect = connect.tap(&tap);
        }
        connect.open().map_err(|error| explain(&self.url, &error))
    }

    /// How long to stay after the end of stdin.
    fn wait(&self) -> Option<Duration> {
        self.wait.or(self.expect.map(|_| EXPECT_WAIT))
    }

    const fn format(&self) -> Format {
        match (self.hex, self.binary) {
            (true, _) => Format::Hex,
            (_, true) => Format::Binary,
            _ => Format::Text,
        }
    }
}

/// Prints everything that is received, until the end. With `echo`, sends messages back instead.
fn read(
    mut reader: Reader,
    printer: &Printer,
    ending: &Ending,
    echo: Option<&Writer>,
) -> Result<(), String> {
    loop {
        let event = reader.next_event();
        ending.heard();
        if let (Ok(Event::Message(message)), Some(echo)) = (&event, echo) {
            // If it cannot be written, the next read returns the error.
            let _ = echo.send(*message);
            continue;
        }
        match event {
            Ok(event) => {
                if let Err(error) = printer.event(&event) {
                    return ending.cannot_print(&error);
                }
                if let Event::Close(reason) = event {
                    return ending.closed(reason);
                }
            }
            Err(error) => return ending.failed(&error),
        }
    }
}

/// A sentence that says why there is no connection.
pub(super) fn explain(url: &str, error: &SocketError) -> String {
    match error {
        SocketError::Url(error) => error.to_string(),
        SocketError::Header(error) => format!("nothing was sent: {error}"),
        SocketError::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            format!("cannot connect to {url}: nothing listens there")
        }
        SocketError::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
            format!("cannot connect to {url}: no answer within ten seconds")
        }
        other => format!("cannot connect to {url}: {other}"),
    }
}
