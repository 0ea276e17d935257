//! §8.1, §5.5.1: text, and the sentence in a Close.

use crate::{cases, in_chunks};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use ws101::protocol::{CloseCode, CloseReason, Utf8Decoder, from_utf8};

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn text_in_pieces_is_text(
        parts in vec(prop_oneof![
            "\\PC{0,4}".prop_map(String::into_bytes),
            select(vec![&b"\xe2\x82"[..], b"\xf0\x9f", b"\xf0\x9f\x98", b"\xac", b"\x80", b"\xc3"])
                .prop_map(<[u8]>::to_vec),
            vec(any::<u8>(), 0..3),
        ], 0..6),
        sizes in vec(1usize..9, 1..4),
    ) {
        let bytes = parts.concat();
        let (mut decoder, mut text) = (Utf8Decoder::new(), String::new());
        let pushed = in_chunks(&bytes, &sizes).try_for_each(|piece| {
            let pushed = decoder.push(piece, &mut text);
            assert!(bytes.starts_with(text.as_bytes()), "what was said is not taken back");
            pushed
        });
        let whole = pushed.and_then(|()| decoder.finish()).map(|()| text.as_str());
        prop_assert_eq!(whole, from_utf8(&bytes), "what is wrong is the same in pieces");
        prop_assert_eq!(from_utf8(&bytes).ok(), std::str::from_utf8(&bytes).ok());
    }

    #[test]
    fn a_reason_is_cut_as_late_as_possible(text in "\\PC{0,140}") {
        let reason = CloseReason::new(CloseCode::NORMAL, &text).text;
        prop_assert!(reason.len() <= CloseReason::MAX_TEXT && text.starts_with(reason));
        if let Some(next) = text[reason.len()..].chars().next() {
            prop_assert!(reason.len() + next.len_utf8() > CloseReason::MAX_TEXT);
        }
    }
}
