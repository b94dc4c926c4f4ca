//! The agent's executable: nothing but the start. All else is in the library, where the fuzz targets reach it.

fn main() -> std::process::ExitCode {
    hammerscale_agent::run()
}
