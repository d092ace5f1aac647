//! What an `avcC` box says about H.264 (ISO/IEC 14496-15 §5.3.3.1).

use crate::boxes::Fields;

/// What a player finds before each unit in a raw H.264 stream (Annex B).
const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// How the pictures of a track are coded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) profile: u8,
    /// How many bytes say how long a unit is, 1..=4.
    pub(crate) length_bytes: usize,
    pub(crate) parameter_sets: Vec<Vec<u8>>,
}

impl Config {
    /// Reads the box's body.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let mut fields = Fields(body);
        let [_, profile, _, _, lengths, sequences] = fields.array()?;
        let mut parameter_sets = Vec::new();
        take_sets(&mut fields, sequences & 0b1_1111, &mut parameter_sets)?;
        let pictures = fields.u8()?;
        take_sets(&mut fields, pictures, &mut parameter_sets)?;
        Some(Self {
            profile,
            length_bytes: usize::from(lengths & 0b11) + 1,
            parameter_sets,
        })
    }

    /// A coded picture as a raw stream: parameter sets first, start codes for lengths.
    pub(crate) fn annex_b(&self, coded: &[u8]) -> Option<Vec<u8>> {
        let mut stream = Vec::with_capacity(coded.len() + 128);
        for set in &self.parameter_sets {
            stream.extend(START_CODE);
            stream.extend(set);
        }
        let mut units = Fields(coded);
        while !units.0.is_empty() {
            let length = units.take(self.length_bytes)?;
            let length = length
                .iter()
                .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            stream.extend(START_CODE);
            stream.extend(units.take(length)?);
        }
        Some(stream)
    }

    /// The parameter sets as units of a coded picture, so that they can stand before it.
    pub(crate) fn in_band(&self) -> Option<Vec<u8>> {
        let mut units = Vec::new();
        for set in &self.parameter_sets {
            let length = u32::try_from(set.len()).ok()?.to_be_bytes();
            let (lost, kept) = length.split_at_checked(length.len() - self.length_bytes)?;
            if lost.iter().any(|byte| *byte != 0) {
                return None;
            }
            units.extend(kept);
            units.extend(set);
        }
        Some(units)
    }
}

fn take_sets(fields: &mut Fields<'_>, count: u8, sets: &mut Vec<Vec<u8>>) -> Option<()> {
    for _ in 0..count {
        let length = fields.u16()?;
        sets.push(fields.take(usize::from(length))?.to_vec());
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: [u8; 14] = [1, 100, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 9, 1, 0, 1, 0x68];

    #[test]
    fn parameter_sets_can_stand_before_a_picture() {
        let config = Config::read(&BODY).unwrap();
        let units = config.in_band().unwrap();
        assert_eq!(units, [0, 0, 0, 2, 0x67, 9, 0, 0, 0, 1, 0x68]);
        let none = Config {
            parameter_sets: Vec::new(),
            ..config.clone()
        };
        assert_eq!(config.annex_b(&[]), none.annex_b(&units));
    }

    #[test]
    fn a_truncated_configuration_is_not_read() {
        for length in 0..BODY.len() {
            assert_eq!(Config::read(&BODY[..length]), None, "{length} bytes");
        }
        let short = Config {
            profile: 100,
            length_bytes: 1,
            parameter_sets: vec![vec![0; 300]],
        };
        assert_eq!(short.in_band(), None);
    }
}
