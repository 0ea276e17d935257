//! An nginx in front of one server.

use crate::kit::process::Process;
use crate::kit::server::Server;
use crate::kit::stopwatch::PATIENCE;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Instant;

const PROTOCOL: &str = include_str!("../../PROTOCOL.md");

pub(crate) struct Proxy {
    process: Process,
    port: u16,
    directory: PathBuf,
}

fn program() -> Command {
    let program = std::env::var_os("WS101_NGINX").unwrap_or_else(|| "nginx".into());
    let mut command = Command::new(program);
    // Debian keeps it where only root looks.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin"));
    command
}

/// The version, or why there is none.
pub(crate) fn find() -> Result<String, String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let found = Command::new("sh")
        .args(["-c", "\"${WS101_NGINX:-nginx}\" -v 2>&1"])
        .env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin"))
        .output();
    match found {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        }
        _ => Err(
            "nginx is not installed: apt-get install nginx-light (WS101_NGINX says where it is)"
                .to_owned(),
        ),
    }
}

impl Proxy {
    /// Starts nginx with the recipe of PROTOCOL.md, with other addresses and another timeout.
    pub(crate) fn before(server: &Server, read_timeout: &str) -> Self {
        let port = free_port();
        let directory =
            std::env::temp_dir().join(format!("ws101-nginx-{}-{port}", std::process::id()));
        fs::create_dir_all(&directory).expect("a directory");
        let recipe = recipe()
            .replace("listen 80;", &format!("listen 127.0.0.1:{port};"))
            .replace("127.0.0.1:9001", &server.addr().to_string())
            .replace(
                "proxy_read_timeout 60s;",
                &format!("proxy_read_timeout {read_timeout};"),
            );
        let root = directory.display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {root}/{kind};\n"))
            .concat();
        let config = format!(
            "daemon off;\nmaster_process off;\npid {root}/pid;\nerror_log stderr;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}{recipe}}}\n"
        );
        let file = directory.join("nginx.conf");
        fs::write(&file, config).expect("written");
        let mut command = program();
        command.args(["-e", "stderr", "-c"]).arg(&file);
        let proxy = Self {
            process: Process::spawn(&mut command),
            port,
            directory,
        };
        proxy.wait_until_it_listens();
        proxy
    }

    fn wait_until_it_listens(&self) {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = self.process.log();
            assert!(Instant::now() < deadline, "nginx does not listen: {log}");
            thread::yield_now();
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Where the chat is found.
    pub(crate) fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/ws", self.port)
    }

    /// The whole answer to a GET.
    pub(crate) fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let port = self.port;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // What is left behind is in the directory for temporary things.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// The block of PROTOCOL.md that is marked as nginx.
fn recipe() -> &'static str {
    let (_, rest) = PROTOCOL.split_once("```nginx\n").expect("the recipe");
    let (recipe, _) = rest.split_once("```").expect("its end");
    for line in ["listen 80;", "127.0.0.1:9001", "proxy_read_timeout 60s;"] {
        assert!(recipe.contains(line), "the recipe has {line}");
    }
    recipe
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}
