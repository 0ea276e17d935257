//! §5.7: the examples of the standard, read and written.

use crate::conversation::{client, row, server};
use crate::kit::bytes::{KEY, Seen, hex};
use libtest_mimic::Trial;
use ws101::protocol::{Frame, MaskKey, Opcode};

pub(crate) fn rows() -> Vec<Trial> {
    let counting = |len: usize| (0..len).map(|i| i as u8).collect::<Vec<_>>();
    let (small, large) = (counting(256), counting(65_536));
    let small_frame = [hex("82 7e 01 00"), small.clone()].concat();
    let large_frame = [hex("82 7f 00 00 00 00 00 01 00 00"), large.clone()].concat();
    vec![
        client("5.7 a text message without a mask, read")
            .hears("81 05 48 65 6c 6c 6f")
            .sees_text("Hello")
            .row(),
        server("5.7 a masked text message, read")
            .hears("81 85 37 fa 21 3d 7f 9f 4d 51 58")
            .sees_text("Hello")
            .row(),
        client("5.7 a fragmented text message, read")
            .hears("01 03 48 65 6c")
            .hears("80 02 6c 6f")
            .sees_text("Hello")
            .row(),
        client("5.7 a ping, read, and the masked pong to it")
            .hears("89 05 48 65 6c 6c 6f")
            .sees(Seen::Ping(b"Hello".to_vec()))
            .says("8a 85 37 fa 21 3d 7f 9f 4d 51 58")
            .row(),
        server("5.7 the masked pong, read")
            .hears("8a 85 37 fa 21 3d 7f 9f 4d 51 58")
            .sees(Seen::Pong(b"Hello".to_vec()))
            .row(),
        client("5.7 256 bytes of binary, read")
            .hears_bytes(&small_frame)
            .sees(Seen::Binary(small.clone()))
            .row(),
        client("5.7 64 KiB of binary, read")
            .hears_bytes(&large_frame)
            .sees(Seen::Binary(large.clone()))
            .row(),
        row("5.7 all of them, written", move || {
            let text = |fin, opcode, payload: &str| written(fin, opcode, payload.as_bytes(), None);
            assert_eq!(
                text(true, Opcode::Text, "Hello"),
                hex("81 05 48 65 6c 6c 6f")
            );
            assert_eq!(text(false, Opcode::Text, "Hel"), hex("01 03 48 65 6c"));
            assert_eq!(text(true, Opcode::Continuation, "lo"), hex("80 02 6c 6f"));
            assert_eq!(
                text(true, Opcode::Ping, "Hello"),
                hex("89 05 48 65 6c 6c 6f")
            );
            let masked = |opcode| written(true, opcode, b"Hello", Some(KEY));
            assert_eq!(
                masked(Opcode::Text),
                hex("81 85 37 fa 21 3d 7f 9f 4d 51 58")
            );
            assert_eq!(
                masked(Opcode::Pong),
                hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58")
            );
            assert_eq!(written(true, Opcode::Binary, &small, None), small_frame);
            assert_eq!(written(true, Opcode::Binary, &large, None), large_frame);
        }),
    ]
}

fn written(fin: bool, opcode: Opcode, payload: &[u8], key: Option<MaskKey>) -> Vec<u8> {
    let mut out = b"before".to_vec();
    Frame {
        fin,
        opcode,
        payload,
    }
    .encode(key, &mut out);
    out.split_off(b"before".len())
}
