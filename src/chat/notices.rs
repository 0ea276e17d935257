//! What the server itself says: quotes, a count, news from a file. Each has a thread of its
//! own, which does nothing but wait and tell everyone.

mod news;

use super::Chat;
use super::event::Event;
use crate::date;
use crate::sync::spawn;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// A thread that tells everyone: what it says is small, and goes out without waiting.
const STACK: usize = 256 << 10;

/// Said about networks since there are any.
const QUOTES: [&str; 16] = [
    "A handshake costs one round trip; trust takes longer.",
    "The network is reliable, says the machine that was never unplugged.",
    "Whoever frames messages by hoping that a read brings one, has only tested on loopback.",
    "A length is a promise. Reserve nothing for promises.",
    "There are two hard things: naming, cache invalidation, and counting from zero.",
    "Be strict in what you send; and in what you accept, if others depend on you.",
    "Every timeout is a guess about somebody else's patience.",
    "A queue without a bound is an outage with a delay.",
    "The mask hides nothing. It is there so that nobody can choose what the wire sees.",
    "An error that says what was met and what was expected is half of its repair.",
    "A ping asks only one thing: are you still there?",
    "Nobody reads the specification, everybody implements it.",
    "The last byte of a stream is the one that did not come.",
    "Close politely: the other side may still be reading why.",
    "If it works without a test, it works until Tuesday.",
    "Two clocks never agree, so number your messages.",
];

/// Starts what the settings ask for.
pub(super) fn start(chat: &Arc<Chat>) {
    let settings = &chat.settings;
    if let Some(pause) = settings.quotes {
        every(pause, chat, "quotes", |chat, count| {
            // The next one in a list that nobody knows is as good as a random one.
            let quote = QUOTES[count as usize % QUOTES.len()];
            notify(chat, "quote", quote, None);
        });
    }
    if let Some(pause) = settings.ticks {
        every(pause, chat, "ticks", |chat, count| {
            notify(chat, "tick", &format!("tick {}", count + 1), None);
        });
    }
    if let Some(path) = settings.news.clone() {
        let mut watch = news::Watch::new(path);
        every(news::GLANCE, chat, "news", move |chat, _| {
            for line in watch.fresh_lines() {
                notify(chat, "news", &line.text, line.topic.as_deref());
            }
        });
    }
}

fn notify(chat: &Chat, kind: &str, text: &str, topic: Option<&str>) {
    let at = date::timestamp(date::now());
    chat.notify(
        &Event::Notice {
            kind,
            text,
            topic,
            at: &at,
        },
        topic,
    );
}

/// A thread that does something again and again, while there is a chat.
fn every(
    pause: Duration,
    chat: &Arc<Chat>,
    name: &str,
    mut act: impl FnMut(&Chat, u64) + Send + 'static,
) {
    let chat: Weak<Chat> = Arc::downgrade(chat);
    let run = move || {
        let mut count = 0;
        loop {
            thread::sleep(pause);
            let Some(chat) = chat.upgrade() else { return };
            act(&chat, count);
            count += 1;
        }
    };
    if let Err(error) = spawn(name, STACK, run) {
        log::warn!("no thread for {name}: {error}");
    }
}
