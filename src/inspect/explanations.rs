//! The sentences of the explanations, from the file that the pages read, too.

use super::record::Verdict;
use crate::protocol::{ProtocolError, Utf8Error};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The explanations of fields, values, rules and headers, by name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explanations {
    fields: BTreeMap<String, Explanation>,
    /// What the value of a field means, in a few words.
    values: BTreeMap<String, String>,
    opcodes: BTreeMap<String, Explanation>,
    codes: BTreeMap<String, Explanation>,
    rules: BTreeMap<String, Explanation>,
    headers: BTreeMap<String, Explanation>,
    /// What the developer tools of a browser show of each kind of frame.
    devtools: BTreeMap<String, String>,
}

/// One explanation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explanation {
    /// A few words.
    pub(crate) label: String,
    /// What it is for.
    pub(crate) sentence: String,
    /// The section, of RFC 6455 unless another RFC is named.
    pub(crate) section: String,
    /// What would happen without it.
    pub(crate) without: Option<String>,
    /// The field that shows that a rule is broken.
    pub(crate) field: Option<String>,
}

/// All explanations.
pub(crate) fn explanations() -> &'static Explanations {
    static ALL: OnceLock<Explanations> = OnceLock::new();
    ALL.get_or_init(|| {
        serde_json::from_str(include_str!("../../www/shared/explanations.json"))
            .expect("the file is part of the program, and a test has read it")
    })
}

impl Explanations {
    pub(crate) fn field(&self, name: &str) -> Option<&Explanation> {
        self.fields.get(name)
    }

    pub(crate) fn value(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }

    /// The explanation of any of the sixteen opcodes.
    pub(crate) fn opcode(&self, bits: u64) -> Option<&Explanation> {
        self.opcodes.get(match bits {
            3..=7 => "3",
            11.. => "11",
            _ => return self.opcodes.get(&bits.to_string()),
        })
    }

    /// The explanation of a close code, if it has a meaning.
    pub(crate) fn code(&self, number: u16) -> Option<&Explanation> {
        let number = match number {
            3000..=3999 => 3000,
            4000..=4999 => 4000,
            other => other,
        };
        self.codes.get(&number.to_string())
    }

    pub(crate) fn devtools(&self, kind: &str) -> &str {
        self.devtools.get(kind).map_or("", String::as_str)
    }

    /// The rule that was broken, if one was, and the sentence about how it was broken here.
    pub(crate) fn breach(&self, verdict: Verdict) -> Option<(&Explanation, String)> {
        let Verdict::Refused { error, at } = verdict else {
            return None;
        };
        let ProtocolError::InvalidUtf8(Utf8Error { fault, byte, .. }) = error else {
            let rule = self.rules.get(error.rule())?;
            return Some((rule, rule.sentence.clone()));
        };
        let rule = self.rules.get(&format!("utf8.{}", fault.name()))?;
        let place = match at {
            Some(at) => self.value("place.here").replace("{at}", &at.to_string()),
            None => self.value("place.earlier").to_owned(),
        };
        let sentence = rule.sentence.replace("{byte}", &format!("{byte:02x}"));
        Some((rule, sentence.replace("{place}", &place)))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&Explanation> {
        self.headers.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::Name;
    use super::*;
    use crate::protocol::{
        CloseCode, HandshakeError, Opcode, Request, ResponseError, Upgrade, Utf8Fault,
    };
    use std::collections::BTreeSet;

    fn keys<T>(map: &BTreeMap<String, T>) -> BTreeSet<&str> {
        map.keys().map(String::as_str).collect()
    }

    #[test]
    fn every_field_is_explained_and_no_other() {
        let names = Name::ALL.map(Name::as_str);
        assert_eq!(keys(&explanations().fields), names.into());
    }

    /// Text that is not UTF-8 has seven explanations, one for each fault.
    #[test]
    fn every_rule_is_explained_and_no_other() {
        let frames = ProtocolError::ALL.map(ProtocolError::rule);
        let requests = HandshakeError::ALL.map(|error| error.rule());
        let responses = ResponseError::ALL.map(|error| error.rule());
        let all = [&frames[..], &requests, &responses].concat();
        let mut ids: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(ids.len(), all.len(), "each rule has a name of its own");
        assert!(ids.remove("utf8"));
        let faults = Utf8Fault::ALL.map(|fault| format!("utf8.{}", fault.name()));
        ids.extend(faults.iter().map(String::as_str));
        assert_eq!(keys(&explanations().rules), ids);
        for rule in explanations().rules.values() {
            let known = |name: &String| Name::ALL.iter().any(|field| field.as_str() == name);
            assert!(rule.field.as_ref().is_none_or(known), "{rule:?}");
        }
    }

    #[test]
    fn every_header_that_is_checked_is_explained() {
        let all = explanations();
        let request = Upgrade::RULES.iter().map(|rule| rule.about);
        let response = Request::RULES.iter().map(|rule| rule.about);
        let mut names: BTreeSet<&str> = request.chain(response).collect();
        names.extend(["Host", "Origin"]);
        assert_eq!(keys(&all.headers), names);
    }

    #[test]
    fn every_opcode_and_every_code_is_explained() {
        let all = explanations();
        for bits in 0..16_u8 {
            let found = all.opcode(bits.into()).expect("all sixteen");
            let name = Opcode::from_bits(bits).map(|opcode| format!("{opcode:?}").to_lowercase());
            assert_eq!(found.label, name.unwrap_or("reserved".to_owned()));
        }
        assert_eq!(all.opcodes.len(), 8);
        let may_travel = (0..=u16::MAX).filter(|number| CloseCode::new(*number).is_some());
        // Three name what happened when no code came, one is kept for later.
        for number in may_travel.chain([1004, 1005, 1006, 1015]) {
            assert!(all.code(number).is_some(), "{number}");
        }
        assert_eq!(all.codes.len(), 18);
        let kinds = ["text", "binary", "part", "ping", "pong", "close", "refused"];
        assert_eq!(keys(&all.devtools), kinds.into());
    }

    #[test]
    fn every_value_is_explained() {
        let keys: BTreeSet<&str> = keys(&explanations().values);
        let expected = [
            "fin.0",
            "fin.1",
            "rsv.0",
            "rsv.set",
            "mask.client.0",
            "mask.client.1",
            "mask.server.0",
            "mask.server.1",
            "length.7",
            "length.16",
            "length.64",
            "extended",
            "place.here",
            "place.earlier",
            "blotted",
        ];
        assert_eq!(keys, expected.into());
    }
}
