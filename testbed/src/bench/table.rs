//! Figures of requests, a row each, ours beside the other's with the ratio of the CPU that a request costs.

use super::load::Measured;

/// Rows and notes.
#[derive(Default)]
pub struct Table {
    rows: Vec<String>,
    notes: Vec<String>,
}

impl Table {
    /// Adds a row; the second measurement is Ironic's.
    pub fn add(&mut self, what: &str, nodes: usize, clients: usize, measured: &[Measured]) {
        let mut row = format!("{what:26} {nodes:>6} {clients:>3}");
        for one in measured {
            row.push_str(&cells(one));
        }
        if let [ours, ironic] = measured {
            row.push_str(&ratio(ironic.cpu, ours.cpu));
        }
        println!("{row}");
        self.rows.push(row);
    }

    /// Adds a line below.
    pub fn note(&mut self, note: String) {
        println!("{note}");
        self.notes.push(note);
    }

    /// All of it once more, together.
    pub fn print(&self) {
        let columns = "       rps   p50 ms   p99 ms  CPU ms";
        println!(
            "\nCPU ms: user and system time of the server's processes for one request. Other work on this machine shows in times, less in CPU."
        );
        println!(
            "{:37}{columns}{columns}  Ironic/ours",
            "Hammerscale, then Ironic"
        );
        println!("{:26} {:>6} {:>3}", "request", "nodes", "c");
        self.rows.iter().for_each(|row| println!("{row}"));
        self.notes.iter().for_each(|note| println!("{note}"));
    }
}

fn cells(one: &Measured) -> String {
    let ms = |seconds: f64| seconds * 1000.0;
    format!(
        "{:>10.1} {:>8.2} {:>8.2} {:>7.3}",
        one.rate,
        ms(one.p50.as_secs_f64()),
        ms(one.p99.as_secs_f64()),
        ms(one.cpu),
    )
}

/// How often ours fits into the other's. The kernel counts CPU in hundredths of a second: few requests may have cost nothing that it saw.
pub fn ratio(ironic: f64, ours: f64) -> String {
    match ours > 0.0 {
        true => format!(" {:>10.0}x", ironic / ours),
        false => "           -".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_measured_gives_no_ratio() {
        assert_eq!(ratio(1.0, 0.0).trim(), "-");
        assert_eq!(ratio(1.0, 0.02).trim(), "50x");
    }
}
