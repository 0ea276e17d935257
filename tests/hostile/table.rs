//! F, M, C: the rows that every level shares, as bytes to the real server. What breaks a rule is
//! answered with one Close that says why; what does not is taken, and the connection stays.

use crate::kit::bytes::{Seen, frame_from};
use crate::kit::client::raw::{ENDPOINTS, RawClient};
use crate::kit::client::target::Target;
use crate::rows::{self, Outcome, Row, Step};
use crate::witnessed::SharedServer;
use libtest_mimic::Trial;
use std::sync::Arc;
use ws101::Role;

/// How a client comes to one of the server's WebSockets.
type Connect = fn(Target) -> RawClient;

pub(crate) fn rows(shared: &Arc<SharedServer>) -> Vec<Trial> {
    let from_clients = rows::all()
        .into_iter()
        .filter(|row| row.from == Role::Client);
    let everywhere = from_clients.flat_map(|row| ENDPOINTS.map(|there| (row.clone(), there)));
    everywhere
        .flat_map(|(row, (connect, there))| {
            let (id, title) = (row.id, &row.title);
            let in_chat = !there.is_empty();
            match row.outcome {
                Outcome::Refused { rule, after, .. } => {
                    let (close, bytes) = (rule.close, row.bytes);
                    shared.row(format!("{id} {title}: {close}{there}"), move |target| {
                        refuses(connect, target, &bytes, after, close);
                    })
                }
                // The chat takes no text but its own.
                Outcome::Taken(ref steps) if in_chat && steps.iter().any(is_message) => Vec::new(),
                Outcome::Taken(ref steps) => {
                    let (steps, name) = (steps.clone(), format!("{id} {title}{there}"));
                    shared.row(name, move |target| {
                        takes(connect(target), &steps, &row, in_chat);
                    })
                }
            }
        })
        .collect()
}

fn is_message(step: &Step) -> bool {
    matches!(step.event, Some(Seen::Text(_) | Seen::Binary(_)))
}

/// All bytes are refused, and so are no more than those that show why: nothing follows them.
fn refuses(connect: Connect, target: Target, bytes: &[u8], after: usize, close: u16) {
    for sent in [bytes, &bytes[..after]] {
        let mut wire = connect(target);
        wire.send(sent);
        let sentence = wire.expect_close(close);
        assert!(!sentence.is_empty(), "the Close says why");
    }
}

/// Each frame is answered before the next one is sent; what follows a Close comes with it.
fn takes(mut wire: RawClient, steps: &[Step], row: &Row, in_chat: bool) {
    let mut rest = row.bytes.as_slice();
    for step in steps {
        let frame = frame_from(Role::Client, step.first, &step.payload);
        let (frame, later) = rest.split_at(frame.len());
        if step.is_end() {
            wire.send(rest);
            let (first, payload) = step.answer().expect("a Close is answered");
            wire.expect_bytes(&frame_from(Role::Server, first, &payload));
            return wire.expect_prompt_end();
        }
        wire.send(frame);
        rest = later;
        if let Some((first, payload)) = step.answer().or_else(|| echo(step)) {
            wire.expect_frame(first, payload);
        }
    }
    if in_chat {
        wire.send_frame(0x89, "still here?");
        wire.expect_frame(0x8a, "still here?");
    } else {
        wire.echo("still here?");
    }
}

fn echo(step: &Step) -> Option<(u8, Vec<u8>)> {
    match step.event.as_ref()? {
        Seen::Text(text) => Some((0x81, text.clone().into_bytes())),
        Seen::Binary(bytes) => Some((0x82, bytes.clone())),
        _ => None,
    }
}
