//! The conditions under which a tab is viewed (its size, colours and network), and screenshots.

use crate::tab::Tab;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Device pixels for each CSS pixel.
    pub(crate) scale: u32,
    pub(crate) mobile: bool,
}

impl Screen {
    pub(crate) const DESK: Self = Self::desk(1280, 800);
    /// The narrowest phone.
    pub(crate) const PHONE: Self = Self {
        width: 320,
        height: 640,
        scale: 2,
        mobile: true,
    };

    pub(crate) const fn desk(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            scale: 1,
            mobile: false,
        }
    }
}

impl Tab {
    pub(crate) fn set_viewport(&self, screen: Screen) {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": screen.width, "height": screen.height,
                "deviceScaleFactor": screen.scale, "mobile": screen.mobile }),
        );
    }

    /// A media feature that the user prefers: `("color-scheme", "dark")`.
    pub(crate) fn set_preferences(&self, preferences: &[(&str, &str)]) {
        let features: Vec<Value> = preferences
            .iter()
            .map(|(name, value)| json!({ "name": format!("prefers-{name}"), "value": value }))
            .collect();
        self.call(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        );
    }

    pub(crate) fn set_dark(&self, dark: bool) {
        self.set_preferences(&[("color-scheme", if dark { "dark" } else { "light" })]);
    }

    /// Forced colours: the system replaces the page's colours by its own.
    pub(crate) fn force_colours(&self) {
        let features = json!([{ "name": "forced-colors", "value": "active" }]);
        self.call(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        );
        let js = "matchMedia('(forced-colors: active)').matches";
        self.wait_for(js, "forced colours");
    }

    /// Takes the tab offline, or online again. Existing connections may stay open.
    pub(crate) fn set_offline(&self, offline: bool) {
        self.call(
            "Network.emulateNetworkConditions",
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 }),
        );
    }

    /// By how many pixels the page is wider than the window.
    pub(crate) fn overflow(&self) -> i64 {
        let js = "document.scrollingElement.scrollWidth - window.innerWidth";
        self.eval(js).as_i64().expect("a number of pixels")
    }

    /// Makes screenshots reproducible: no animation, no mouse
    /// over an element, all fonts loaded.
    pub(crate) fn rest(&self) {
        self.call(
            "Input.dispatchMouseEvent",
            json!({ "type": "mouseMoved", "x": 0, "y": 0 }),
        );
        self.eval("document.fonts.ready.then(() => true)");
        let js = "document.getAnimations().every((one) => one.playState !== 'running')";
        self.wait_for(js, "the end of all movement");
    }

    /// A PNG of the visible part of the page.
    pub(crate) fn screenshot(&self) -> Vec<u8> {
        self.try_screenshot()
            .unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn try_screenshot(&self) -> Result<Vec<u8>, String> {
        self.picture(json!({ "format": "png" }))
    }

    /// A PNG of the rectangle `{ x, y, width, height }` that an expression returns.
    pub(crate) fn screenshot_of(&self, js: &str) -> Vec<u8> {
        let mut clip = self.eval(&format!(
            "(({{ x, y, width, height }}) => ({{ x, y, width, height }}))({js})"
        ));
        clip["scale"] = json!(1);
        self.picture(json!({ "format": "png", "clip": clip }))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn picture(&self, how: Value) -> Result<Vec<u8>, String> {
        let taken = self.try_call("Page.captureScreenshot", how)?;
        let text = taken["data"].as_str().ok_or("a picture without data")?;
        STANDARD.decode(text).map_err(|error| error.to_string())
    }
}
