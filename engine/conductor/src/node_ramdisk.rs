//! Which agent a node boots: the engine's own, or the one that its driver_info names, which is ironic-python-agent as a rule. It only
//! chooses; it fetches nothing.

use crate::settings::{OwnRamdisk, RamdiskSettings};
use model::Node;
use model::boot::{BootTextError, BootUrl};

const KERNEL: &str = "deploy_kernel";
const RAMDISK: &str = "deploy_ramdisk";

/// What a node boots to run an agent.
#[derive(Debug)]
pub(crate) enum Chosen<'a> {
    /// The engine's own.
    Own(&'a OwnRamdisk),
    /// What the node names.
    Named {
        /// Its kernel.
        kernel: BootUrl,
        /// Its initramfs.
        initrd: BootUrl,
    },
}

/// Why a node cannot boot an agent; the text is for the person who asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoRamdisk {
    /// There is none at all.
    #[error(
        "no machine can boot the agent here: set netboot.interface (or netboot.address) and netboot.ramdisk_dir, and start the engine again"
    )]
    None,
    /// A kernel without its ramdisk, or the other way round.
    #[error("driver_info/{given} is set, but driver_info/{missing} is not: an agent needs both")]
    Half {
        /// The one that is set.
        given: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// A URL that machines cannot be given.
    #[error(
        "driver_info/{key} cannot be booted: {source}; offer the file on a web server that machines reach, or unset netboot.node_ramdisks to boot the engine's own agent"
    )]
    Url {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        #[source]
        source: BootTextError,
    },
}

/// What this node boots.
pub(crate) fn choose<'a>(
    settings: Option<&'a RamdiskSettings>,
    node: &Node,
) -> Result<Chosen<'a>, NoRamdisk> {
    let settings = settings.ok_or(NoRamdisk::None)?;
    let own = || {
        settings
            .own
            .as_ref()
            .map(Chosen::Own)
            .ok_or(NoRamdisk::None)
    };
    if !settings.nodes_name_theirs {
        return own();
    }
    let text = |key| node.driver_info.text(key).filter(|url| !url.is_empty());
    match (text(KERNEL), text(RAMDISK)) {
        (None, None) => own(),
        (Some(kernel), Some(initrd)) => Ok(Chosen::Named {
            kernel: url(KERNEL, kernel)?,
            initrd: url(RAMDISK, initrd)?,
        }),
        (Some(_), None) => Err(NoRamdisk::Half {
            given: KERNEL,
            missing: RAMDISK,
        }),
        (None, Some(_)) => Err(NoRamdisk::Half {
            given: RAMDISK,
            missing: KERNEL,
        }),
    }
}

fn url(key: &'static str, text: &str) -> Result<BootUrl, NoRamdisk> {
    text.parse()
        .map_err(|source| NoRamdisk::Url { key, source })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings(own: bool, nodes_name_theirs: bool) -> RamdiskSettings {
        RamdiskSettings {
            own: own.then(|| OwnRamdisk {
                kernel: "vmlinuz".parse().unwrap(),
                initrd: "initramfs".parse().unwrap(),
            }),
            nodes_name_theirs,
            append: model::boot::KernelArgs::default(),
            agent_api_url: String::new(),
            agent_api_ca_pem: None,
        }
    }

    fn node(named: &[(&str, &str)]) -> Node {
        let mut node = Node::new(uuid::Uuid::nil(), "redfish", model::Timestamp::default());
        for (key, value) in named {
            let info = node.driver_info.expose_mut();
            info.insert((*key).to_owned(), json!(value));
        }
        node
    }

    const BOTH: &[(&str, &str)] = &[
        ("deploy_kernel", "http://192.0.2.1/k"),
        ("deploy_ramdisk", "http://192.0.2.1/r"),
    ];

    #[test]
    fn a_nodes_own_choice_counts_only_where_it_may() {
        let (own, both) = (settings(true, false), settings(true, true));
        assert!(matches!(
            choose(Some(&own), &node(BOTH)),
            Ok(Chosen::Own(_))
        ));
        let chosen = choose(Some(&both), &node(BOTH)).unwrap();
        assert!(
            matches!(chosen, Chosen::Named { kernel, .. } if kernel.as_str() == "http://192.0.2.1/k")
        );
        assert!(matches!(
            choose(Some(&both), &node(&[])),
            Ok(Chosen::Own(_))
        ));
    }

    #[test]
    fn what_cannot_be_booted_is_told_by_its_key() {
        let settings = settings(false, true);
        let why = |named: &[(&str, &str)]| {
            choose(Some(&settings), &node(named))
                .unwrap_err()
                .to_string()
        };
        assert!(why(&[]).contains("netboot.ramdisk_dir"));
        assert!(why(&BOTH[..1]).contains("driver_info/deploy_ramdisk is not"));
        assert!(why(&BOTH[1..]).contains("driver_info/deploy_kernel is not"));
        let local = [("deploy_kernel", "file:///images/k"), BOTH[1]];
        assert!(why(&local).starts_with("driver_info/deploy_kernel cannot be booted"));
    }
}
