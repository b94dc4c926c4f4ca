//! The reference of all commands in Markdown, from the parser's own description.

use clap::{Arg, Command};

const HEAD: &str = "# Command reference

Generated from the command line's own description; do not edit. Every command has `--help`.
";

/// The reference of a command and all below it.
pub fn reference(mut root: Command) -> String {
    root.build();
    let mut text = HEAD.to_owned();
    if let Some(exit_codes) = root.get_after_help() {
        text.push_str(&format!("\n```text\n{exit_codes}\n```\n"));
    }
    for command in root.get_subcommands().filter(|it| is_shown(it)) {
        describe(&mut text, "hammerscale", command);
    }
    text
}

fn is_shown(command: &Command) -> bool {
    !command.is_hide_set() && command.get_name() != "help"
}

fn describe(text: &mut String, parent: &str, command: &Command) {
    let name = format!("{parent} {}", command.get_name());
    text.push_str(&format!("\n## `{name}`\n\n"));
    if let Some(about) = command.get_about() {
        text.push_str(&format!("{about}.\n"));
    }
    let own: Vec<&Arg> = command.get_arguments().filter(|it| is_own(it)).collect();
    if !own.is_empty() {
        text.push('\n');
    }
    for arg in own {
        text.push_str(&option(arg));
    }
    if let Some(examples) = command.get_after_help() {
        text.push_str(&format!("\n```text\n{examples}\n```\n"));
    }
    for child in command.get_subcommands().filter(|it| is_shown(it)) {
        describe(text, &name, child);
    }
}

/// Options that every command has, and the keys of the configuration, stand elsewhere.
fn is_own(arg: &Arg) -> bool {
    let hidden = arg.is_hide_set() || arg.is_hide_short_help_set() || arg.is_global_set();
    !hidden && !matches!(arg.get_id().as_str(), "help" | "version")
}

fn option(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .map(|it| it.get_name().to_owned())
        .collect();
    let takes_words = !values.is_empty() && arg.get_action().takes_values();
    let words = match takes_words {
        true => format!(" ({})", values.join(", ")),
        false => String::new(),
    };
    format!("- `{}`: {help}{words}\n", usage(arg))
}

fn usage(arg: &Arg) -> String {
    let value = arg
        .get_value_names()
        .and_then(|names| names.first())
        .map_or_else(
            || arg.get_id().to_string().to_uppercase(),
            ToString::to_string,
        );
    let value = match arg.get_action().takes_values() {
        true => value,
        false => String::new(),
    };
    match arg.get_long() {
        Some(long) => format!("--{long} {value}").trim_end().to_owned(),
        None if arg.is_required_set() => value,
        None => format!("[{value}]"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    /// `UPDATE=1` writes the file anew.
    #[test]
    fn the_committed_reference_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/generated/cli.md");
        let current = crate::cli::command_reference();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == current,
            "docs/generated/cli.md is stale: run this test with UPDATE=1"
        );
    }

    #[test]
    fn the_parser_is_sound_and_every_command_has_examples() {
        use clap::CommandFactory;
        let mut root = crate::cli::Cli::command();
        root.clone().debug_assert();
        root.build();
        let mut waiting = vec![&root];
        while let Some(command) = waiting.pop() {
            let children: Vec<_> = command
                .get_subcommands()
                .filter(|it| super::is_shown(it))
                .collect();
            let examples = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            let has_some = examples.contains("Example")
                || !children.is_empty()
                || command.get_name() == "build";
            assert!(has_some, "{} has no examples", command.get_name());
            assert!(
                command.get_about().is_some(),
                "{} says nothing",
                command.get_name()
            );
            waiting.extend(children);
        }
    }
}
