//! What the server itself says: quotations, a count, news from a file. Each has a thread of its own, which
//! does nothing but wait and notify everyone.

mod news;

use super::event::Event;
use super::settings::Settings;
use crate::sync::spawn;
use crate::time;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

/// What such a thread sends is small, and goes out without waiting.
const STACK: usize = 256 << 10;

/// Said about networks for as long as there have been any.
const QUOTES: [&str; 16] = [
    "A handshake costs one round trip; trust takes longer.",
    "The network is reliable, says the machine that was never unplugged.",
    "A program that hopes for one message a read has only been tested on loopback.",
    "A length is a promise. Reserve nothing for promises.",
    "There are two hard things: naming, cache invalidation, and counting from zero.",
    "Be strict in what you send; and in what you accept, if others depend on you.",
    "Every timeout is a guess about someone else's patience.",
    "A queue without a bound is an outage with a delay.",
    "The mask hides nothing. It keeps a page from choosing the bytes on the wire.",
    "An error that says what was met and what was expected is half of its repair.",
    "A ping asks only one thing: are you still there?",
    "Few read the specification, and all implement it.",
    "The last byte of a stream is the one that did not come.",
    "Close politely: the other side may still be reading why.",
    "If it works without a test, it works until Tuesday.",
    "Two clocks never agree, so number your messages.",
];

/// Everyone who is notified.
pub(super) trait Audience: Send + Sync {
    /// Sends `event` to every named member that follows `topic`, or to all of them.
    fn notify(&self, event: &Event<'_>, topic: Option<&str>);
}

/// Starts what the settings ask for.
pub(super) fn start(settings: &Settings, audience: &Arc<impl Audience + 'static>) {
    if let Some(pause) = settings.quotes {
        every(pause, audience, "quotes", |audience, count| {
            // The next one in a list that readers do not know is as good as a random one.
            let quote = QUOTES[count as usize % QUOTES.len()];
            notify(audience, "quote", quote, None);
        });
    }
    if let Some(pause) = settings.ticks {
        every(pause, audience, "ticks", |audience, count| {
            notify(audience, "tick", &format!("tick {}", count + 1), None);
        });
    }
    if let Some(path) = settings.news.clone() {
        let mut watch = news::Watch::new(path);
        every(news::GLANCE, audience, "news", move |audience, _| {
            for line in watch.fresh_lines() {
                notify(audience, "news", &line.text, line.topic.as_deref());
            }
        });
    }
}

fn notify(audience: &impl Audience, kind: &str, text: &str, topic: Option<&str>) {
    let at = time::timestamp(time::now());
    audience.notify(
        &Event::Notice {
            kind,
            text,
            topic,
            at: &at,
        },
        topic,
    );
}

/// Starts a thread that does something again and again, as long as there is an audience.
fn every<A: Audience + 'static>(
    pause: Duration,
    audience: &Arc<A>,
    name: &str,
    mut act: impl FnMut(&A, u64) + Send + 'static,
) {
    let audience: Weak<A> = Arc::downgrade(audience);
    let run = move || {
        let mut count = 0;
        loop {
            thread::sleep(pause);
            let Some(audience) = audience.upgrade() else {
                return;
            };
            act(&audience, count);
            count += 1;
        }
    };
    if let Err(error) = spawn(name, STACK, run) {
        log::warn!("no thread for {name}: {error}");
    }
}
