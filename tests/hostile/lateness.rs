//! Decides whether a line is late: it took long, and far longer than any line of a control about then.

use std::time::{Duration, Instant};

/// The interval at which a line is due; the two of a pair take turns.
pub(crate) const TURN: Duration = Duration::from_millis(50);

/// A delay below this is not noticed, even on the quietest machine.
const NOTICED: Duration = Duration::from_millis(50);

/// On a busy machine any single line may be slow. It is late if it took this many times as long as the
/// slowest line of a control about that moment.
const FAR_LONGER: u32 = 8;

/// "About that moment", in turns before and after: five seconds.
const ABOUT: usize = 100;

/// At most one line in a hundred may be late, and this many besides. Late lines come in a row: when
/// everything stands still, every line that is due meanwhile is late.
const HICCUP: usize = 4;

/// A line: when it was due, and how long after that both had heard it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) due: Instant,
    pub(crate) took: Duration,
}

/// The slowest line of all controls, for each turn since the start.
#[derive(Debug)]
pub(crate) struct Control {
    start: Instant,
    slowest: Vec<Duration>,
}

impl Control {
    pub(crate) const fn since(start: Instant) -> Self {
        Self {
            start,
            slowest: Vec::new(),
        }
    }

    pub(crate) fn heard(&mut self, line: &Line) {
        let turn = self.turn(line.due);
        if self.slowest.len() <= turn {
            self.slowest.resize(turn + 1, Duration::ZERO);
        }
        self.slowest[turn] = self.slowest[turn].max(line.took);
    }

    /// Whether a standstill from `since` until now would be found.
    pub(crate) fn would_show(&self, since: Instant) -> bool {
        let several = TURN * 4 * HICCUP as u32;
        since.elapsed() > several + NOTICED.max(FAR_LONGER * self.slowest_about(since))
    }

    fn slowest_about(&self, moment: Instant) -> Duration {
        let (turn, end) = (self.turn(moment), self.slowest.len());
        let about = turn.saturating_sub(ABOUT).min(end)..end.min(turn + ABOUT + 1);
        self.slowest[about]
            .iter()
            .max()
            .copied()
            .unwrap_or_default()
    }

    fn turn(&self, moment: Instant) -> usize {
        let since = moment.saturating_duration_since(self.start);
        (since.as_millis() / TURN.as_millis()) as usize
    }
}

/// Fewer lines than this have no 99th percentile other than the slowest of them.
const ENOUGH: usize = 100;

/// Some lines, how many of them were late, and how slow the control was meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Lateness {
    took: Vec<Duration>,
    /// How long the control's lines took meanwhile.
    elsewhere: Vec<Duration>,
    late: usize,
    control: Duration,
}

impl Lateness {
    pub(crate) fn of(lines: &[Line], control: &Control) -> Self {
        let mut all = Self::default();
        for line in lines {
            let control = control.slowest_about(line.due);
            all.took.push(line.took);
            all.late += usize::from(line.took > NOTICED.max(FAR_LONGER * control));
            all.control = all.control.max(control);
        }
        all
    }

    /// Adds the control's lines, for the report.
    pub(crate) fn beside(mut self, elsewhere: &[Line]) -> Self {
        self.elsewhere = elsewhere.iter().map(|line| line.took).collect();
        self
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.took.extend(&other.took);
        self.elsewhere.extend(&other.elsewhere);
        self.late += other.late;
        self.control = self.control.max(other.control);
    }

    /// For one row: what to report if too many lines were late.
    pub(crate) fn disturbance(&self) -> Option<String> {
        let lines = self.took.len();
        (self.late > HICCUP + lines / 100).then(|| format!("the witnesses were late: {self}"))
    }

    /// The time within which 99 in 100 of the witnesses' lines were heard, divided by the control's.
    /// `None` if the control heard no line.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let control = percentile(&self.elsewhere, 99);
        (!control.is_zero())
            .then(|| percentile(&self.took, 99).as_secs_f64() / control.as_secs_f64())
    }

    /// One line of the report by attack.
    pub(crate) fn beside_the_control(&self) -> String {
        let [here, elsewhere] = [&self.took, &self.elsewhere].map(|took| percentile(took, 99));
        let (lines, ratio) = (self.took.len(), self.ratio().unwrap_or(f64::NAN));
        let few = if lines < ENOUGH {
            ", too few to judge"
        } else {
            ""
        };
        format!("{ratio:6.2} × {here:>8.1?} : {elsewhere:>8.1?}, {lines} lines{few}")
    }

    /// For all rows together: how late lines were, and whether that is acceptable.
    pub(crate) fn verdict(&self) -> Option<(String, bool)> {
        let lines = self.took.len();
        // With few lines, a single late one is more than one in a hundred.
        let is_well = lines < ENOUGH || self.late * 100 <= lines;
        (lines > 0).then(|| (format!("witnesses: {self}"), is_well))
    }
}

impl std::fmt::Display for Lateness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (lines, late, control) = (self.took.len(), self.late, self.control);
        let [here, elsewhere] = [&self.took, &self.elsewhere].map(|took| {
            let [median, slow] = [50, 99].map(|part| percentile(took, part));
            let longest = took.iter().max().copied().unwrap_or_default();
            format!("median {median:.1?}, 99 in 100 within {slow:.1?}, longest {longest:.1?}")
        });
        write!(
            f,
            "{lines} lines, {here}; {late} late; the control: {elsewhere}, slowest of all {control:.1?}"
        )
    }
}

/// The time within which `part` in a hundred lines were heard; zero without lines.
fn percentile(took: &[Duration], part: usize) -> Duration {
    let mut sorted = took.to_vec();
    sorted.sort();
    let at = sorted.len() * part / 100;
    sorted.get(at).copied().unwrap_or_default()
}
