//! §5.5, §5.5.2, §5.5.3: control frames, pings and pongs.

use crate::bytes::{KEY, Seen, frame, frame_from, hear};
use crate::conversation::{client, row, server, session};
use libtest_mimic::Trial;
use ws101::protocol::{Limits, Opcode, ProtocolError, Role, SendError, State};

pub(crate) fn rows() -> Vec<Trial> {
    let mut rows = form();
    rows.extend(pings());
    rows.extend(sending());
    rows
}

fn form() -> Vec<Trial> {
    let mut rows = Vec::new();
    for (id, opcode, first) in [
        ("F17", Opcode::Ping, 0x09),
        ("F18", Opcode::Pong, 0x0a),
        ("F18", Opcode::Close, 0x08),
    ] {
        let error = ProtocolError::ControlFragmented(opcode);
        rows.push(
            server(format!("{id} 5.5 a {opcode:?} without FIN is refused"))
                .hears_frame(first, "k")
                .refuses(error, 1002, 1)
                .row(),
        );
        rows.push(
            client(format!(
                "5.5 a {opcode:?} without FIN from a server is refused"
            ))
            .hears_frame(first, "k")
            .refuses(error, 1002, 1)
            .row(),
        );
    }
    for opcode in [Opcode::Ping, Opcode::Pong, Opcode::Close] {
        let error = ProtocolError::ControlTooLong(opcode);
        let name = format!("F19 5.5 a {opcode:?} of 126 bytes is refused at its second byte");
        rows.push(
            server(name)
                .hears_frame(0x80 | opcode as u8, [b'a'; 126])
                .refuses(error, 1002, 2)
                .row(),
        );
        let name = format!("F19 5.5 a {opcode:?} whose length is in eight bytes too");
        rows.push(
            server(name)
                .hears_bytes(&[0x80 | opcode as u8, 0xff])
                .refuses(error, 1002, 2)
                .row(),
        );
        let name = format!("F19 5.5 a {opcode:?} of 126 bytes from a server is refused");
        rows.push(
            client(name)
                .hears_frame(0x80 | opcode as u8, [b'a'; 126])
                .refuses(error, 1002, 2)
                .row(),
        );
    }
    rows
}

fn pings() -> Vec<Trial> {
    let mut rows = Vec::new();
    for size in [0, 1, 2, 124, 125] {
        let payload: Vec<u8> = (0..size).map(|i| 255 - i as u8).collect();
        rows.push(
            server(format!(
                "F20 5.5.2 a ping of {size} bytes is answered with the same"
            ))
            .hears_frame(0x89, &payload)
            .sees(Seen::Ping(payload.clone()))
            .says_frame(0x8a, &payload)
            .row(),
        );
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
        server("F22 5.5.3 a pong that nobody asked for is not answered")
            .hears_frame(0x8a, "unasked")
            .sees(Seen::Pong(b"unasked".to_vec()))
            .row(),
        client("F22 5.5.3 nor does a client answer one")
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
            assert_eq!(session.state(), State::Closing);
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
