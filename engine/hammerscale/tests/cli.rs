//! The built command line as people and scripts use it: help, usage errors, exit codes, tables, against a small API on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// The command line in an environment of its own.
fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hammerscale"));
    command.args(args).env_clear().env("HOME", "/nonexistent");
    command.stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> (i32, String, String) {
    told(command(args).output().unwrap())
}

fn told(output: Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// An API that gives prepared answers, in order; it keeps request lines and bodies.
struct Fake {
    url: String,
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Fake {
    fn answering(answers: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut answers: VecDeque<(u16, String)> = answers
            .iter()
            .map(|(status, body)| (*status, (*body).to_owned()))
            .collect();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read_request(&mut stream) else {
                    continue;
                };
                kept.lock().unwrap().push(request);
                let (status, body) = answers
                    .pop_front()
                    .unwrap_or((500, "nothing prepared".to_owned()));
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(body.as_bytes()).unwrap();
            }
        });
        Self { url, asked }
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        told(
            command(args)
                .env("HAMMERSCALE_URL", &self.url)
                .output()
                .unwrap(),
        )
    }

    fn asked(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .map(|(line, _)| line.clone())
            .collect()
    }

    fn body(&self, request: usize) -> serde_json::Value {
        serde_json::from_str(&self.asked.lock().unwrap()[request].1).unwrap()
    }
}

/// Request line without the protocol, and body.
fn read_request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut text = Vec::new();
    let mut piece = [0u8; 4096];
    loop {
        let read = stream.read(&mut piece).ok()?;
        text.extend_from_slice(&piece[..read]);
        let request = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = request.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            });
            if body.len() >= length.unwrap_or(0) {
                let line = head.lines().next()?.trim_end_matches(" HTTP/1.1");
                return Some((line.to_owned(), body.to_owned()));
            }
        }
        if read == 0 {
            return None;
        }
    }
}

const UUID: &str = "11111111-2222-3333-4444-555555555555";

fn node(more: &str) -> String {
    format!(
        r#"{{"uuid":"{UUID}","name":"n1","driver":"redfish","power_state":"power on","provision_state":"available","maintenance":false{more}}}"#
    )
}

#[test]
fn help_lists_commands_and_exit_codes() {
    let (code, out, _) = run(&["--help"]);
    assert_eq!(code, 0);
    for word in [
        "serve",
        "node",
        "port",
        "driver",
        "ramdisk",
        "completions",
        "5  not reached in time",
    ] {
        assert!(out.contains(word), "{word}: {out}");
    }
    assert!(!out.contains("config-reference"));
    let (_, out, _) = run(&["node", "deploy", "--help"]);
    assert!(
        out.contains("Examples:") && out.contains("--root-device"),
        "{out}"
    );
}

#[test]
fn every_key_of_the_configuration_has_its_flag() {
    let (_, long, _) = run(&["serve", "--help"]);
    let (_, short, _) = run(&["serve", "-h"]);
    for key in hammerscale::config::KEYS {
        assert!(long.contains(&format!("--{}", key.flag())), "{}", key.path);
    }
    assert!(
        short.contains("--listen") && !short.contains("--bmc-read-timeout"),
        "{short}"
    );
}

#[test]
fn a_configuration_is_checked_and_shown() {
    let (code, out, err) = run(&[
        "serve",
        "--check-config",
        "--listen",
        "127.0.0.1:7000",
        "--development",
    ]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("listen = \"127.0.0.1:7000\" # flag --listen"),
        "{out}"
    );
    assert!(
        out.contains("development = true # flag --development"),
        "{out}"
    );
    let (code, _, err) = run(&[
        "serve",
        "--check-config",
        "--listen",
        "0.0.0.0:1",
        "--log-format=xml",
    ]);
    assert_eq!(code, 2);
    assert!(
        err.contains("2 problems")
            && err.contains("--insecure")
            && err.contains("log.format = 'xml'"),
        "{err}"
    );
    let (code, _, err) = run(&["serve", "--config", "/nonexistent/x.toml", "--check-config"]);
    assert_eq!(code, 2);
    assert!(err.contains("/nonexistent/x.toml: cannot be read"), "{err}");
}

#[test]
fn a_password_on_the_command_line_is_refused_with_the_reason() {
    let (code, _, err) = run(&["node", "create", "--bmc", "https://h", "--password", "pa55"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("--password-file") && err.contains("history"),
        "{err}"
    );
    let (code, _, err) = run(&["node", "set", "n", "--driver-info", "redfish_password=pa55"]);
    assert_eq!(code, 2);
    assert!(err.contains("--password-file"), "{err}");
}

#[test]
fn nobody_there_has_its_own_exit_code() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (code, _, err) = run(&["node", "list", "--url", &format!("http://127.0.0.1:{port}")]);
    assert_eq!(code, 6);
    assert!(
        err.contains("cannot reach") && err.contains("hammerscale serve"),
        "{err}"
    );
}

#[test]
fn refusals_have_their_exit_codes_and_say_what_the_api_said() {
    for (status, expected) in [(404, 3), (400, 4), (403, 4), (500, 1)] {
        let body = format!(r#"{{"error_message":"{{\"faultstring\":\"the reason {status}\"}}"}}"#);
        let fake = Fake::answering(&[(status, &body)]);
        let (code, out, err) = fake.run(&["node", "show", "n1"]);
        assert_eq!((code, out.as_str()), (expected, ""));
        assert_eq!(err, format!("hammerscale: the reason {status}\n"));
    }
}

#[test]
fn nodes_are_listed_for_people_and_for_programs() {
    let list = format!(r#"{{"nodes":[{}]}}"#, node(r#","added_later":7"#));
    let fake = Fake::answering(&[
        (200, &list),
        (200, &list),
        (200, &list),
        (200, r#"{"nodes":[]}"#),
    ]);
    let (_, out, _) = fake.run(&["node", "list"]);
    let expected = format!(
        "NAME  UUID                                  POWER STATE  PROVISION STATE  MAINTENANCE\nn1    {UUID}  power on     available        false\n"
    );
    assert_eq!(out, expected);
    let (_, out, _) = fake.run(&["node", "list", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json[0]["added_later"], 7);
    let (_, out, _) = fake.run(&["node", "-o", "yaml", "list"]);
    assert!(out.contains("provision_state: available"), "{out}");
    let (_, out, _) = fake.run(&["node", "list", "--state", "active", "--limit", "5"]);
    assert_eq!(out, "(none)\n");
    assert_eq!(
        fake.asked()[3],
        "GET /v1/nodes?provision_state=active&limit=5"
    );
}

#[test]
fn a_machine_is_registered_with_its_ports() {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("bmc.txt");
    std::fs::write(&password, "pa55word\n").unwrap();
    let port = format!(r#"{{"uuid":"{UUID}","address":"52:54:00:00:00:01"}}"#);
    let fake = Fake::answering(&[(201, &node("")), (201, &port), (202, ""), (200, &node(""))]);
    let args = [
        "node",
        "create",
        "--name",
        "n1",
        "--bmc",
        "https://h/redfish/v1/Systems/7",
        "--username",
        "me",
        "--password-file",
    ];
    let mut args = args.to_vec();
    args.push(password.to_str().unwrap());
    args.extend([
        "--mac",
        "52:54:00:00:00:01",
        "--property",
        "cpus=4",
        "--interface",
        "boot=ipxe",
        "--manage",
    ]);
    let (code, out, err) = fake.run(&args);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains(UUID) && !out.contains("pa55word"), "{out}");
    let expected = serde_json::json!({
        "driver": "redfish", "name": "n1", "properties": {"cpus": 4}, "boot_interface": "ipxe",
        "driver_info": {"redfish_address": "https://h", "redfish_system_id": "/redfish/v1/Systems/7", "redfish_username": "me", "redfish_password": "pa55word"},
    });
    assert_eq!(fake.body(0), expected);
    assert_eq!(
        fake.body(1),
        serde_json::json!({"address": "52:54:00:00:00:01", "node_uuid": UUID})
    );
    assert_eq!(fake.body(2)["target"], "manage");
    let expected = [
        "POST /v1/nodes".to_owned(),
        "POST /v1/ports".to_owned(),
        format!("PUT /v1/nodes/{UUID}/states/provision"),
        format!("GET /v1/nodes/{UUID}"),
    ];
    assert_eq!(fake.asked(), expected);
}

#[test]
fn a_deployment_sends_image_and_config_drive_and_waits() {
    let digest = "ab".repeat(32);
    let failed = r#"{"provision_state":"deploy failed","target_provision_state":"active","last_error":"no such image"}"#;
    let fake = Fake::answering(&[(200, &node("")), (200, &node("")), (202, ""), (200, failed)]);
    let checksum = format!("sha256:{digest}");
    let args = [
        "node",
        "deploy",
        "n1",
        "--image",
        "http://i/x",
        "--checksum",
        &checksum,
        "--hostname",
        "web1",
        "--wait",
        "--timeout",
        "60",
    ];
    let (code, _, err) = fake.run(&args);
    assert_eq!(code, 1);
    assert!(
        err.ends_with("hammerscale: n1 is 'deploy failed' instead of 'active': no such image\n"),
        "{err}"
    );
    assert_eq!(
        fake.body(2),
        serde_json::json!({"target": "active", "configdrive": {"meta_data": {"hostname": "web1", "name": "web1"}}})
    );
    assert_eq!(fake.asked()[1], "PATCH /v1/nodes/n1");
}

#[test]
fn what_destroys_asks_first() {
    let fake = Fake::answering(&[(202, "")]);
    for args in [
        &["node", "undeploy", "n1"][..],
        &["node", "delete", "n1"],
        &["node", "clean", "n1", "--step", "deploy.erase_devices"],
    ] {
        let (code, _, err) = fake.run(args);
        assert_eq!(code, 2);
        assert!(err.contains("--yes"), "{err}");
    }
    assert!(fake.asked().is_empty());
    let (code, _, _) = fake.run(&["node", "undeploy", "n1", "--yes"]);
    assert_eq!(code, 0);
    assert_eq!(fake.asked(), ["PUT /v1/nodes/n1/states/provision"]);
}

#[test]
fn verbs_send_ironics_words() {
    let accepted = [(202, ""); 6];
    let fake = Fake::answering(&accepted);
    fake.run(&["node", "power", "off", "n1", "--soft"]);
    fake.run(&["node", "power", "reboot", "n1"]);
    fake.run(&["node", "boot-device", "n1", "pxe", "--persistent"]);
    fake.run(&["node", "maintenance", "on", "n1", "--reason", "r"]);
    fake.run(&["node", "maintenance", "off", "n1"]);
    assert_eq!(fake.body(0)["target"], "soft power off");
    assert_eq!(fake.body(1)["target"], "rebooting");
    assert_eq!(
        fake.body(2),
        serde_json::json!({"boot_device": "pxe", "persistent": true})
    );
    assert_eq!(fake.body(3)["reason"], "r");
    assert_eq!(fake.asked()[4], "DELETE /v1/nodes/n1/maintenance");
}

#[test]
fn a_closed_pipe_is_quiet() {
    let mut child = command(&["config-reference"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
}

#[test]
fn completions_are_written_for_each_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, out, _) = run(&["completions", shell]);
        assert_eq!(code, 0);
        assert!(out.contains("boot-device"), "{shell}");
    }
}
