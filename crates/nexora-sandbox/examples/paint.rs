//! Paints one picture or clip to a file: `paint "prompt" [seed] [WIDTHxHEIGHT] [out.jpg|out.mp4] [quality|seconds]`.
#![expect(clippy::print_stdout, reason = "an example tells what it did")]

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use nexora_sandbox::{paint_clip, paint_still};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let prompt = arguments
        .next()
        .ok_or("which picture? give a prompt in quotes")?;
    let seed = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let size = arguments.next().unwrap_or_else(|| "1024x1024".to_owned());
    let (width, height) = size.split_once('x').ok_or("the size is written 1024x768")?;
    let size = (width.parse()?, height.parse()?);
    let file = arguments.next().unwrap_or_else(|| "paint.jpg".to_owned());
    let last: Option<u32> = arguments.next().map(|number| number.parse()).transpose()?;
    let is_clip = Path::new(&file)
        .extension()
        .is_some_and(|extension| extension == "mp4");
    let bytes = if is_clip {
        paint_clip(&prompt, seed, size, last.unwrap_or(4))
    } else {
        paint_still(&prompt, seed, size, u8::try_from(last.unwrap_or(88))?)
    };
    fs::write(&file, &bytes)?;
    println!("{file}: {} kB", bytes.len().div_ceil(1000));
    Ok(())
}
