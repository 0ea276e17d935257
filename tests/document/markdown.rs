//! As much of Markdown as the document uses: fenced blocks and tables.

/// The blocks that are marked as `language`, with the number of their first line.
pub(crate) fn blocks<'a>(document: &'a str, language: &str) -> Vec<(usize, Vec<&'a str>)> {
    let mut found = Vec::new();
    let mut lines = document.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(marked) = line.strip_prefix("```") {
            let block = lines
                .by_ref()
                .map(|(_, line)| line)
                .take_while(|line| *line != "```")
                .collect();
            if marked == language {
                found.push((number + 2, block));
            }
        }
    }
    found
}

/// The rows of all tables whose header row begins with `| first column |`.
pub(crate) fn rows<'a>(document: &'a str, first_column: &str) -> Vec<Vec<&'a str>> {
    let header = format!("| {first_column} |");
    let mut rows = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if line.starts_with(&header) {
            let body = lines
                .by_ref()
                .skip(1)
                .take_while(|line| line.starts_with('|'));
            rows.extend(
                body.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()),
            );
        }
    }
    rows
}
