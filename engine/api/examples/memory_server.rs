//! The API over an engine in memory, on 127.0.0.1: for trying Ironic's clients against the documents and rules alone. Its nodes
//! change state at once and nothing is stored. `cargo run -p api --example memory_server -- 6385`

#[path = "../tests/support/mod.rs"]
mod support;

use api::{ListenerLimits, serve};
use tokio::net::TcpListener;
use tokio::sync::watch;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args()
        .nth(1)
        .unwrap_or_default()
        .parse()
        .unwrap_or(6385);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        let _ = stop.send(true);
    });
    let router = support::Fake::new().operator();
    serve(listener, router, None, ListenerLimits::default(), stopped).await?;
    Ok(())
}
