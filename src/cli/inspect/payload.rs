//! A payload for a person: rows of masked bytes, plain bytes, and the text that they are.

use crate::cli::bytes::spaced;
use crate::cli::terminal::escape;
use crate::inspect::FrameRecord;

/// Bytes in one row, …
const IN_A_ROW: usize = 8;
/// … and rows, before the rest is only counted.
const MOST_ROWS: usize = 16;

/// One row's bytes, as they travelled and unmasked.
struct Piece<'a> {
    /// In the frame.
    offset: u64,
    masked: &'a [u8],
    plain: &'a [u8],
}

/// The rows of a payload that begins at `start`; and the number of the row that holds the byte at
/// `wrong`, if it was kept. A row of marks under that byte follows it.
pub(super) fn rows(
    record: &FrameRecord,
    start: u64,
    wrong: Option<u64>,
) -> (Vec<String>, Option<usize>) {
    let (front, back) = pieces(record, start);
    let is_long = front.len() > 1;
    let shown = &front[..front.len().min(MOST_ROWS)];
    let mut rows: Vec<String> = (shown.iter())
        .map(|piece| piece.row(record, is_long))
        .collect();
    let counted: usize = shown.iter().map(|piece| piece.plain.len()).sum();
    let more = record.len() - start - counted as u64;
    if more > 0 {
        rows.push(format!("      … and {more} bytes more"));
    }
    let holder = wrong.and_then(|wrong| {
        let mut all = front.iter().chain(&back).enumerate();
        all.find_map(|(row, piece)| Some((row, piece, piece.place(wrong)?)))
    });
    let marked = holder.map(|(row, piece, place)| {
        let marks = piece.marks(record, is_long, place);
        if row < shown.len() {
            rows.insert(row + 1, marks);
            return row;
        }
        if let Some(counted) = rows.last_mut() {
            counted.push_str(", among them");
        }
        rows.extend([piece.row(record, is_long), marks]);
        rows.len() - 2
    });
    rows.extend(text(&front));
    (rows, marked)
}

/// The bytes before the gap of a long frame, and those behind it.
fn pieces(record: &FrameRecord, start: u64) -> (Vec<Piece<'_>>, Vec<Piece<'_>>) {
    let gap = record.behind_gap();
    let (masked, plain) = (&record.hex.0[start as usize..], &record.plain.0);
    let (masked, last_masked) = masked.split_at(masked.len() - gap);
    let (plain, last_plain) = plain.split_at(plain.len() - gap);
    let behind = record.len() - gap as u64;
    (
        in_rows(start, masked, plain),
        in_rows(behind, last_masked, last_plain),
    )
}

fn in_rows<'a>(start: u64, masked: &'a [u8], plain: &'a [u8]) -> Vec<Piece<'a>> {
    let offsets = (start..).step_by(IN_A_ROW);
    let chunks = masked.chunks(IN_A_ROW).zip(plain.chunks(IN_A_ROW));
    let piece = |(offset, (masked, plain))| Piece {
        offset,
        masked,
        plain,
    };
    offsets.zip(chunks).map(piece).collect()
}

impl Piece<'_> {
    /// What precedes the bytes, and what stands between the masked and the plain ones.
    fn columns(&self, is_long: bool) -> [String; 2] {
        let width = if is_long { 3 * IN_A_ROW - 1 } else { 0 };
        let padding = width.saturating_sub(3 * self.masked.len() - 1);
        [
            format!("  {:02x}  ", self.offset),
            format!("{:padding$}  ⊕ key = ", ""),
        ]
    }

    fn row(&self, record: &FrameRecord, is_long: bool) -> String {
        let [before, between] = self.columns(is_long);
        let (masked, clear) = (spaced(self.masked), spaced(self.plain));
        let width = if is_long { 3 * IN_A_ROW - 1 } else { 0 };
        let readable = quoted(self.plain, is_long);
        match record.layout().key {
            Some(_) => format!("{before}{masked}{between}{clear:<width$}  {readable}"),
            None => format!("{before}{masked:<width$}  {readable}"),
        }
    }

    /// Which of its bytes this one of the frame is.
    fn place(&self, at: u64) -> Option<usize> {
        let place = usize::try_from(at.checked_sub(self.offset)?).ok()?;
        (place < self.plain.len()).then_some(place)
    }

    /// Marks under one of its bytes: under the masked one, too.
    fn marks(&self, record: &FrameRecord, is_long: bool, place: usize) -> String {
        let [before, between] = self.columns(is_long);
        let under = |width: usize| format!("{:1$}^^", "", width + 3 * place);
        let masked = under(before.len());
        let Some(_) = record.layout().key else {
            return masked;
        };
        let plain = before.len() + 3 * self.masked.len() - 1 + between.chars().count();
        let plain = under(plain);
        masked.clone() + &plain[masked.len()..]
    }
}

/// All of a long text at once, if there are more letters in it than a row can show.
fn text(front: &[Piece<'_>]) -> Option<String> {
    let plain: Vec<u8> = (front.iter())
        .flat_map(|piece| piece.plain)
        .copied()
        .collect();
    let text = std::str::from_utf8(&plain).ok()?;
    let text: String = text.chars().take(MOST_ROWS * IN_A_ROW).collect();
    let is_wanted = front.len() > 1 && !text.is_ascii();
    is_wanted.then(|| format!("      = \"{}\"", escape(&text)))
}

/// What of a row can be read. A row alone is a text if it can be; in one of several a character
/// may be cut.
fn quoted(plain: &[u8], is_one_of_several: bool) -> String {
    let readable = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '·',
    };
    match std::str::from_utf8(plain) {
        Ok(text) if !is_one_of_several => format!("\"{}\"", escape(text)),
        _ => format!("\"{}\"", plain.iter().map(readable).collect::<String>()),
    }
}
