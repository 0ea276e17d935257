//! Remembers which compiler this was built with: figures without it mean little.

use std::env;
use std::process::Command;

fn main() {
    let rustc = env::var("RUSTC").expect("cargo names the compiler to build scripts");
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("the compiler that cargo uses can be run");
    let version = String::from_utf8_lossy(&output.stdout);
    println!("cargo::rustc-env=RUSTC_VERSION={}", version.trim());
    println!("cargo::rerun-if-changed=build.rs");
}
