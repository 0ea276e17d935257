//! An HTTP response, parsed strictly.

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("not a response: {text:?}"));
        let mut lines = head.split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let status = status_line
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .unwrap_or_else(|| panic!("not a status line: {status_line:?}"));
        let headers = lines
            .map(|line| {
                let (name, value) = line.split_once(": ").expect("a header");
                (name.to_owned(), value.to_owned())
            })
            .collect();
        Self {
            status,
            headers,
            body: body.to_owned(),
        }
    }

    /// The value of a header, which must not occur twice.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str());
        let value = values.next();
        assert_eq!(values.next(), None, "{name} occurs twice");
        value
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The body has the declared length, so nothing follows it, and the connection closes.
    pub(crate) fn assert_complete(&self) {
        let length = self.header("Content-Length").map(str::parse);
        assert_eq!(length, Some(Ok(self.body.len())), "{self:?}");
        let connection = self.header("Connection").unwrap_or_default();
        let closes = connection.split(", ").any(|option| option == "close");
        assert!(closes, "Connection: {connection}");
        // Without this header a browser may guess a type, and run what is only text.
        let sniffing = self.header("X-Content-Type-Options");
        assert_eq!(sniffing, Some("nosniff"), "{self:?}");
    }

    /// A refusal has this status and one sentence of plain text.
    pub(crate) fn assert_refusal(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        self.assert_complete();
        let content_type = self.header("Content-Type");
        assert_eq!(content_type, Some("text/plain; charset=utf-8"));
        let sentence = self.body.strip_suffix('\n').expect("a line");
        assert!(!sentence.is_empty() && !sentence.contains('\n'));
        let companion = match status {
            405 => Some(("Allow", "GET, HEAD")),
            426 => Some(("Upgrade", "websocket")),
            503 => Some(("Retry-After", "5")),
            _ => None,
        };
        if let Some((name, value)) = companion {
            assert_eq!(self.header(name), Some(value), "{name} belongs to {status}");
        }
    }
}
