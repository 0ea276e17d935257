//! As much of Markdown as the documents use: fenced blocks, tables, links, code spans and headings.

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

/// The text without its fenced blocks.
fn prose(document: &str) -> impl Iterator<Item = &str> {
    let mut is_fenced = false;
    document.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_fenced ^= is_fence;
        !is_fenced && !is_fence
    })
}

/// Where links and images of a document lead.
pub(crate) fn targets(document: &str) -> impl Iterator<Item = &str> {
    let after = |mark: &'static str, end: char| {
        prose(document)
            .flat_map(move |line| line.split(mark).skip(1))
            .filter_map(move |rest| Some(rest.split_once(end)?.0))
    };
    after("](", ')').chain(after("src=\"", '"'))
}

/// What stands between backticks.
pub(crate) fn code_spans(document: &str) -> impl Iterator<Item = &str> {
    prose(document).flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The names by which headings can be linked to: in lower case, with hyphens, without punctuation.
pub(crate) fn anchors(document: &str) -> impl Iterator<Item = String> {
    let headings = prose(document).filter(|line| line.starts_with('#'));
    headings.map(|heading| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter_map(|character| match character {
            ' ' => Some('-'),
            _ => (character.is_alphanumeric() || "-_".contains(character)).then_some(character),
        });
        kept.collect()
    })
}
