//! A strip of paper: lines of at most 42 columns.

use textwrap::core::display_width;

/// Columns of the paper: what an 80 mm printer has in its larger font.
pub(super) const COLUMNS: usize = 42;
/// Columns of each of the three sums in a table.
const SUM_COLUMNS: usize = 11;
const INDENT: &str = "  ";

/// Lines as they are written, top first.
pub(super) struct Paper {
    lines: Vec<String>,
}

impl Paper {
    pub(super) const fn new() -> Self {
        Self { lines: Vec::new() }
    }

    pub(super) fn into_text(self) -> String {
        self.lines.into_iter().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// A text from the left edge, wrapped.
    pub(super) fn line(&mut self, text: &str) {
        self.lines.extend(wrapped(text, COLUMNS));
    }

    /// A text below what it belongs to. An empty one takes no line.
    pub(super) fn detail(&mut self, text: &str) {
        let inner = COLUMNS - INDENT.len();
        let parts = wrapped(text, inner).filter(|part| !part.is_empty());
        self.lines.extend(parts.map(|part| format!("{INDENT}{part}")));
    }

    /// Lines in the middle. An empty text takes none.
    pub(super) fn centred(&mut self, text: &str) {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        for part in lines.flat_map(|line| wrapped(line, COLUMNS)) {
            let left = COLUMNS.saturating_sub(display_width(&part)) / 2;
            self.lines.push(format!("{:left$}{part}", ""));
        }
    }

    /// A word nobody overlooks.
    pub(super) fn banner(&mut self, word: &str) {
        let stars = COLUMNS.saturating_sub(display_width(word) + 2) / 2;
        self.centred(&format!("{0} {word} {0}", "*".repeat(stars)));
    }

    pub(super) fn rule(&mut self, stroke: char) {
        self.lines.push(stroke.to_string().repeat(COLUMNS));
    }

    /// A text and its sum at the right edge of the text's first line, or below it when both don't fit.
    pub(super) fn pair(&mut self, left: &str, right: &str) {
        let room = COLUMNS.saturating_sub(display_width(right) + 1);
        if room < COLUMNS / 4 {
            self.line(left);
            self.lines.push(at_right("", right, COLUMNS));
            return;
        }
        let mut parts = wrapped(left, room);
        self.lines.push(at_right(&parts.next().unwrap_or_default(), right, COLUMNS));
        self.lines.extend(parts);
    }

    /// A row of a table: what it is about and three sums, below each other when they don't fit.
    pub(super) fn columns(&mut self, [label, sums @ ..]: [&str; 4]) {
        let label_columns = COLUMNS - SUM_COLUMNS * sums.len();
        let fits =
            display_width(label) <= label_columns && sums.iter().all(|sum| display_width(sum) < SUM_COLUMNS);
        if fits {
            let left = at_right(label, "", label_columns);
            self.lines.push(sums.iter().fold(left, |row, sum| row + &at_right("", sum, SUM_COLUMNS)));
        } else {
            self.line(label);
            self.lines.extend(sums.iter().map(|sum| at_right("", sum, COLUMNS)));
        }
    }
}

/// Both texts in a line of that many columns, blanks between them.
fn at_right(left: &str, right: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(display_width(left) + display_width(right));
    format!("{left}{:blanks$}{right}", "")
}

fn wrapped(text: &str, columns: usize) -> impl Iterator<Item = String> {
    textwrap::wrap(text, columns).into_iter().map(std::borrow::Cow::into_owned)
}
