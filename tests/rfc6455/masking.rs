//! §5.3: what a client does to its payloads, and a server does not.

use crate::conversation::row;
use crate::kit::bytes::{KEY, Seen, close_from, frame, frame_from, hear, hex};
use libtest_mimic::Trial;
use ws101::protocol::{
    CloseCode, CloseReason, Frame, Limits, MaskKey, Message, Opcode, Role, Session, mask,
};

pub(crate) fn rows() -> Vec<Trial> {
    vec![
        row("5.3 byte i is XORed with byte i mod 4 of the key", || {
            let mut payload = *b"Hello, mask";
            mask::apply(KEY, &mut payload);
            let masked: Vec<u8> = (0..11).map(|i| b"Hello, mask"[i] ^ KEY.0[i % 4]).collect();
            assert_eq!(payload[..], masked);
            mask::apply(KEY, &mut payload);
            assert_eq!(&payload, b"Hello, mask", "twice is nothing");
        }),
        row("5.3 the key stands between length and payload", || {
            let mut out = Vec::new();
            Frame::whole(Opcode::Binary, &[0; 126]).encode(Some(KEY), &mut out);
            assert_eq!(out[..8], hex("82 fe 00 7e 37 fa 21 3d"));
            assert_eq!(out.len(), 8 + 126, "masking does not change the length");
        }),
        row("5.3 a key of zeros is a key", || {
            let mut session = Session::server(Limits::CHAT);
            let heard = hear(&mut session, &hex("81 82 00 00 00 00 48 69"));
            assert_eq!(heard, [Seen::Text("Hi".to_owned())]);
        }),
        row(
            "5.3 every frame of a client takes the next key",
            a_fresh_key_each,
        ),
        row("5.3 what is refused takes no key", || {
            let mut session = counting_client();
            assert!(session.outgoing.ping(&[0; 126]).is_err());
            session.outgoing.close(None);
            assert!(session.outgoing.send(Message::Text("late")).is_err());
            assert_eq!(
                session.outgoing.waiting(),
                frame(0x88, Some(nth_key(0)), b"")
            );
        }),
        row("5.1 no frame of a server is masked", || {
            let mut session = Session::server(Limits::CHAT);
            say_everything(&mut session, Role::Client);
            let expected = hex("81 02 48 69 82 03 01 02 03 89 01 70 8a 01 70 8a 00 88 02 03 e8");
            assert_eq!(session.outgoing.waiting(), expected);
        }),
    ]
}

fn a_fresh_key_each() {
    let mut session = counting_client();
    say_everything(&mut session, Role::Server);
    let frames: [(u8, &[u8]); 6] = [
        (0x81, b"Hi"),
        (0x82, &[1, 2, 3]),
        (0x89, b"p"),
        (0x8a, b"p"),
        (0x8a, b""),
        (0x88, &[0x03, 0xe8]),
    ];
    let expected: Vec<u8> = (0..)
        .zip(frames)
        .flat_map(|(n, (first, payload))| frame(first, Some(nth_key(n)), payload))
        .collect();
    assert_eq!(session.outgoing.waiting(), expected);

    // So does the Close that answers a Close, and the one that names a broken rule.
    let mut session = counting_client();
    hear(&mut session, &close_from(Role::Server, 1001, "bye"));
    assert_eq!(
        session.outgoing.waiting(),
        frame(0x88, Some(nth_key(0)), &[0x03, 0xe9])
    );
    let mut session = counting_client();
    hear(&mut session, &hex("ff"));
    assert_eq!(session.outgoing.waiting()[2..6], nth_key(0).0);
}

/// Every kind of frame, the answer to a ping among them.
fn say_everything(session: &mut Session, peer: Role) {
    let said = "nothing is closed yet";
    session.outgoing.send(Message::Text("Hi")).expect(said);
    session
        .outgoing
        .send(Message::Binary(&[1, 2, 3]))
        .expect(said);
    session.outgoing.ping(b"p").expect(said);
    hear(session, &frame_from(peer, 0x89, b"p"));
    session.outgoing.pong(b"").expect(said);
    session
        .outgoing
        .close(Some(CloseReason::new(CloseCode::NORMAL, "")));
}

/// A client whose keys are numbered.
fn counting_client() -> Session {
    let mut n = 0;
    Session::client(Limits::CHAT, move || {
        n += 1;
        nth_key(n - 1)
    })
}

fn nth_key(n: u32) -> MaskKey {
    MaskKey(
        n.wrapping_mul(0x9e37_79b9)
            .wrapping_add(0x0102_0304)
            .to_be_bytes(),
    )
}
