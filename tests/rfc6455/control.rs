//! §5.5, §5.5.2, §5.5.3: control frames, pings and pongs.

use crate::conversation::{client, row, server, session};
use crate::kit::bytes::{KEY, Seen, frame, frame_from, hear};
use libtest_mimic::Trial;
use ws101::protocol::{Limits, Role, SendError, SessionState};

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = pings();
    rows.extend(sending());
    rows
}

fn pings() -> Vec<Trial> {
    let mut rows = Vec::new();
    for size in [0, 1, 2, 124, 125] {
        let payload: Vec<u8> = (0..size).map(|i| 255 - i as u8).collect();
        rows.push(
            client(format!(
                "5.5.2 a client answers a ping of {size} bytes, masked"
            ))
            .hears_frame(0x89, &payload)
            .sees(Seen::Ping(payload.clone()))
            .says_frame(0x8a, &payload)
            .row(),
        );
    }
    rows.extend([
        server("5.5.2 pings are answered in their order")
            .hears_frame(0x89, "1")
            .hears_frame(0x89, "2")
            .sees(Seen::Ping(b"1".to_vec()))
            .sees(Seen::Ping(b"2".to_vec()))
            .says_frame(0x8a, "1")
            .says_frame(0x8a, "2")
            .row(),
        server("5.5.2 a ping's payload need not be text")
            .hears_frame(0x89, [0xff, 0xfe, 0x00])
            .sees(Seen::Ping(vec![0xff, 0xfe, 0x00]))
            .says_frame(0x8a, [0xff, 0xfe, 0x00])
            .row(),
        client("5.5.3 a client does not answer a pong")
            .hears_frame(0x8a, "unasked")
            .sees(Seen::Pong(b"unasked".to_vec()))
            .row(),
        server("5.5.3 a pong of 125 bytes is accepted")
            .hears_frame(0x8a, [b'p'; 125])
            .sees(Seen::Pong(vec![b'p'; 125]))
            .row(),
        row("5.5.2 after our Close a ping is not answered", || {
            let mut session = session(Role::Server, Limits::CHAT);
            session.outgoing.close(None);
            let heard = hear(&mut session, &frame_from(Role::Client, 0x89, b"late"));
            assert_eq!(heard, [Seen::Ping(b"late".to_vec())]);
            let close = frame_from(Role::Server, 0x88, b"");
            assert_eq!(session.outgoing.waiting(), close);
            assert_eq!(session.state(), SessionState::Closing);
        }),
    ]);
    rows
}

fn sending() -> Vec<Trial> {
    vec![
        row(
            "5.5 a ping or pong of 125 bytes is sent, one of 126 is not",
            || {
                for role in [Role::Server, Role::Client] {
                    let mut session = session(role, Limits::CHAT);
                    let out = &mut session.outgoing;
                    assert_eq!(out.ping(&[b'x'; 126]), Err(SendError::ControlTooLong(126)));
                    assert_eq!(out.pong(&[b'x'; 126]), Err(SendError::ControlTooLong(126)));
                    assert_eq!(out.waiting(), b"", "nothing of what was refused is sent");
                    assert_eq!(out.ping(&[b'x'; 125]), Ok(()));
                    assert_eq!(out.pong(&[b'y'; 125]), Ok(()));
                    let key = (role == Role::Client).then_some(KEY);
                    let ping = frame(0x89, key, &[b'x'; 125]);
                    let pong = frame(0x8a, key, &[b'y'; 125]);
                    assert_eq!(out.waiting(), [ping, pong].concat());
                }
            },
        ),
        row("5.5 what was written is not written again", || {
            let mut session = session(Role::Server, Limits::CHAT);
            session.outgoing.ping(b"1").expect("open");
            session.outgoing.written();
            assert_eq!(session.outgoing.waiting(), b"");
            session.outgoing.ping(b"2").expect("open");
            let mut taken = b"old".to_vec();
            session.outgoing.take_waiting(&mut taken);
            assert_eq!(taken, frame_from(Role::Server, 0x89, b"2"));
            assert_eq!(session.outgoing.waiting(), b"");
        }),
    ]
}
