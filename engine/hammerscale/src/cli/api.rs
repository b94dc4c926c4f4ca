//! How the command line reaches the API, and how it shows answers: options that every command of the client side has.

use super::exit::usage;
use super::format::Format;
use super::password::read_secret_file;
use clap::Args;
use client::{Account, Client, Connection};
use std::path::PathBuf;

/// Options of every command that asks the API.
#[derive(Args, Clone)]
pub struct ApiArgs {
    /// Address of the API; OS_ENDPOINT is understood too
    #[arg(
        long,
        global = true,
        env = "HAMMERSCALE_URL",
        value_name = "URL",
        help_heading = "API options"
    )]
    url: Option<String>,
    /// Account name, if the API asks for one; the password is read from HAMMERSCALE_PASSWORD or --api-password-file
    #[arg(
        long,
        global = true,
        env = "HAMMERSCALE_USERNAME",
        value_name = "NAME",
        help_heading = "API options"
    )]
    api_username: Option<String>,
    /// File that holds the account's password
    #[arg(long, global = true, value_name = "FILE", help_heading = "API options")]
    api_password_file: Option<PathBuf>,
    /// Certificates (PEM) to trust instead of the system's
    #[arg(
        long,
        global = true,
        env = "HAMMERSCALE_CA_FILE",
        value_name = "FILE",
        help_heading = "API options"
    )]
    ca_file: Option<PathBuf>,
    /// How answers are shown
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "API options"
    )]
    output: Format,
}

/// What a command works with.
pub struct Context {
    /// The API.
    pub client: Client,
    /// How answers are shown.
    pub output: Format,
}

const DEFAULT_URL: &str = "http://127.0.0.1:6385";

impl ApiArgs {
    /// A client as these options and the environment describe it.
    pub fn context(&self) -> anyhow::Result<Context> {
        let environment = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
        let url = self.url.clone().filter(|it| !it.is_empty());
        let url = url.or_else(|| environment("OS_ENDPOINT"));
        let mut connection = Connection::to(url.unwrap_or_else(|| DEFAULT_URL.to_owned()));
        if let Some(path) = &self.ca_file {
            let pem = std::fs::read(path)
                .map_err(|error| usage(format!("--ca-file {}: {error}", path.display())))?;
            connection.ca_certificates = Some(pem);
        }
        connection.account = self.account(environment("HAMMERSCALE_PASSWORD"))?;
        Ok(Context {
            client: Client::new(&connection)?,
            output: self.output,
        })
    }

    fn account(&self, from_environment: Option<String>) -> anyhow::Result<Option<Account>> {
        let Some(username) = self.api_username.clone().filter(|it| !it.is_empty()) else {
            return Ok(None);
        };
        let password = match &self.api_password_file {
            Some(path) => Some(read_secret_file(path)?),
            None => from_environment,
        };
        let password = password
            .ok_or_else(|| usage("an account needs HAMMERSCALE_PASSWORD or --api-password-file"))?;
        Ok(Some(Account { username, password }))
    }
}
