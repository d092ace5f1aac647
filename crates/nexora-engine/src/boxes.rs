//! The boxes an MP4 is made of (ISO/IEC 14496-12 §4.2): found without trust, written with their
//! sizes.

/// Four letters that say what a box is.
pub(crate) type Name = [u8; 4];

/// One box of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Boxed<'a> {
    pub(crate) name: Name,
    /// What is in it, without its header.
    pub(crate) body: &'a [u8],
    /// All of it.
    pub(crate) whole: &'a [u8],
}

/// The boxes that lie behind one another in some bytes. It ends where the bytes end, or where they
/// make no sense.
pub(crate) struct Boxes<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = Boxed<'a>;

    fn next(&mut self) -> Option<Boxed<'a>> {
        let mut fields = Fields(self.0);
        let (size, name) = (fields.u32()?, fields.name()?);
        let size = match size {
            // It goes on to the end.
            0 => self.0.len(),
            1 => usize::try_from(fields.u64()?).ok()?,
            _ => usize::try_from(size).ok()?,
        };
        let header = self.0.len() - fields.0.len();
        let (whole, rest) = self.0.split_at_checked(size)?;
        let body = whole.get(header..)?;
        self.0 = rest;
        Some(Boxed { name, body, whole })
    }
}

/// What is in the first box of this name.
pub(crate) fn find(bytes: &[u8], name: Name) -> Option<&[u8]> {
    Boxes(bytes)
        .find(|found| found.name == name)
        .map(|found| found.body)
}

/// What is in the box at the end of a path of names.
pub(crate) fn descend<'a>(bytes: &'a [u8], path: &[Name]) -> Option<&'a [u8]> {
    path.iter()
        .try_fold(bytes, |inside, name| find(inside, *name))
}

/// Numbers read from the front of some bytes; `None` where there are no more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn array<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(crate) fn skip(&mut self, length: usize) -> Option<()> {
        self.0 = self.0.get(length..)?;
        Some(())
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    pub(crate) fn name(&mut self) -> Option<Name> {
        self.array()
    }

    /// The version of a full box; its flags are passed over.
    pub(crate) fn version(&mut self) -> Option<u8> {
        self.array::<4>().map(|[version, ..]| version)
    }

    /// A time: of 32 bits in version 0, of 64 in version 1.
    pub(crate) fn time(&mut self, version: u8) -> Option<u64> {
        match version {
            0 => self.u32().map(u64::from),
            _ => self.u64(),
        }
    }
}

/// Writes a box around what `fill` writes. Nothing here comes near the 4 GiB a box may have.
pub(crate) fn put(out: &mut Vec<u8>, name: Name, fill: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend([0; 4]);
    out.extend(name);
    fill(out);
    let size = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&size.to_be_bytes());
    }
}

/// Writes a box that begins with a version and flags.
pub(crate) fn put_full(
    out: &mut Vec<u8>,
    name: Name,
    (version, flags): (u8, u32),
    fill: impl FnOnce(&mut Vec<u8>),
) {
    put(out, name, |out| {
        let [_, flags @ ..] = flags.to_be_bytes();
        out.push(version);
        out.extend(flags);
        fill(out);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_found() {
        let mut file = Vec::new();
        put(&mut file, *b"free", |_| {});
        put(&mut file, *b"moov", |out| {
            put_full(out, *b"mvhd", (1, 7), |out| out.extend([9, 9]));
        });
        assert_eq!(
            descend(&file, &[*b"moov", *b"mvhd"]),
            Some(&[1, 0, 0, 7, 9, 9][..])
        );
        assert_eq!(
            Boxes(&file).map(|found| found.whole.len()).sum::<usize>(),
            file.len()
        );
    }

    #[test]
    fn a_box_may_be_long_or_go_on_to_the_end() {
        let long = [&[0, 0, 0, 1][..], b"free", &[0, 0, 0, 0, 0, 0, 0, 17, 5]].concat();
        assert_eq!(find(&long, *b"free"), Some(&[5][..]));
        let last = [&[0, 0, 0, 0][..], b"mdat", &[1, 2, 3]].concat();
        assert_eq!(find(&last, *b"mdat"), Some(&[1, 2, 3][..]));
    }

    /// A size that leads nowhere ends the walk: also one smaller than the box's own header.
    #[test]
    fn nonsense_leads_nowhere() {
        for size in [2, 7, 9, u32::MAX] {
            let bytes = [&size.to_be_bytes()[..], b"moov"].concat();
            assert_eq!(Boxes(&bytes).count(), 0, "{size}");
        }
    }
}
