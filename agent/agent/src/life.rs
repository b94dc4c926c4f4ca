//! One life of the agent, from start to end: hardware, network, inspection, lookup, then serving and beating.

use std::process::ExitCode;
use std::sync::Arc;

use agent_wire::{AGENT_VERIFY_CA_MINOR, BootIdentity, Interface, WireSecret};

use crate::agent::{Agent, Settings, VERSION};
use crate::cmdline::Params;
use crate::commands;
use crate::conductor::api::Api;
use crate::conductor::heartbeat::{self, Identity};
use crate::conductor::inspection;
use crate::conductor::lookup::{self, Found, LookupError};
use crate::host::{Host, read_text};
use crate::init::supervise::{EXIT_LOCKED_DOWN, EXIT_TRY_AGAIN};
use crate::init::{clock, entropy, modules::Modules, mounts};
use crate::inventory::{self, interfaces};
use crate::log::{info, warning};
use crate::net::{advertise, lldp, renew};
use crate::options::Options;
use crate::outbound::{client, dns::Dns, trust::Trust};
use crate::server::{certificate::OwnCertificate, listen};

/// Runs to the end of the agent.
pub fn run(options: Options) -> ExitCode {
    info!("version {VERSION}");
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            warning!("the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let host = options.host();
    match runtime.block_on(live(options, host.clone())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            warning!("{error:#}");
            match error.downcast_ref::<LookupError>() {
                Some(LookupError::NoToken) => {
                    if host.own_ramdisk {
                        commands::lockdown::network_down(&host);
                    }
                    ExitCode::from(EXIT_LOCKED_DOWN)
                }
                _ => ExitCode::from(EXIT_TRY_AGAIN),
            }
        }
    }
}

async fn live(options: Options, host: Host) -> anyhow::Result<()> {
    let line = options
        .cmdline
        .clone()
        .or_else(|| read_text(&host.proc("cmdline")))
        .unwrap_or_default();
    let params = Params::parse(&line);
    let identity = boot_identity(&options);
    if host.own_ramdisk {
        let nonce = identity
            .as_ref()
            .map(|i| i.nonce.clone())
            .unwrap_or_default();
        prepare(host.clone(), params.clone(), nonce).await?;
    }
    tokio::time::sleep(params.hardware_initialization_delay).await;
    let trust = Trust {
        api_ca_pem: identity.as_ref().and_then(|i| i.api_ca_pem.clone()),
        insecure: params.insecure,
        ..Trust::default()
    };
    let dns = Dns::system();
    let nonce = identity.map(|i| i.nonce);
    let proven = nonce.is_some();
    if host.own_ramdisk {
        set_clock(&params, &dns).await?;
    }
    let http = client::api_client(&trust, dns.clone(), params.http_timeout)?;
    let id = params.global_request_id.clone();
    let api = Arc::new(Api::new(http, params.api_urls.clone(), nonce, id));
    // Whoever proves its boot is known by that, and asked for the inventory by name: it beats first, so that the engine
    // can go on with it as soon as the inventory is there. Elsewhere the inventory is what makes a machine known.
    let uuid = if proven {
        None
    } else {
        inspect(&host, &params, &api).await
    };
    if params.api_urls.is_empty() {
        info!("no ipa-api-url: nothing more to do");
        return std::future::pending().await;
    }
    let macs: Vec<_> = interfaces::collect(&host)
        .into_iter()
        .filter_map(|i| i.mac_address)
        .collect();
    let minor = match params.api_minor {
        Some(minor) => minor,
        None => {
            api.discover_minor(params.lookup_timeout, params.lookup_interval)
                .await
        }
    };
    let found = lookup::lookup(&api, &params, minor, &macs, uuid.as_deref()).await?;
    let inspects = proven && !params.inspection_callback_urls.is_empty();
    let life = Life {
        host,
        params,
        trust,
        dns,
        api,
    };
    serve(life, minor, found, inspects).await
}

/// What the agent is made of once its node is known.
struct Life {
    host: Host,
    params: Params,
    trust: Trust,
    dns: Dns,
    api: Arc<Api>,
}

/// Modules and network of our own ramdisk.
async fn prepare(host: Host, params: Params, nonce: WireSecret) -> anyhow::Result<()> {
    let up = tokio::task::spawn_blocking(move || {
        let mut modules = Modules::of_running_kernel();
        for name in ["efivarfs", "af_packet", "virtio_rng"] {
            modules.load(name);
        }
        modules.load_for_hardware(&host.sys("devices"));
        mounts::efivars();
        // After the modules: one of them may be a hardware source.
        entropy::ensure(nonce.expose().as_bytes());
        let up = renew::bring_up(&host, &params);
        // Devices that come later get their drivers too.
        let late = std::thread::Builder::new()
            .name("modules".to_owned())
            .spawn(move || {
                loop {
                    std::thread::sleep(std::time::Duration::from_secs(5));
                    modules.load_new(&host.sys("devices"));
                }
            });
        if let Err(error) = late {
            warning!("devices that appear later get no drivers: {error}");
        }
        up
    })
    .await?;
    anyhow::ensure!(
        up,
        "no interface got an address by DHCP; check cabling and the DHCP server"
    );
    Ok(())
}

/// The clock is read over a connection that verifies nothing: with a wrong clock no certificate can be verified.
async fn set_clock(params: &Params, dns: &Dns) -> anyhow::Result<()> {
    let anybody = Trust {
        insecure: true,
        ..Trust::default()
    };
    let http = client::api_client(&anybody, dns.clone(), params.http_timeout)?;
    let api = Api::new(http, params.api_urls.clone(), None, None);
    if !params.api_urls.is_empty() {
        clock::correct(&api, params.lookup_timeout, params.lookup_interval).await;
    }
    Ok(())
}

fn boot_identity(options: &Options) -> Option<BootIdentity> {
    let text = read_text(&options.boot_identity)?;
    match serde_json::from_str(&text) {
        Ok(identity) => Some(identity),
        Err(error) => {
            // The error may quote the content, so only its place is shown.
            warning!(
                "{}: not a boot identity (line {})",
                options.boot_identity.display(),
                error.line()
            );
            None
        }
    }
}

async fn inspect(host: &Host, params: &Params, api: &Api) -> Option<String> {
    let urls = params.inspection_urls();
    if urls.is_empty() {
        return None;
    }
    let mut inventory = inventory::collect(host, params);
    if params.collect_lldp || params.collectors.iter().any(|c| c == "lldp") {
        add_lldp(&mut inventory.interfaces, params.lldp_timeout).await;
    }
    inspection::send(api, &urls, &inspection::document(params, inventory)).await
}

async fn add_lldp(list: &mut [Interface], timeout: std::time::Duration) {
    let names: Vec<_> = list
        .iter()
        .filter(|i| i.has_carrier)
        .map(|i| i.name.clone())
        .collect();
    let heard = tokio::task::spawn_blocking(move || lldp::capture(&names, timeout))
        .await
        .unwrap_or_default();
    for (name, tlvs) in heard {
        if let Some(interface) = list.iter_mut().find(|i| i.name == name) {
            interface.lldp = Some(tlvs);
        }
    }
}

async fn serve(life: Life, minor: u16, found: Found, inspects: bool) -> anyhow::Result<()> {
    let Life {
        host,
        params,
        trust,
        dns,
        api,
    } = life;
    let address = advertise::address(&params, &dns).await.ok_or_else(|| {
        anyhow::anyhow!(
            "no own address towards the API was found; check routes and ipa-advertise-host"
        )
    })?;
    let settings = Settings::new(&found.answer.config, found.token);
    let secure = minor >= AGENT_VERIFY_CA_MINOR;
    let certificate = if secure {
        Some(OwnCertificate::generate(address, "hammerscale-agent")?)
    } else {
        None
    };
    let tls = match &certificate {
        Some(own) => Some(own.server_config(settings.tls_min_version.as_deref())?),
        None => None,
    };
    let listener = listen::bind(params.listen_host, params.listen_port).await?;
    let scheme = if secure { "https" } else { "http" };
    let identity = Identity {
        uuid: found.answer.node.uuid.clone(),
        callback_url: advertise::callback_url(scheme, address, params.advertise_port),
        minor,
        certificate_pem: certificate.map(|c| c.pem),
    };
    info!("serving at {}", identity.callback_url);
    let (first_beat, beaten) = tokio::sync::oneshot::channel();
    if inspects {
        let (host, params, api) = (host.clone(), params.clone(), Arc::clone(&api));
        tokio::spawn(async move {
            if beaten.await.is_ok() {
                inspect(&host, &params, &api).await;
            }
        });
    }
    let agent = Arc::new(Agent::new(host, params, trust, dns, settings));
    let node = serde_json::json!({
        "uuid": found.answer.node.uuid,
        "properties": found.answer.node.properties,
        "instance_info": found.answer.node.instance_info,
    });
    agent.remember_node(&node);
    let server = tokio::spawn(listen::serve(listener, tls, Arc::clone(&agent)));
    let beats = tokio::spawn(heartbeat::run(agent, api, identity, first_beat));
    // Both run for ever; the end of either is a bug that PID 1 answers with a restart.
    tokio::select! {
        end = server => end?,
        end = beats => end?,
    }
    anyhow::bail!("the agent stopped serving")
}
