//! Whom we do not want to hear. The server keeps their whispers away; lines in rooms are sent to all, so these
//! are not shown here. What counts is the person, not the name.

use super::{Act, Conversation, Phase};
use crate::cli::chat::request;
use std::collections::HashMap;

/// Most names whose person is remembered. When there are more, all of them are learnt again.
const MOST_NAMES: usize = 4_096;

#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// Whose a name is, as last heard. The keys are in lower case.
    persons: HashMap<String, String>,
    /// The person, and the name as it was typed.
    ignored: Vec<(String, String)>,
}

impl Ignored {
    /// A name is this person's.
    pub(super) fn meet(&mut self, name: &str, person: &str) {
        if self.persons.len() >= MOST_NAMES {
            self.persons.clear();
        }
        self.persons.insert(name.to_lowercase(), person.to_owned());
    }

    pub(super) fn hides(&self, name: &str) -> bool {
        let person = self.persons.get(&name.to_lowercase());
        person.is_some_and(|person| self.ignored.iter().any(|(ignored, _)| ignored == person))
    }

    /// Ignores the one of this name, or hears them again: which of both? `None`: who is that?
    fn toggle(&mut self, name: &str) -> Option<bool> {
        let is_it = |(_, typed): &(String, String)| typed.to_lowercase() == name.to_lowercase();
        let known = self.persons.get(&name.to_lowercase()).cloned();
        let ignored = (self.ignored.iter())
            .position(|ignored| known.as_ref() == Some(&ignored.0) || is_it(ignored));
        match (ignored, known) {
            (Some(index), _) => {
                self.ignored.remove(index);
                Some(false)
            }
            (None, Some(person)) => {
                self.ignored.push((person, name.to_owned()));
                Some(true)
            }
            (None, None) => None,
        }
    }
}

impl Conversation {
    pub(super) fn ignore(&mut self, name: Option<&str>) {
        let Some(name) = name else {
            let names = self.ignored.ignored.iter().map(|(_, name)| name.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            return match names.is_empty() {
                true => self.note("you ignore no one"),
                false => self.note(&format!("you ignore {names}")),
            };
        };
        if name == self.name {
            return self.refuse("that is you");
        }
        match self.ignored.toggle(name) {
            None => self.refuse(&format!(
                "no one called {name} is in a room of yours or has whispered to you"
            )),
            Some(hidden) => {
                let how = if hidden { "hidden" } else { "shown again" };
                self.note(&format!("{name} is {how}"));
                if self.phase == Phase::Here {
                    self.send_ignored();
                }
            }
        }
    }

    /// The server knows it for a session; perhaps this is another one.
    pub(super) fn ignore_again(&mut self) {
        if !self.ignored.ignored.is_empty() {
            self.send_ignored();
        }
    }

    fn send_ignored(&mut self) {
        let persons = self
            .ignored
            .ignored
            .iter()
            .map(|(person, _)| person.as_str());
        let json = request::ignore(&persons.collect::<Vec<_>>());
        self.acts.push(Act::Send(json));
    }
}
