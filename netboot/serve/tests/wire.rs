//! The service on real interfaces, asked by other people's clients, in network namespaces that each test makes and removes.
//!
//! They need root, `ip`, `busybox` and `curl`; without them they say so and pass.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod wire {
    pub mod lab;
}

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use model::boot::ArtefactName;
use netboot_core::site::DhcpMode;
use netboot_serve::{Netboot, StartError};
use ports::netboot::BootAlarm;
use wire::lab::{CLIENT_MAC, Lab, SERVER, in_namespaces};

/// The client's own network namespace has its end of the cable as `cli0`.
const LEASE_SCRIPT: &str = "#!/bin/sh\n[ \"$1\" = bound ] || exit 0\n\
    ip addr add $ip/24 dev $interface\necho \"ip=$ip boot_file=$boot_file siaddr=$siaddr serverid=$serverid lease=$lease\"\n";

/// Options that make a DHCP client look like UEFI firmware's PXE: class and architecture.
const UEFI: &[&str] = &["-V", "PXEClient:Arch:00007:UNDI:003016", "-x", "0x5d:0007"];
const IPXE: &[&str] = &[
    "-V",
    "PXEClient:Arch:00007:UNDI:003016",
    "-x",
    "0x5d:0007",
    "-x",
    "0x4d:69505845",
];

impl Lab {
    /// What a DHCP client says after one attempt; empty without a lease.
    fn dhcp(&self, options: &[&str]) -> String {
        let script = self.file("lease.sh", LEASE_SCRIPT.as_bytes());
        let fixed = [
            "busybox", "udhcpc", "-f", "-q", "-n", "-t", "3", "-T", "1", "-i", "cli0", "-O",
            "bootfile", "-s",
        ];
        let out = self.client(&[&fixed, &[script.to_str().unwrap()][..], options].concat());
        out.lines().filter(|l| l.starts_with("ip=")).collect()
    }

    fn curl(&self, arguments: &[&str]) -> String {
        self.client(&[&["curl", "-sS", "--max-time", "20"], arguments].concat())
    }

    fn status(&self, path: &str) -> String {
        let url = format!("http://{SERVER}:8080{path}");
        self.curl(&["-o", "/dev/null", "-w", "%{http_code}", &url])
    }
}

#[test]
fn a_machine_boots_from_its_lease_to_its_identity() {
    in_namespaces(
        "a_machine_boots_from_its_lease_to_its_identity",
        |lab| async move {
            let handle = Netboot::start(lab.config(DhcpMode::Server), lab.surroundings())
                .await
                .unwrap();
            let firmware = lab.run(|l| l.dhcp(UEFI)).await;
            assert!(
                firmware.contains("boot_file=snponly.efi") && firmware.contains("lease=3600"),
                "{firmware}"
            );
            let ipxe = lab.run(|l| l.dhcp(IPXE)).await;
            let url = format!("http://{SERVER}:8080/boot.ipxe?mac={CLIENT_MAC}");
            assert!(ipxe.contains(&format!("boot_file={url}")), "{ipxe}");
            let leased: Ipv4Addr = ipxe
                .strip_prefix("ip=")
                .unwrap()
                .split(' ')
                .next()
                .unwrap()
                .parse()
                .unwrap();
            assert_eq!(lab.stored_address(), Some(leased));

            let script = lab.run(move |l| l.curl(&[&url])).await;
            assert!(
                script.starts_with("#!ipxe\n") && script.contains("/artefacts/kernel "),
                "{script}"
            );
            assert_eq!(
                lab.run(|l| l.status("/boot.ipxe?mac=02:00:00:00:00:77"))
                    .await,
                "404"
            );

            let identity = format!("http://{SERVER}:8080/identity?mac={CLIENT_MAC}");
            let fetched = lab
                .run(move |l| l.curl(&["--interface", &leased.to_string(), &identity]))
                .await;
            assert_eq!(
                fetched.trim_end_matches('\0'),
                format!("identity of {CLIENT_MAC} at {leased}")
            );
            assert_eq!(fetched.len() % 4, 0);
            let elsewhere = format!("http://{SERVER}:8080/identity?mac={CLIENT_MAC}");
            let refused = lab.run(move |l| {
                l.client(&["ip", "addr", "add", "10.77.0.250/24", "dev", "cli0"]);
                l.curl(&[
                    "--interface",
                    "10.77.0.250",
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{http_code}",
                    &elsewhere,
                ])
            });
            assert_eq!(refused.await, "403");
            let (from, holder) = (IpAddr::from([10, 77, 0, 250]), Some(IpAddr::V4(leased)));
            assert_eq!(
                lab.alarms(),
                [BootAlarm::IdentityFromWrongAddress {
                    mac: CLIENT_MAC,
                    from,
                    holder
                }]
            );
            handle.stop().await;
        },
    );
}

#[test]
fn an_unknown_machine_gets_nothing() {
    in_namespaces("an_unknown_machine_gets_nothing", |lab| async move {
        lab.forget_the_client();
        let handle = Netboot::start(lab.config(DhcpMode::Server), lab.surroundings())
            .await
            .unwrap();
        assert_eq!(lab.run(|l| l.dhcp(UEFI)).await, "");
        assert_eq!(lab.stored_address(), None);
        handle.stop().await;
    });
}

#[test]
fn leases_outlive_a_restart() {
    in_namespaces("leases_outlive_a_restart", |lab| async move {
        let mut answers = Vec::new();
        for _ in 0..2 {
            let handle = Netboot::start(lab.config(DhcpMode::Server), lab.surroundings())
                .await
                .unwrap();
            answers.push(lab.run(|l| l.dhcp(&["-r", "10.77.0.123"])).await);
            handle.stop().await;
        }
        assert!(
            answers.iter().all(|a| a.starts_with("ip=10.77.0.123 ")),
            "{answers:?}"
        );
    });
}

#[test]
fn tftp_serves_other_peoples_clients() {
    in_namespaces("tftp_serves_other_peoples_clients", |lab| async move {
        let content: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
        lab.artefacts
            .insert_bytes("snponly.efi".parse().unwrap(), "1".into(), content.clone());
        lab.artefacts
            .insert_bytes("hidden".parse().unwrap(), "1".into(), content.clone());
        let handle = Netboot::start(lab.config(DhcpMode::Server), lab.surroundings())
            .await
            .unwrap();
        lab.run(|l| l.client(&["ip", "addr", "add", "10.77.0.50/24", "dev", "cli0"]))
            .await;
        for size in ["8", "512", "1468", "65464"] {
            let got = lab.run(move |l| {
                let url = format!("tftp://{SERVER}/snponly.efi");
                l.client_bytes(&[
                    "curl",
                    "-sS",
                    "--max-time",
                    "60",
                    "--tftp-blksize",
                    size,
                    &url,
                ])
            });
            assert!(got.await == content, "block size {size}");
        }
        let got = lab.run(|l| {
            l.client_bytes(&[
                "busybox",
                "tftp",
                "-g",
                "-r",
                "snponly.efi",
                "-l",
                "-",
                "10.77.0.1",
            ])
        });
        assert!(got.await == content, "busybox");
        for bad in ["hidden", "..%2fetc%2fpasswd", "%2e%2e/secret"] {
            let url = format!("tftp://{SERVER}/{bad}");
            let got = lab
                .run(move |l| l.client_bytes(&["curl", "-sS", "--max-time", "10", &url]))
                .await;
            assert!(got.is_empty(), "{bad}");
        }
        handle.stop().await;
    });
}

#[test]
fn http_serves_whole_and_in_parts() {
    in_namespaces("http_serves_whole_and_in_parts", |lab| async move {
        let content: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 251) as u8).collect();
        let folder = lab.file("kernel.bin", &content);
        lab.artefacts
            .insert_file("kernel".parse::<ArtefactName>().unwrap(), folder)
            .unwrap();
        let handle = Netboot::start(lab.config(DhcpMode::Server), lab.surroundings())
            .await
            .unwrap();
        lab.run(|l| l.client(&["ip", "addr", "add", "10.77.0.50/24", "dev", "cli0"]))
            .await;
        let url = format!("http://{SERVER}:8080/artefacts/kernel");
        let get = |arguments: &'static [&'static str]| {
            let url = url.clone();
            lab.run(move |l| {
                l.client_bytes(&[&["curl", "-sS", "--max-time", "60", &url], arguments].concat())
            })
        };
        assert!(get(&[]).await == content);
        assert!(get(&["-r", "1000-1999"]).await == content[1000..2000]);
        assert!(get(&["-r", "-5"]).await == content[2_999_995..]);
        let head = String::from_utf8(get(&["-I"]).await)
            .unwrap()
            .to_ascii_lowercase();
        assert!(
            head.contains("200 ok")
                && head.contains("content-length: 3000000")
                && head.contains("accept-ranges: bytes"),
            "{head}"
        );
        let etag = head
            .lines()
            .find_map(|l| l.strip_prefix("etag: "))
            .unwrap()
            .to_owned();
        let unchanged = lab.run({
            let (url, tag) = (url.clone(), format!("If-None-Match: {etag}"));
            move |l| l.curl(&["-o", "/dev/null", "-w", "%{http_code}", "-H", &tag, &url])
        });
        assert_eq!(unchanged.await, "304");
        for (path, expected) in [
            ("/artefacts/none", "404"),
            ("/artefacts/..%2f..%2fetc%2fpasswd", "404"),
            ("/artefacts/../../etc/passwd", "404"),
            ("/", "404"),
            ("/boot.ipxe?mac=nonsense", "400"),
            ("/identity", "400"),
        ] {
            assert_eq!(lab.run(move |l| l.status(path)).await, expected, "{path}");
        }
        let posted = lab.run(move |l| {
            l.curl(&[
                "-X",
                "POST",
                "-d",
                "x",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                &url,
            ])
        });
        assert_eq!(posted.await, "405");
        handle.stop().await;
    });
}

#[test]
fn a_second_server_is_found_and_named() {
    in_namespaces("a_second_server_is_found_and_named", |lab| async move {
        // dnsmasq is the other server, at the client's end of the cable.
        if std::process::Command::new("dnsmasq")
            .arg("--version")
            .output()
            .is_err()
        {
            eprintln!("SKIPPED: dnsmasq is not installed");
            return;
        }
        lab.run(|l| l.client(&["ip", "addr", "add", "10.77.0.2/24", "dev", "cli0"]))
            .await;
        let other = lab.spawn_client(&[
            "dnsmasq",
            "--no-daemon",
            "--conf-file=/dev/null",
            "--port=0",
            "--interface=cli0",
            "--bind-interfaces",
            "--dhcp-range=10.77.0.150,10.77.0.160,255.255.255.0,1h",
            "--leasefile-ro",
            "--no-ping",
        ]);
        let config = lab.config(DhcpMode::Server);
        // The other server needs a moment to open its socket: the probe asks until then.
        let mut found = None;
        for _ in 0..20 {
            match Netboot::start(config.clone(), lab.surroundings()).await {
                Err(StartError::OtherServer { server, .. }) => {
                    found = Some(server);
                    break;
                }
                Err(error) => panic!("{error}"),
                Ok(handle) => handle.stop().await,
            }
        }
        assert_eq!(found, Some(Ipv4Addr::new(10, 77, 0, 2)));
        let anyway = netboot_serve::Config {
            other_server: netboot_serve::OtherServer::ServeAnyway,
            ..config
        };
        let handle = Netboot::start(anyway, lab.surroundings()).await.unwrap();
        assert_eq!(
            lab.alarms(),
            [BootAlarm::RogueServer {
                server: Ipv4Addr::new(10, 77, 0, 2),
                client: None
            }]
        );
        // Beside it, a proxy names what to boot and leaves the address to the other.
        handle.stop().await;
        let handle = Netboot::start(lab.config(DhcpMode::Proxy), lab.surroundings())
            .await
            .unwrap();
        let offer = lab.as_client("asks_a_proxy").await;
        assert!(
            offer.contains("PXEClient") && offer.contains("snponly.efi"),
            "{offer}"
        );
        handle.stop().await;
        drop(other);
    });
}

#[test]
#[ignore = "another test runs it in the client's namespace"]
fn asks_a_proxy() {
    let socket = std::net::UdpSocket::bind("0.0.0.0:68").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    socket
        .send_to(&wire::lab::proxy_question(), (SERVER, 67))
        .unwrap();
    let mut answer = [0; 1500];
    let (length, _) = socket.recv_from(&mut answer).unwrap();
    println!("{}", String::from_utf8_lossy(&answer[..length]));
}

#[test]
fn garbage_does_not_stop_it() {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;
    in_namespaces("garbage_does_not_stop_it", |lab| async move {
        let handle = Netboot::start(lab.config(DhcpMode::Server), lab.surroundings())
            .await
            .unwrap();
        let socket = std::net::UdpSocket::bind((SERVER, 0)).unwrap();
        socket.set_broadcast(true).unwrap();
        let mut runner = TestRunner::deterministic();
        let bytes = proptest::collection::vec(proptest::num::u8::ANY, 0..1400);
        for i in 0..2000 {
            let mut garbage = bytes.new_tree(&mut runner).unwrap().current();
            // Half of it looks like DHCP at its beginning, and like a TFTP request.
            if i % 2 == 0 && garbage.len() > 240 {
                garbage[..3].copy_from_slice(&[1, 1, 6]);
                garbage[236..240].copy_from_slice(&[99, 130, 83, 99]);
            }
            socket.send_to(&garbage, (SERVER, 67)).unwrap();
            socket.send_to(&garbage, (Ipv4Addr::BROADCAST, 67)).ok();
            socket
                .send_to(&[&[0, 1], garbage.as_slice()].concat(), (SERVER, 69))
                .unwrap();
            if i % 100 == 0 {
                let mut tcp = std::net::TcpStream::connect((SERVER, 8080)).unwrap();
                std::io::Write::write_all(&mut tcp, &garbage).ok();
            }
        }
        let lease = lab.run(|l| l.dhcp(UEFI)).await;
        assert!(lease.contains("boot_file=snponly.efi"), "{lease}");
        assert_eq!(
            lab.run(|l| l.status(&format!("/boot.ipxe?mac={CLIENT_MAC}")))
                .await,
            "200"
        );
        handle.stop().await;
    });
}

#[test]
fn a_router_advertisement_answers_a_solicitation() {
    in_namespaces(
        "a_router_advertisement_answers_a_solicitation",
        |lab| async move {
            let mut config = lab.config(DhcpMode::Server);
            let prefix = Some("fd00:77::".parse().unwrap());
            config.router_advertisements = Some(netboot_serve::RouterAdvertisements { prefix });
            let handle = Netboot::start(config, lab.surroundings()).await.unwrap();
            // The client's kernel solicits when its end comes up, and makes itself an address of the prefix, without a default route.
            let lab = Arc::new(lab);
            let addresses = lab
                .until(
                    Duration::from_secs(60),
                    |l| l.client(&["ip", "-6", "addr", "show", "dev", "cli0"]),
                    "fd00:77:",
                )
                .await;
            assert!(addresses.contains("fd00:77:"), "{addresses}");
            assert!(!lab.client(&["ip", "-6", "route"]).contains("default"));
            handle.stop().await;
        },
    );
}
