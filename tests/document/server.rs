//! A server in this process, for as long as a closure runs.

use std::net::SocketAddr;
use std::thread;
use ws101::server::{Config, Server};

pub(crate) fn with_server<T>(run: impl FnOnce(SocketAddr) -> T) -> T {
    let server = Server::bind(Config {
        listen: "127.0.0.1:0".to_owned(),
        ..Config::default()
    })
    .expect("a free port");
    let (address, handle) = (server.address(), server.handle());
    let running = thread::spawn(move || server.run());
    let outcome = run(address);
    handle.end();
    running.join().expect("the server ended well");
    outcome
}
