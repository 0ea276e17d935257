//! A head that was accepted, read again the plainest way: split at line ends, colons and commas. If
//! it says something else than the real parser did, two programs could disagree, too.

pub(crate) struct Plain {
    pub(crate) first_line: String,
    /// Names in small letters, values without the blanks around them.
    headers: Vec<(String, String)>,
}

impl Plain {
    pub(crate) fn read(head: &[u8]) -> Self {
        let text: String = head.iter().copied().map(char::from).collect();
        let mut lines = text.trim_start_matches("\r\n").split("\r\n");
        let first_line = lines.next().expect("a first line").to_owned();
        let lines: Vec<&str> = lines.collect();
        let [lines @ .., "", ""] = &lines[..] else {
            panic!("it ends in a blank line: {text:?}");
        };
        let headers = lines.iter().map(|line| {
            let (name, value) = line.split_once(':').expect("a colon");
            let is_word = |byte: u8| byte.is_ascii_graphic();
            assert!(!name.is_empty() && name.bytes().all(is_word), "{line:?}");
            let is_text = |one: char| one == '\t' || !one.is_control() || one > '\x7f';
            assert!(value.chars().all(is_text), "{line:?}");
            let value = value.trim_matches([' ', '\t']);
            (name.to_ascii_lowercase(), value.to_owned())
        });
        Self {
            first_line,
            headers: headers.collect(),
        }
    }

    pub(crate) fn size(&self) -> usize {
        self.headers.len()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// Its value, if it is there once.
    pub(crate) fn once(&self, name: &str) -> Option<&str> {
        match self.all(name)[..] {
            [value] => Some(value),
            _ => None,
        }
    }

    pub(crate) fn lists(&self, name: &str, token: &str) -> bool {
        let values = self.all(name);
        let mut elements = values.iter().flat_map(|value| value.split(','));
        elements.any(|one| one.trim_matches([' ', '\t']).eq_ignore_ascii_case(token))
    }
}
