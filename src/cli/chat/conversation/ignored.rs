//! The persons whose lines we do not want to see, whatever name they go by.
//!
//! The server holds back their whispers. It sends a room's lines to everyone, so these are hidden here.

use std::collections::HashMap;

/// The most names whose persons are remembered. Beyond it all are forgotten, and learnt again.
const MOST_NAMES: usize = 4_096;

#[derive(Debug, Default)]
pub(super) struct Ignored {
    /// The person who bears a name, as last heard. The keys are in lower case.
    persons: HashMap<String, String>,
    /// Each person that is ignored, with the name as it was typed.
    ignored: Vec<(String, String)>,
}

impl Ignored {
    /// Learns which person bears a name.
    pub(super) fn learn(&mut self, name: &str, person: &str) {
        if self.persons.len() >= MOST_NAMES {
            self.persons.clear();
        }
        self.persons.insert(name.to_lowercase(), person.to_owned());
    }

    /// Whether the person of this name is ignored.
    pub(super) fn hides(&self, name: &str) -> bool {
        let person = self.persons.get(&name.to_lowercase());
        person.is_some_and(|person| self.ignored.iter().any(|(ignored, _)| ignored == person))
    }

    /// Ignores the person of this name, or stops ignoring them. Returns whether they are ignored now;
    /// `None` if the name is unknown.
    pub(super) fn toggle(&mut self, name: &str) -> Option<bool> {
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

    /// The persons that are ignored, as the server knows them.
    pub(super) fn persons(&self) -> Vec<&str> {
        let persons = self.ignored.iter().map(|(person, _)| person.as_str());
        persons.collect()
    }

    /// Their names, as they were typed.
    pub(super) fn names(&self) -> Vec<&str> {
        self.ignored.iter().map(|(_, name)| name.as_str()).collect()
    }
}
