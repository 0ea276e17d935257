//! `ws101 chat`: the chat in a terminal, in the same rooms as the page, and in pipes.

mod command;
mod connection;
mod conversation;
mod page;
mod request;
mod server_event;

use self::connection::News;
use self::conversation::{Act, Conversation, Happening, Settings};
use self::page::Page;
use super::interrupt::on_interrupt;
use super::terminal::{self, Listener, Screen, Typed};
use crate::time::Zone;
use crate::{CloseCode, Message, Url, Writer};
use clap::Args;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::Instant;

const EXAMPLES: &str = "\
Commands: /nick, /msg, /join, /leave, /people, /rooms, /history and /quit;
/help explains them.

From a pipe every line is said, and acknowledged by the server before the
program ends. Exit status: 0 when all was said; 1 when a line was refused, or
when there is no connection; 2 for a wrong command line.

Examples: ws101 chat --name ada
          ws101 chat ws://192.168.1.5:9001 --name ada --room lobby --room rust
          echo \"the build is done\" | ws101 chat --name bot";

/// What may wait between the threads. The server has to wait when we are slow.
const WAITING: usize = 256;

/// Chat in the terminal
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Chat {
    /// Where the chat is; without a path it is /ws
    #[arg(value_name = "ws://HOST[:PORT]", default_value = "ws://127.0.0.1:9001/ws", value_parser = parse_url)]
    url: String,
    /// Your name; you are asked for one, and a pipe has that of $USER
    #[arg(long)]
    name: Option<String>,
    /// A room to be in (may be repeated)
    #[arg(long, default_value = "lobby")]
    room: Vec<String>,
    /// Earlier lines to show
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u8).range(..=100))]
    history: u8,
    /// Stay after the end of stdin, and go on printing
    #[arg(long)]
    follow: bool,
}

/// The chat is not at `/`: whoever names no path means the usual one.
fn parse_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    Ok(match url.target.as_str() {
        "/" => format!("{}/ws", text.trim_end_matches('/')),
        _ => text.to_owned(),
    })
}

/// What the threads tell the one that decides.
enum Tiding {
    /// From the connection with this number. Earlier ones do not count any more.
    Connection(u64, News),
    Happening(Happening),
}

/// All that the conversation acts upon.
struct Stage {
    url: String,
    screen: Screen,
    prompts: Sender<String>,
    tidings: SyncSender<Tiding>,
    writer: Option<Writer>,
    connections: u64,
}

impl Chat {
    pub(super) fn run(&self) -> Result<(), String> {
        let (keyboard, screen) = terminal::open();
        let (tidings, heard) = mpsc::sync_channel(WAITING);
        let (prompts, asked) = mpsc::channel();
        let hearer = Hearer {
            prompts: asked,
            tidings: tidings.clone(),
        };
        keyboard
            .listen(hearer)
            .map_err(|error| format!("cannot read stdin: {error}"))?;
        let interrupted = tidings.clone();
        on_interrupt(move || drop(interrupted.send(Tiding::Happening(Happening::Interrupt))))
            .map_err(|error| format!("cannot listen for signals: {error}"))?;

        let mut stage = Stage {
            url: self.url.clone(),
            screen,
            prompts,
            tidings,
            writer: None,
            connections: 0,
        };
        let outcome = stage.play(self.conversation(), &heard);
        stage.screen.close();
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
        Conversation::new(settings, Page::new(zone, today, terminal::has_colours()))
    }
}

impl Stage {
    /// Until the conversation is over.
    fn play(
        &mut self,
        mut conversation: Conversation,
        heard: &Receiver<Tiding>,
    ) -> Result<(), String> {
        let mut acts = conversation.start(Instant::now());
        loop {
            let mut failed = None;
            for act in acts {
                match act {
                    Act::End(outcome) => return outcome,
                    act => failed = failed.or(self.act(act)?),
                }
            }
            let happening = failed.unwrap_or_else(|| self.wait(conversation.wake_at(), heard));
            acts = conversation.handle(Instant::now(), happening);
        }
    }

    /// Waits for the next thing that happens.
    fn wait(&mut self, wake_at: Option<Instant>, heard: &Receiver<Tiding>) -> Happening {
        loop {
            let tiding = match wake_at {
                None => heard.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => heard.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match tiding {
                Ok(Tiding::Happening(happening)) => return happening,
                Ok(Tiding::Connection(number, news)) if number == self.connections => match news {
                    News::Open(writer) => {
                        self.writer = Some(writer);
                        return Happening::Connected;
                    }
                    News::Happening(happening) => return happening,
                },
                Ok(Tiding::Connection(..)) => {}
                Err(_) => return Happening::Time,
            }
        }
    }

    /// Does what is to be done. If that shows that the connection is lost, it returns so; an error
    /// ends the program.
    fn act(&mut self, act: Act) -> Result<Option<Happening>, String> {
        match act {
            Act::Connect(pause) => {
                self.writer = None;
                self.connections += 1;
                let (number, tidings) = (self.connections, self.tidings.clone());
                let tell = move |news| tidings.send(Tiding::Connection(number, news)).is_ok();
                connection::start(&self.url, pause, tell)
                    .map_err(|error| format!("cannot start a thread: {error}"))?;
            }
            Act::Send(text) => return Ok(self.send(&text)),
            Act::Close => self.say_goodbye(CloseCode::NORMAL),
            Act::Show(line) => {
                if self.screen.show(&line).is_err() {
                    // Whoever read us has seen enough.
                    self.say_goodbye(CloseCode::GOING_AWAY);
                    std::process::exit(0);
                }
            }
            Act::Note(line) => self.screen.note(&line),
            // Without a keyboard there is nobody to be asked.
            Act::Ask(prompt) => drop(self.prompts.send(prompt)),
            Act::End(_) => {}
        }
        Ok(None)
    }

    fn send(&mut self, text: &str) -> Option<Happening> {
        let writer = self.writer.as_ref()?;
        let sent = connection::write(writer, |writer| writer.send(Message::Text(text)));
        let error = sent.err()?;
        // The reader would tell it, too, and is not listened to any more.
        self.writer = None;
        self.connections += 1;
        Some(Happening::Lost(error.to_string()))
    }

    fn say_goodbye(&self, code: CloseCode) {
        if let Some(writer) = &self.writer {
            // Where it cannot be written, the reader says so.
            let _ = connection::write(writer, |writer| writer.close(code, ""));
        }
    }
}

/// The keyboard's ear.
struct Hearer {
    prompts: Receiver<String>,
    tidings: SyncSender<Tiding>,
}

impl Listener for Hearer {
    fn next_prompt(&mut self) -> Option<String> {
        self.prompts.recv().ok()
    }

    fn hear(&mut self, typed: Typed) {
        let happening = match typed {
            Typed::Line(line) => Happening::Line(line),
            Typed::End => Happening::InputEnded,
            Typed::Interrupt => Happening::Interrupt,
        };
        // Nobody listens when the program ends.
        let _ = self.tidings.send(Tiding::Happening(happening));
    }
}
