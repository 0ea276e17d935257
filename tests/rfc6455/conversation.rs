//! How a row about frames is judged: what one end hears, what it makes of that, what it says.

use crate::kit::bytes::{KEY, Seen, close_from, frame_from, hear, hex, pieces};
use libtest_mimic::Trial;
use ws101::protocol::{Limits, ProtocolError, Role, Session, SessionState};

/// What one end of a connection hears, and all that must follow.
pub(crate) struct Conversation {
    name: String,
    reader: Role,
    limits: Limits,
    heard: Vec<u8>,
    seen: Vec<Seen>,
    said: Vec<u8>,
    refused_after: Option<usize>,
}

/// A row about what a server does.
pub(crate) fn server(name: impl Into<String>) -> Conversation {
    Conversation::new(name.into(), Role::Server)
}

/// A row about what a client does.
pub(crate) fn client(name: impl Into<String>) -> Conversation {
    Conversation::new(name.into(), Role::Client)
}

/// A session of this end, whose every frame is masked with the same key if it is a client's.
pub(crate) fn session(role: Role, limits: Limits) -> Session {
    match role {
        Role::Server => Session::server(limits),
        Role::Client => Session::client(limits, || KEY),
    }
}

impl Conversation {
    fn new(name: String, reader: Role) -> Self {
        Self {
            name,
            reader,
            limits: Limits::CHAT,
            heard: Vec::new(),
            seen: Vec::new(),
            said: Vec::new(),
            refused_after: None,
        }
    }

    pub(crate) fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// These bytes come in, after those that came before.
    pub(crate) fn hears(self, text: &str) -> Self {
        self.hears_bytes(&hex(text))
    }

    pub(crate) fn hears_bytes(mut self, bytes: &[u8]) -> Self {
        self.heard.extend_from_slice(bytes);
        self
    }

    /// A frame comes in, masked as its sender must: its first byte and its payload.
    pub(crate) fn hears_frame(self, first: u8, payload: impl AsRef<[u8]>) -> Self {
        let frame = frame_from(self.reader.peer(), first, payload.as_ref());
        self.hears_bytes(&frame)
    }

    pub(crate) fn sees(mut self, seen: Seen) -> Self {
        self.seen.push(seen);
        self
    }

    pub(crate) fn sees_text(self, text: &str) -> Self {
        self.sees(Seen::Text(text.to_owned()))
    }

    /// A frame goes out, masked as this end must.
    pub(crate) fn says_frame(mut self, first: u8, payload: impl AsRef<[u8]>) -> Self {
        let frame = frame_from(self.reader, first, payload.as_ref());
        self.said.extend(frame);
        self
    }

    /// Exactly these bytes go out.
    pub(crate) fn says(mut self, text: &str) -> Self {
        self.said.extend(hex(text));
        self
    }

    /// The peer broke a rule. It is refused at exactly this byte of all that it sent, with a Close of this
    /// code.
    pub(crate) fn refuses(mut self, error: ProtocolError, code: u16, after: usize) -> Self {
        self.seen.push(Seen::Refused(error));
        let close = close_from(self.reader, code, &error.to_string());
        self.said.extend(close);
        self.refused_after = Some(after);
        self
    }

    /// The row as a test.
    pub(crate) fn row(self) -> Trial {
        let name = self.name.clone();
        Trial::test(name, move || {
            self.check();
            Ok(())
        })
    }

    fn check(&self) {
        let all = self.heard.len();
        self.hear_in_pieces(&[]);
        self.hear_in_pieces(&(1..all).collect::<Vec<_>>());
        for cut in places_to_cut(all) {
            self.hear_in_pieces(&[cut]);
        }
    }

    fn hear_in_pieces(&self, cuts: &[usize]) {
        let mut session = session(self.reader, self.limits);
        let (mut seen, mut arrived) = (Vec::new(), 0);
        for piece in pieces(&self.heard, cuts) {
            let happened = hear(&mut session, piece);
            if matches!(happened.last(), Some(Seen::Refused(_))) {
                self.check_refusal(arrived, arrived + piece.len());
            }
            arrived += piece.len();
            seen.extend(happened);
        }
        let cuts = &cuts[..cuts.len().min(3)];
        assert_eq!(seen, self.seen, "seen, cut at {cuts:?}");
        assert_eq!(
            session.outgoing.waiting(),
            self.said,
            "said, cut at {cuts:?}"
        );
        self.check_end(&mut session);
    }

    /// A refusal came when the bytes from `before` to `now` arrived: was that the right moment?
    fn check_refusal(&self, before: usize, now: usize) {
        let due = self.refused_after.unwrap_or(usize::MAX);
        assert!(
            before < due && due <= now,
            "refused by bytes {before} to {now}, due at {due}"
        );
    }

    /// Whoever closed or was refused is not listened to again.
    fn check_end(&self, session: &mut Session) {
        let ended = matches!(self.seen.last(), Some(Seen::Refused(_) | Seen::Close(_)));
        let state = if ended {
            SessionState::Closed
        } else {
            SessionState::Open
        };
        assert_eq!(session.state(), state);
        if ended {
            let ping = frame_from(self.reader.peer(), 0x89, b"still there?");
            assert_eq!(hear(session, &ping), [], "what follows the end is ignored");
            assert_eq!(
                session.outgoing.waiting(),
                self.said,
                "nothing follows a Close"
            );
        }
    }
}

/// Everywhere in a short input; near both ends, and here and there between, in a long one.
pub(crate) fn places_to_cut(len: usize) -> impl Iterator<Item = usize> {
    (1..len).filter(move |&cut| {
        len <= 300 || cut <= 20 || len - cut <= 20 || cut.is_multiple_of(len / 5)
    })
}

/// A row that is not a conversation.
pub(crate) fn row(name: impl Into<String>, check: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        check();
        Ok(())
    })
}
