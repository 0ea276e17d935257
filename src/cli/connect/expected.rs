//! `--expect`: the Close that the server has to send.

use crate::{CloseCode, CloseReason};

/// The code of the Close; `None` for a Close without a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected(Option<CloseCode>);

pub(super) fn parse(text: &str) -> Result<Expected, String> {
    let explain = || format!("{text:?} cannot be expected: write close:1002 or close:none");
    match text.strip_prefix("close:").ok_or_else(explain)? {
        "none" => Ok(Expected(None)),
        number => {
            let code = number.parse().ok().and_then(CloseCode::new);
            code.map(|code| Expected(Some(code))).ok_or_else(explain)
        }
    }
}

impl Expected {
    /// Whether it is this Close; the error says how it differs.
    pub(super) fn check(self, reason: Option<CloseReason<'_>>) -> Result<(), String> {
        if reason.map(|reason| reason.code) == self.0 {
            return Ok(());
        }
        let code = self.0.map(|code| code.number().to_string());
        Err(format!(
            "a Close with {} was expected, the server closed with {}",
            code.as_deref().unwrap_or("no code"),
            super::print::reason(reason)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_expected() {
        let code = CloseCode::PROTOCOL_ERROR;
        assert_eq!(parse("close:1002"), Ok(Expected(Some(code))));
        assert_eq!(parse("close:none"), Ok(Expected(None)));
        for text in [
            "1002",
            "close",
            "close:",
            "close:1005",
            "close:x",
            "text:Hi",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let reason = Some(CloseReason { code, text: "why" });
        assert_eq!(Expected(Some(code)).check(reason), Ok(()));
        assert_eq!(Expected(None).check(None), Ok(()));
        for (expected, reason) in [(None, reason), (Some(code), None)] {
            let error = Expected(expected).check(reason).expect_err("it differs");
            assert!(
                error.contains("no code") && error.contains("1002"),
                "{error}"
            );
        }
    }
}
