//! When is a line late? When it took long, and far longer than any line of a control about then.

use std::time::{Duration, Instant};

/// A line is due as often; the two of a pair take turns.
pub(crate) const TURN: Duration = Duration::from_millis(50);

/// Of what is quicker nobody takes notice, on the quietest machine.
const NOTICED: Duration = Duration::from_millis(50);

/// On a busy machine any one line may be unlucky. It is late if it took this many times as long as
/// the slowest line of a control about the same moment.
const FAR_LONGER: u32 = 8;

/// "About the same moment", in turns before and after: five seconds.
const ABOUT: usize = 100;

/// No more than one line in a hundred may be late, and this many besides. They come in a row: a
/// moment in which all stands still makes every line late that is due in it.
const HICCUP: usize = 4;

/// A line, and how long after it was due both had heard it.
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

    /// Would it show if all had stood still from then until now?
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
    /// The control's lines of the same moments.
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

    /// What is told beside it: how long as many lines took the control.
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

    /// Of one row: were too many late?
    pub(crate) fn disturbance(&self) -> Option<String> {
        let lines = self.took.len();
        (self.late > HICCUP + lines / 100).then(|| format!("the witnesses were late: {self}"))
    }

    /// How many times as long as the control's the witnesses' lines took, by the time within which 99
    /// in 100 were heard. `None` before the control has heard a line.
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

    /// Of all rows together: how late they were, and whether that is well.
    pub(crate) fn verdict(&self) -> Option<(String, bool)> {
        let lines = self.took.len();
        // Of a few lines, one is more than one in a hundred.
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

/// The time within which so many of a hundred were heard; zero if there are none.
fn percentile(took: &[Duration], part: usize) -> Duration {
    let mut sorted = took.to_vec();
    sorted.sort();
    let at = sorted.len() * part / 100;
    sorted.get(at).copied().unwrap_or_default()
}
