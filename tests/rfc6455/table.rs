//! The rows that every level shares, by a session in memory.

use crate::conversation::{Conversation, client, server};
use crate::rows::{self, Outcome, Row};
use libtest_mimic::Trial;
use ws101::protocol::Role;

pub(crate) fn rows() -> Vec<Trial> {
    rows::all().into_iter().map(in_memory).collect()
}

fn in_memory(row: Row) -> Trial {
    let name = format!("{} {} {}", row.id, row.section, row.title);
    let reader = match row.from {
        Role::Client => server(name),
        Role::Server => client(name),
    };
    let conversation = reader.hears_bytes(&row.bytes);
    match row.outcome {
        Outcome::Refused { rule, error, after } => conversation.refuses(error, rule.close, after),
        Outcome::Taken(steps) => {
            let end = steps.iter().position(rows::Step::is_end);
            let taken = &steps[..end.map_or(steps.len(), |end| end + 1)];
            taken.iter().fold(conversation, sees_and_answers)
        }
    }
    .row()
}

fn sees_and_answers(conversation: Conversation, step: &rows::Step) -> Conversation {
    let conversation = match &step.event {
        Some(event) => conversation.sees(event.clone()),
        None => conversation,
    };
    match step.answer() {
        Some((first, payload)) => conversation.says_frame(first, payload),
        None => conversation,
    }
}
