//! `ws101 chat`: the chat in a terminal or a pipe, in the same rooms as the page.

mod command;
mod connection;
mod conversation;
mod transcript;

use self::connection::Update;
use self::conversation::{Conversation, Effect, Input, Settings};
use self::transcript::Transcript;
use super::interrupt::on_interrupt;
use super::terminal::{self, Listener, Screen, Typed};
use crate::dialects::json::{read_event as server_event, write_request as request};
use crate::time::Zone;
use crate::{CloseCode, Message, Url, Writer};
use clap::Args;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::Instant;

const EXAMPLES: &str = "\
Commands: /name, /whisper, /join, /leave, /people, /rooms, /history, /follow,
/ignore, /help and /quit; /help explains them.

From a pipe, each line is sent to the room, and the program ends when the
server has acknowledged all of them. Exit status: 0 after that; 1 if a line was
refused or there is no connection; 2 for a wrong command line.

Examples: ws101 chat --name ada
          ws101 chat ws://192.168.1.5:9001 --name ada --room lobby --room rust
          echo \"the build is done\" | ws101 chat --name bot";

/// How many reports may wait between the threads. Beyond it, a fast server has to wait for us.
const MOST_REPORTS: usize = 256;

/// Chat in the terminal
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Chat {
    /// The server; without a path, /ws is meant
    #[arg(value_name = "ws://HOST[:PORT]", default_value = "ws://127.0.0.1:9001/ws", value_parser = parse_url)]
    url: String,
    /// Your name; without it, a terminal asks for one, and a pipe takes $USER
    #[arg(long)]
    name: Option<String>,
    /// A room to enter (may be repeated)
    #[arg(long, default_value = "lobby")]
    room: Vec<String>,
    /// How many earlier lines to show
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u8).range(..=100))]
    history: u8,
    /// Stay after the end of stdin, and go on printing
    #[arg(long)]
    follow: bool,
}

/// The chat is not at `/`, so a URL without a path means the usual one.
fn parse_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    Ok(match url.target.as_str() {
        "/" => format!("{}/ws", text.trim_end_matches('/')),
        _ => text.to_owned(),
    })
}

impl Chat {
    pub(super) fn run(&self) -> Result<(), String> {
        let (keyboard, screen) = terminal::open();
        let (reports, received) = mpsc::sync_channel(MOST_REPORTS);
        let (prompts, asked) = mpsc::channel();
        let listener = KeyboardListener {
            prompts: asked,
            reports: reports.clone(),
        };
        keyboard
            .listen(listener)
            .map_err(|error| format!("cannot read stdin: {error}"))?;
        let interrupted = reports.clone();
        on_interrupt(move || drop(interrupted.send(Report::Local(Input::Interrupt))))
            .map_err(|error| format!("cannot listen for signals: {error}"))?;

        let mut driver = Driver {
            url: self.url.clone(),
            screen,
            prompts,
            reports,
            writer: None,
            connections: 0,
        };
        let outcome = driver.run(self.conversation(), &received);
        driver.screen.close();
        outcome
    }

    fn conversation(&self) -> Conversation {
        let interactive = terminal::is_interactive();
        let user = || std::env::var("USER").ok().filter(|_| !interactive);
        let name = self.name.clone().or_else(user);
        let name = name.map(|name| name.trim().to_owned());
        let settings = Settings {
            name: name.filter(|name| !name.is_empty()),
            rooms: self.room.clone(),
            history: usize::from(self.history),
            interactive,
            follow: self.follow,
            id_prefix: format!("{:x}", connection::random()),
        };
        let zone = Zone::local();
        let today = zone.today();
        let transcript = Transcript::new(zone, today, terminal::has_colours());
        Conversation::new(settings, transcript)
    }
}

/// What the other threads report to the one that runs the conversation.
enum Report {
    /// From the connection of this number.
    Connection(u64, Update),
    /// From the keyboard, or a signal.
    Local(Input),
}

/// Runs a conversation: waits for its inputs and carries out its effects.
struct Driver {
    url: String,
    screen: Screen,
    prompts: Sender<String>,
    reports: SyncSender<Report>,
    writer: Option<Writer>,
    /// The number of the latest connection. Reports of earlier ones are dropped.
    connections: u64,
}

impl Driver {
    /// Runs until the conversation ends.
    fn run(
        &mut self,
        mut conversation: Conversation,
        reports: &Receiver<Report>,
    ) -> Result<(), String> {
        let mut effects = conversation.start(Instant::now());
        loop {
            let mut failure = None;
            for effect in effects {
                match effect {
                    Effect::End(outcome) => return outcome,
                    effect => failure = failure.or(self.carry_out(effect)?),
                }
            }
            let input = failure.unwrap_or_else(|| self.wait(conversation.wake_at(), reports));
            effects = conversation.handle(Instant::now(), input);
        }
    }

    /// Waits for the next input.
    fn wait(&mut self, wake_at: Option<Instant>, reports: &Receiver<Report>) -> Input {
        loop {
            let report = match wake_at {
                None => reports.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => reports.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match report {
                Ok(Report::Local(input)) => return input,
                Ok(Report::Connection(number, update)) if number == self.connections => {
                    match update {
                        Update::Open(writer) => {
                            self.writer = Some(writer);
                            return Input::Connected;
                        }
                        Update::Input(input) => return input,
                    }
                }
                Ok(Report::Connection(..)) => {}
                Err(_) => return Input::Wake,
            }
        }
    }

    /// Carries out one effect. If that shows that the connection is lost, returns the input that says so;
    /// an error ends the program.
    fn carry_out(&mut self, effect: Effect) -> Result<Option<Input>, String> {
        match effect {
            Effect::Connect(pause) => {
                self.writer = None;
                self.connections += 1;
                let (number, reports) = (self.connections, self.reports.clone());
                let report = move |update| reports.send(Report::Connection(number, update)).is_ok();
                connection::start(&self.url, pause, report)
                    .map_err(|error| format!("cannot start a thread: {error}"))?;
            }
            Effect::Send(text) => return Ok(self.send(&text)),
            Effect::Close => self.close(CloseCode::NORMAL),
            Effect::Show(line) => {
                if self.screen.show(&line).is_err() {
                    // The reader of our stdout has seen enough, as `head` has after ten lines.
                    self.close(CloseCode::GOING_AWAY);
                    std::process::exit(0);
                }
            }
            Effect::Note(line) => self.screen.note(&line),
            // It fails when the keyboard's thread has ended, and then no line can come.
            Effect::Ask(prompt) => drop(self.prompts.send(prompt)),
            Effect::End(_) => {}
        }
        Ok(None)
    }

    fn send(&mut self, text: &str) -> Option<Input> {
        let writer = self.writer.as_ref()?;
        let sent = connection::write(writer, |writer| writer.send(Message::Text(text)));
        let error = sent.err()?;
        // The reader will report the loss, too: with the number of a connection that is over.
        self.writer = None;
        self.connections += 1;
        Some(Input::Lost(error.to_string()))
    }

    fn close(&self, code: CloseCode) {
        if let Some(writer) = &self.writer {
            // If it cannot be written, the reader reports why.
            let _ = connection::write(writer, |writer| writer.close(code, ""));
        }
    }
}

/// Reports what is typed, a line for each prompt.
struct KeyboardListener {
    prompts: Receiver<String>,
    reports: SyncSender<Report>,
}

impl Listener for KeyboardListener {
    fn next_prompt(&mut self) -> Option<String> {
        self.prompts.recv().ok()
    }

    fn hear(&mut self, typed: Typed) {
        let input = match typed {
            Typed::Line(line) => Input::Line(line),
            Typed::End => Input::End,
            Typed::Interrupt => Input::Interrupt,
        };
        // It fails when the program ends.
        let _ = self.reports.send(Report::Local(input));
    }
}
