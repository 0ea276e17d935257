//! Whether an element is legible: the luminance of its text and of its background.

use crate::tab::{Tab, quoted};
use serde_json::Value;

/// Relative luminance, from 0 for black to 1 for white, as WCAG 2 defines it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Colours {
    pub(crate) ink: f64,
    pub(crate) paper: f64,
}

impl Colours {
    /// WCAG 2's ratio: 1 is invisible, 21 is black on white, 4.5 can be read by most.
    pub(crate) fn contrast(self) -> f64 {
        let (low, high) = if self.ink < self.paper {
            (self.ink, self.paper)
        } else {
            (self.paper, self.ink)
        };
        (high + 0.05) / (low + 0.05)
    }
}

/// The colours of an element on the screen. If it has no background of its own, the background is
/// that of the nearest ancestor with one.
pub(crate) fn of(tab: &Tab, selector: &str) -> Colours {
    let js = format!(
        "(() => {{
            const element = document.querySelector({});
            const brush = document.createElement('canvas').getContext('2d', {{ willReadFrequently: true }});
            const rgba = (colour) => {{
                brush.clearRect(0, 0, 1, 1);
                brush.fillStyle = colour;
                brush.fillRect(0, 0, 1, 1);
                return Array.from(brush.getImageData(0, 0, 1, 1).data);
            }};
            let paper = [255, 255, 255, 255];
            for (let below = element; below; below = below.parentElement) {{
                const colour = rgba(getComputedStyle(below).backgroundColor);
                if (colour[3] > 127) {{ paper = colour; break; }}
            }}
            return {{ ink: rgba(getComputedStyle(element).color), paper }};
        }})()",
        quoted(selector)
    );
    let found = tab.eval(&js);
    Colours {
        ink: luminance(&found["ink"]),
        paper: luminance(&found["paper"]),
    }
}

fn luminance(rgba: &Value) -> f64 {
    let linear = |index: usize| {
        let part = rgba[index].as_f64().expect("0 to 255") / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(0) + 0.7152 * linear(1) + 0.0722 * linear(2)
}
