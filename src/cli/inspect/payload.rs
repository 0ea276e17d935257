//! A payload as rows: the bytes as sent, the bytes unmasked, and their text.

use crate::cli::bytes::spaced;
use crate::cli::terminal::escape;
use crate::inspect::FrameRecord;

/// Bytes per row.
const IN_A_ROW: usize = 8;
/// Rows that are shown. The bytes after them are counted.
const MOST_ROWS: usize = 16;

/// The bytes of one row, as sent and unmasked.
struct Piece<'a> {
    /// Where they begin in the frame.
    offset: u64,
    masked: &'a [u8],
    plain: &'a [u8],
}

/// The rows of a payload that begins at `start`, and the index of the row that holds the byte at `wrong`, if
/// that byte was kept. After that row comes one that marks the byte.
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
        rows.push(format!("      … and {more} more bytes"));
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

/// The bytes before the gap of a long frame, and those after it.
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
    /// The columns before the bytes, and between the masked and the plain ones.
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

    /// The index in this row of a byte of the frame.
    fn place(&self, at: u64) -> Option<usize> {
        let place = usize::try_from(at.checked_sub(self.offset)?).ok()?;
        (place < self.plain.len()).then_some(place)
    }

    /// A row of marks under a byte, both as sent and unmasked.
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

/// A long text as a whole, if it has characters of several bytes, which rows would cut.
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

/// The text of a row. A single row is shown as UTF-8 if it is; in one of several a character may be cut.
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
