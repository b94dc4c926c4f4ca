//! Decodes an image file to nowhere and tells what it took: how decoders are measured. `decode FILE [auto|raw|gpt|qcow2]`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::process::ExitCode;
use std::time::Instant;

use agent_image::{Declared, Expected, Limits, Output, Source, decode};

struct Image(BufReader<File>);

impl Read for Image {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl BufRead for Image {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

impl Source for Image {
    fn ahead(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        self.0.get_ref().read_exact_at(&mut bytes, range.start)?;
        Ok(bytes)
    }
}

#[derive(Default)]
struct Nowhere {
    written: u64,
    zeroed: u64,
}

impl Output for Nowhere {
    fn begin(&mut self, _: Expected) -> io::Result<()> {
        Ok(())
    }

    fn write(&mut self, _: u64, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        Ok(())
    }

    fn zero(&mut self, _: u64, length: u64) -> io::Result<()> {
        self.zeroed += length;
        Ok(())
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let declared = Declared::parse(arguments.next().as_deref()).unwrap_or(Declared::Auto);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut image = Image(BufReader::with_capacity(256 << 10, file));
    let mut nowhere = Nowhere::default();
    let start = Instant::now();
    match decode(&mut image, declared, &mut nowhere, Limits::default()) {
        Ok(decoded) => {
            let seconds = start.elapsed().as_secs_f64();
            let gib = decoded.size as f64 / f64::from(1 << 30);
            println!(
                "{} of {} bytes ({} written, {} zeroed): {seconds:.2} s, {:.2} s per GiB of the disk",
                decoded.content.name(),
                decoded.size,
                nowhere.written,
                nowhere.zeroed,
                seconds / gib
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}
