//! §7: the closing handshake. Each row: where a session stands, what is done, what follows.

use crate::conversation::{row, session};
use crate::kit::bytes::{Seen, close_from, frame_from, hear, hex};
use libtest_mimic::Trial;
use ws101::protocol::{
    CloseCode, CloseReason, Limits, Message, ProtocolError, Role, SendError, Session, SessionState,
};

/// Where a session stands before something is done.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Before {
    Open,
    /// A text message has begun.
    InMessage,
    /// We sent Close(1000).
    WeClosed,
    /// They sent Close(1001), and it was answered.
    TheyClosed,
    /// The peer broke a rule, and was sent a Close.
    Failed,
}

#[derive(Debug, Clone, Copy)]
enum Act {
    SendText,
    Ping,
    Pong,
    /// With code 4000.
    Close,
    HearText,
    HearPing,
    /// With code 1000.
    HearClose,
    HearMistake,
}

/// What an act must lead to.
struct After {
    state: SessionState,
    /// What went out on account of it: a frame's first byte and payload.
    said: Option<(u8, &'static [u8])>,
    seen: Option<Seen>,
    refused: bool,
}

const MISTAKE: ProtocolError = ProtocolError::ReservedBitsSet(0x40);

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = transitions();
    rows.extend(whole_lives());
    rows
}

#[rustfmt::skip] // A table.
fn transitions() -> Vec<Trial> {
    use Act::{Close, HearClose, HearMistake, HearPing, HearText, Ping, Pong, SendText};
    use Before::{Failed, InMessage, Open, TheyClosed, WeClosed};
    let text = || Some(Seen::Text("t".to_owned()));
    let ping = || Some(Seen::Ping(b"p".to_vec()));
    let closed = || Some(Seen::Close(Some((1000, String::new()))));
    let mistake = || Some(Seen::Refused(MISTAKE));
    let fine = |state, said, seen| After { state, said, seen, refused: false };
    let refused = |state| After { state, said: None, seen: None, refused: true };
    let mut table = vec![
        (Open, SendText, fine(SessionState::Open, Some((0x81, b"t".as_slice())), None)),
        (Open, Ping, fine(SessionState::Open, Some((0x89, b"p")), None)),
        (Open, Pong, fine(SessionState::Open, Some((0x8a, b"p")), None)),
        (Open, Close, fine(SessionState::Closing, Some((0x88, b"\x0f\xa0")), None)),
        (Open, HearText, fine(SessionState::Open, None, text())),
        (Open, HearPing, fine(SessionState::Open, Some((0x8a, b"p")), ping())),
        (Open, HearClose, fine(SessionState::Closed, Some((0x88, b"\x03\xe8")), closed())),
        (Open, HearMistake, fine(SessionState::Closed, Some((0x88, b"\x03\xea")), mistake())),
        // What they have begun hinders us in nothing.
        (InMessage, SendText, fine(SessionState::Open, Some((0x81, b"t")), None)),
        (InMessage, Close, fine(SessionState::Closing, Some((0x88, b"\x0f\xa0")), None)),
        (InMessage, HearPing, fine(SessionState::Open, Some((0x8a, b"p")), ping())),
        (InMessage, HearClose, fine(SessionState::Closed, Some((0x88, b"\x03\xe8")), closed())),
        (InMessage, HearMistake, fine(SessionState::Closed, Some((0x88, b"\x03\xea")), mistake())),
        // §5.5.1: nothing is sent after our Close; they may still send until theirs.
        (WeClosed, SendText, refused(SessionState::Closing)),
        (WeClosed, Ping, refused(SessionState::Closing)),
        (WeClosed, Pong, refused(SessionState::Closing)),
        (WeClosed, Close, fine(SessionState::Closing, None, None)),
        (WeClosed, HearText, fine(SessionState::Closing, None, text())),
        (WeClosed, HearPing, fine(SessionState::Closing, None, ping())),
        (WeClosed, HearClose, fine(SessionState::Closed, None, closed())),
        (WeClosed, HearMistake, fine(SessionState::Closed, None, mistake())),
    ];
    for before in [TheyClosed, Failed] {
        table.extend([SendText, Ping, Pong].map(|act| (before, act, refused(SessionState::Closed))));
        let ignored = [Close, HearText, HearPing, HearClose, HearMistake];
        table.extend(ignored.map(|act| (before, act, fine(SessionState::Closed, None, None))));
    }
    let rows = table.into_iter().map(|(before, act, after)| {
        row(format!("7.1 {before:?}, then {act:?}: {:?}", after.state), move || {
            transition(Role::Server, before, act, &after);
            transition(Role::Client, before, act, &after);
        })
    });
    rows.collect()
}

fn transition(role: Role, before: Before, act: Act, after: &After) {
    let mut session = session(role, Limits::CHAT);
    bring_to(&mut session, role.peer(), before);
    session.outgoing.written();
    let (sent, seen) = perform(&mut session, role.peer(), act);

    assert_eq!(session.state(), after.state, "{role:?}");
    assert_eq!(seen, Vec::from_iter(after.seen.clone()), "{role:?}");
    let expected = if after.refused {
        Err(SendError::AfterClose)
    } else {
        Ok(())
    };
    assert_eq!(sent, expected, "{role:?}");
    let said = match &after.said {
        // The Close that names a broken rule says which.
        Some((0x88, b"\x03\xea")) => close_from(role, 1002, &MISTAKE.to_string()),
        Some((first, payload)) => frame_from(role, *first, payload),
        None => Vec::new(),
    };
    assert_eq!(session.outgoing.waiting(), said, "{role:?}");
}

fn bring_to(session: &mut Session, peer: Role, before: Before) {
    match before {
        Before::Open => {}
        Before::InMessage => drop(hear(session, &frame_from(peer, 0x01, b"beg"))),
        Before::WeClosed => session.outgoing.close_with(CloseCode::NORMAL, ""),
        Before::TheyClosed => drop(hear(session, &close_from(peer, 1001, ""))),
        Before::Failed => drop(hear(session, &hex("ff"))),
    }
}

fn perform(session: &mut Session, peer: Role, act: Act) -> (Result<(), SendError>, Vec<Seen>) {
    let out = &mut session.outgoing;
    match act {
        Act::SendText => (out.send(Message::Text("t")), Vec::new()),
        Act::Ping => (out.ping(b"p"), Vec::new()),
        Act::Pong => (out.pong(b"p"), Vec::new()),
        Act::Close => {
            let code = CloseCode::new(4000).expect("for private use");
            out.close(Some(CloseReason::new(code, "")));
            (Ok(()), Vec::new())
        }
        Act::HearText => (Ok(()), hear(session, &frame_from(peer, 0x81, b"t"))),
        Act::HearPing => (Ok(()), hear(session, &frame_from(peer, 0x89, b"p"))),
        Act::HearClose => (Ok(()), hear(session, &close_from(peer, 1000, ""))),
        Act::HearMistake => (Ok(()), hear(session, &hex("c1"))),
    }
}

fn whole_lives() -> Vec<Trial> {
    vec![
        row(
            "C22 7.1.4 both close at once: one Close each way, both are done",
            || {
                let (mut ours, mut theirs) = pair();
                ours.outgoing.close_with(CloseCode::GOING_AWAY, "server");
                theirs.outgoing.close_with(CloseCode::NORMAL, "client");
                let (to_them, to_us) = (take(&mut ours), take(&mut theirs));
                let seen = |code, text: &str| [Seen::Close(Some((code, text.to_owned())))];
                assert_eq!(hear(&mut ours, &to_us), seen(1000, "client"));
                assert_eq!(hear(&mut theirs, &to_them), seen(1001, "server"));
                assert_eq!((take(&mut ours), take(&mut theirs)), (vec![], vec![]));
                assert_eq!(ours.state(), SessionState::Closed);
                assert_eq!(theirs.state(), SessionState::Closed);
            },
        ),
        row(
            "C20 7.1.7 we close with 1002, they answer 1000: a clean end",
            || {
                let mut session = session(Role::Server, Limits::CHAT);
                session.outgoing.close_with(CloseCode::PROTOCOL_ERROR, "");
                assert_eq!(session.state(), SessionState::Closing);
                let seen = hear(&mut session, &close_from(Role::Client, 1000, ""));
                assert_eq!(seen, [Seen::Close(Some((1000, String::new())))]);
                assert_eq!(session.state(), SessionState::Closed);
            },
        ),
        row(
            "7.1.2 who closes is answered with the same code, and both are done",
            || {
                for closer in [Role::Client, Role::Server] {
                    let (server, client) = pair();
                    let (mut first, mut second) = match closer {
                        Role::Client => (client, server),
                        Role::Server => (server, client),
                    };
                    first.outgoing.close_with(CloseCode::GOING_AWAY, "bye");
                    hear(&mut second, &take(&mut first));
                    let answer = take(&mut second);
                    assert_eq!(answer, close_from(closer.peer(), 1001, ""));
                    hear(&mut first, &answer);
                    assert_eq!(
                        (first.state(), second.state()),
                        (SessionState::Closed, SessionState::Closed)
                    );
                    assert!(take(&mut first).is_empty(), "an answer is not answered");
                }
            },
        ),
        row(
            "7.1.7 after a mistake nothing is read, whatever comes",
            || {
                let mut session = session(Role::Server, Limits::CHAT);
                hear(&mut session, &hex("81 05"));
                let said = session.outgoing.waiting().to_vec();
                let more = frame_from(Role::Client, 0x89, b"still there?").repeat(1000);
                assert_eq!(hear(&mut session, &more), []);
                assert_eq!(session.outgoing.waiting(), said);
            },
        ),
        row("7.1.7 what comes after the end takes no memory", || {
            for end in [close_from(Role::Client, 1000, ""), hex("ff")] {
                let mut session = session(Role::Server, Limits::CHAT);
                hear(&mut session, &end);
                for _ in 0..40 {
                    let space = session.incoming.space().expect("there is memory").len();
                    // As much as a read takes, and no more than reads ever take.
                    assert!((1..=256 << 10).contains(&space), "space for {space}");
                    session.incoming.filled(space);
                    assert_eq!(session.next_event(), Ok(None));
                }
            }
        }),
    ]
}

/// A server and a client.
fn pair() -> (Session, Session) {
    (
        session(Role::Server, Limits::CHAT),
        session(Role::Client, Limits::CHAT),
    )
}

fn take(session: &mut Session) -> Vec<u8> {
    let mut taken = Vec::new();
    session.outgoing.take_waiting(&mut taken);
    taken
}
