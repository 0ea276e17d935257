//! §4, RFC 9112: requests and answers.

use crate::{cases, in_chunks};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use ws101::protocol::http::{HeadLimits, HeadScanner, RequestHead, ResponseHead};
use ws101::protocol::{Request, Upgrade};

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn a_request_is_judged_alike_however_it_is_cut(
        spoilt in vec((any::<usize>(), select(b"\r\n\0 :\tG/\x80"), any::<bool>()), 0..3),
        sizes in vec(1usize..40, 1..4),
    ) {
        let mut input = Request::new("a", "/", [7; 16]).to_bytes(&[("Cookie", "b")]).expect("fit to send");
        for (at, byte, insert) in spoilt {
            let at = at % input.len();
            if insert { input.insert(at, byte) } else { input[at] = byte }
        }
        let whole = verdict([&input[..]].into_iter(), &input);
        let cut = verdict(in_chunks(&input, &sizes), &input);
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn our_two_ends_agree_on_a_handshake(
        nonce in any::<[u8; 16]>(),
        target in "/[!-\"$-~]{0,20}",
        offered in btree_set("[a-zA-Z0-9.!#$%&'*+^_`|~-]{1,8}", 0..4),
        supported in vec("[a-c]{1,2}", 0..4),
    ) {
        let offered: Vec<&str> = offered.iter().map(String::as_str).collect();
        let supported: Vec<&str> = supported.iter().map(String::as_str).collect();
        let request = Request::new("a:1", &target, nonce).protocols(&offered);
        let bytes = request.to_bytes(&[("Origin", "http://a:1")]).expect("fit to send");
        let head = RequestHead::parse(&bytes, HeadLimits::DEFAULT).expect("a request");
        prop_assert_eq!(head.target, &target);
        let upgrade = Upgrade::check(&head).expect("an upgrade");
        prop_assert_eq!(upgrade.protocols(), &offered[..]);
        let chosen = upgrade.choose_protocol(&supported);
        prop_assert_eq!(chosen, offered.iter().copied().find(|offer| supported.contains(offer)));
        let answer = upgrade.response(chosen).expect("an offer");
        let (head, size) = ResponseHead::decode(&answer).expect("HTTP").expect("complete");
        prop_assert_eq!(size, answer.len());
        prop_assert_eq!(request.check(&head), Ok(chosen));
    }
}

/// Where the head lies and what the handshake says to it, or why not.
fn verdict<'a>(pieces: impl Iterator<Item = &'a [u8]>, input: &[u8]) -> String {
    let (mut scanner, mut arrived) = (HeadScanner::new(HeadLimits::DEFAULT), 0);
    for piece in pieces {
        arrived += piece.len();
        match scanner.scan(&input[..arrived]) {
            Ok(None) => {}
            Ok(Some(found)) => {
                let head = RequestHead::parse(&input[found.clone()], HeadLimits::DEFAULT);
                let upgrade = head.and_then(|head| Upgrade::check(&head));
                return format!("{found:?} {upgrade:?}");
            }
            Err(error) => return format!("{error:?}"),
        }
    }
    "incomplete".to_owned()
}
