//! A studio as its own process, and somebody who uses it over HTTP.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::json;

/// What a studio is started with; the same plan starts it again after a crash.
pub(crate) struct Plan {
    pub(crate) folder: PathBuf,
    pub(crate) settings: Vec<(&'static str, String)>,
}

/// A running studio.
pub(crate) struct Studio {
    child: Child,
    output: BufReader<ChildStdout>,
    pub(crate) url: String,
}

impl Plan {
    /// A studio in a fresh folder, whose providers are played by the sandbox at `sandbox_url`.
    pub(crate) fn new(name: &str, sandbox_url: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("nexora-it-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let settings = vec![
            ("PORT", "0".to_owned()),
            ("NEXORA_DATA", folder.join("data").display().to_string()),
            ("NEXORA_SANDBOX_URL", sandbox_url.to_owned()),
            ("NEXORA_SIGN_UPS_PER_HOUR", "10000".to_owned()),
            ("NEXORA_REQUESTS_PER_MINUTE", "1000000".to_owned()),
        ];
        Self { folder, settings }
    }

    /// A studio in a fresh folder, with nothing configured: its own sandbox plays everybody.
    pub(crate) fn alone(name: &str) -> Self {
        let mut plan = Self::new(name, "");
        plan.settings
            .retain(|(name, _)| *name != "NEXORA_SANDBOX_URL");
        plan.with("NEXORA_SANDBOX_PACE", "instant")
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, value.to_owned()));
        self
    }

    /// A command of the program, in this studio's surroundings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nexora"));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(
                self.settings
                    .iter()
                    .map(|(name, value)| (*name, value.as_str())),
            );
        command
    }

    /// Runs a command of the program, and says what it said.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let done = self.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        format!("{said}{}", String::from_utf8_lossy(&done.stderr))
    }

    /// The same, while others on this runtime go on.
    pub(crate) async fn run_beside(&self, arguments: &[&str]) -> String {
        let mut command = self.command(arguments);
        let done = tokio::task::spawn_blocking(move || command.output().unwrap());
        let done = done.await.unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        format!("{said}{}", String::from_utf8_lossy(&done.stderr))
    }

    /// Starts the studio and waits until it says where it is.
    #[expect(
        clippy::zombie_processes,
        reason = "a studio that does not start ends the whole test"
    )]
    pub(crate) fn start(&self) -> Studio {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))
            .unwrap();
        let mut child = self
            .command(&[])
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        loop {
            let start = said.len();
            if output.read_line(&mut said).unwrap() == 0 {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("the studio did not start: {said}\n{log}");
            }
            if let Some(url) = said[start..]
                .split_whitespace()
                .find(|word| word.starts_with("http"))
            {
                let url = url.to_owned();
                return Studio { child, output, url };
            }
        }
    }
}

impl Drop for Plan {
    /// What a story that went well leaves behind is of no use to anybody.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

impl Studio {
    /// Reads on until a line contains `words`: an address in it, else the line.
    pub(crate) fn says(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap();
            assert!(read > 0, "the studio stopped before it said {words:?}");
            if line.contains(words) {
                let mut parts = line.split_whitespace();
                let address = parts.find(|part| part.starts_with("http"));
                return address.unwrap_or(&line).to_owned();
            }
        }
    }

    /// `kill -9`
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and what it says at the end.
    pub(crate) fn stop(mut self) -> (i32, String) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        let mut said = String::new();
        self.output.read_to_string(&mut said).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        (code, said)
    }
}

/// Somebody with a cookie.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) client: Client,
    pub(crate) cookie: String,
    pub(crate) email: String,
}

impl Person {
    /// Signs up through the form.
    pub(crate) async fn join(url: &str, email: &str) -> Self {
        let client = client();
        let form = [
            ("email", email),
            ("password", "correct horse"),
            ("display_name", "Ada"),
        ];
        let answer = client
            .post(format!("{url}/sign-up"))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(
            answer.status(),
            StatusCode::SEE_OTHER,
            "{}",
            answer.text().await.unwrap()
        );
        assert_eq!(answer.headers()[LOCATION], "/studio");
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let cookie = cookies
            .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap())
            .find(|cookie| cookie.starts_with("nexora="))
            .expect("signing up gives a session")
            .to_owned();
        Self {
            client,
            cookie,
            email: email.to_owned(),
        }
    }

    /// Reads a page or an answer.
    pub(crate) async fn get(&self, url: &str, path: &str) -> String {
        let request = self.client.get(format!("{url}{path}"));
        let answer = request.header(COOKIE, &self.cookie).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    /// Orders a picture under a key of one's own.
    pub(crate) async fn order(
        &self,
        url: &str,
        prompt: &str,
        key: &str,
    ) -> reqwest::Result<Response> {
        let wish = json!({ "model": "flux-schnell", "prompt": prompt, "seed": 7 });
        self.client
            .post(format!("{url}/api/image/generate"))
            .header(COOKIE, &self.cookie)
            .header("idempotency-key", key)
            .json(&wish)
            .send()
            .await
    }
}

/// A client that follows no redirect and trusts nobody: everything is on loopback.
pub(crate) fn client() -> Client {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// A PostgreSQL database of one's own, on the server the suite was given.
pub(crate) async fn fresh_postgres(name: &str) -> Option<String> {
    if std::env::var("NEXORA_TEST_SQLITE_ONLY").is_ok() {
        return None;
    }
    let server = std::env::var("NEXORA_TEST_POSTGRES").expect(
        "set NEXORA_TEST_POSTGRES to a PostgreSQL server's URL (scripts/test-postgres starts one), \
         or NEXORA_TEST_SQLITE_ONLY=1",
    );
    let database = format!("nexora_{name}_{}", std::process::id());
    let psql = |sql: String| {
        let done = Command::new("psql")
            .args([&server, "-qc", &sql])
            .status()
            .unwrap();
        assert!(done.success(), "{sql}");
    };
    psql(format!("DROP DATABASE IF EXISTS {database}"));
    psql(format!("CREATE DATABASE {database}"));
    let (base, rest) = server.rsplit_once('/').unwrap();
    let query = rest
        .split_once('?')
        .map_or(String::new(), |(_, query)| format!("?{query}"));
    Some(format!("{base}/{database}{query}"))
}

/// Files below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
