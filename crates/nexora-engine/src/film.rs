//! Clips joined into one film, sample by sample: nothing is decoded, so nothing is lost.
//!
//! Blocking; what it costs is copying the bytes once.

mod clip;
mod coding;
mod reel;
mod tables;
mod write;

use bytes::Bytes;
use thiserror::Error;

use clip::Clip;
use coding::Likeness;

/// The most clips of a film: as many as a storyboard has shots.
pub const CLIPS_MAX: usize = 12;
/// The most bytes of all clips together: a minute of 4K has about 400 MB, and a film is made in
/// memory.
pub const CLIPS_BYTES_MAX: usize = 512 << 20;

/// Why clips were not joined. A sentence for the person who wanted the film.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JoinError {
    /// There is nothing to join.
    #[error("There are no clips to join.")]
    NoClips,
    /// More than [`CLIPS_MAX`].
    #[error("A film has at most {CLIPS_MAX} clips, and these are {0}.")]
    TooMany(usize),
    /// More than [`CLIPS_BYTES_MAX`].
    #[error(
        "Together these clips have {} MB, and a film has at most {} MB.",
        .0 >> 20,
        CLIPS_BYTES_MAX >> 20
    )]
    TooLarge(usize),
    /// One of them does not fit.
    #[error("Clip {clip} cannot be joined: {why}.")]
    Clip {
        /// Which, from 1.
        clip: usize,
        /// Why.
        why: Unfit,
    },
}

/// Why one clip does not fit into a film. The end of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    /// It makes no sense as an MP4 with pictures.
    #[error("its bytes cannot be read as a clip")]
    NotAClip,
    /// Some of it is missing.
    #[error("its file breaks off")]
    BreaksOff,
    /// Longer than any clip made here.
    #[error("it is longer than ten minutes")]
    TooLong,
    /// There is a track, but nothing in it.
    #[error("it has no pictures")]
    Empty,
    /// It is a stream that was saved as it came.
    #[error("its file is in fragments")]
    Fragmented,
    /// Parts of it are hidden, delayed or played at another pace.
    #[error("it was cut without being made anew, and what was cut away would come back")]
    Edited,
    /// It changes how it is coded on the way.
    #[error("it is coded in more than one way")]
    CodedInPieces,
    /// It has another size than the first.
    #[error("it has {} × {} pixels and the first clip has {} × {}", .own.0, .own.1, .first.0, .first.1)]
    OtherSize {
        /// Its own width and height in pixels.
        own: (u16, u16),
        /// The first clip's.
        first: (u16, u16),
    },
    /// It is turned or stretched another way than the first.
    #[error("it is turned or stretched another way than the first clip")]
    OtherLayout,
    /// One decoder could not play both.
    #[error("it is coded in another way than the first clip")]
    OtherCoding,
}

/// Joins MP4 clips, in this order, into one whose index comes first.
///
/// The coded pictures stay as they are, so all must have the size and the coding of the first.
/// H.264 clips whose parameter sets differ get them written before their key frames. Times are
/// brought into the units of the first. The film has sound if all clips have it, coded alike and as
/// long as their pictures; otherwise it has none. Whatever else a clip carries is left out.
///
/// # Errors
///
/// [`JoinError`] says which clip does not fit, and why.
pub fn join(clips: &[Bytes]) -> Result<Bytes, JoinError> {
    if clips.len() > CLIPS_MAX {
        return Err(JoinError::TooMany(clips.len()));
    }
    let size = clips.iter().map(Bytes::len).sum();
    if size > CLIPS_BYTES_MAX {
        return Err(JoinError::TooLarge(size));
    }
    let mut read: Vec<Clip<'_>> = Vec::with_capacity(clips.len());
    for (number, bytes) in (1..).zip(clips) {
        let clip = Clip::read(bytes).and_then(|clip| match read.first() {
            Some(first) => fits(first, &clip).map(|()| clip),
            None => Ok(clip),
        });
        read.push(clip.map_err(|why| JoinError::Clip { clip: number, why })?);
    }
    let first = read.first().ok_or(JoinError::NoClips)?;
    let (pictures, ends) = reel::pictures(first, &read);
    let sound = reel::sound(&read, &ends, pictures.timescale);
    let reels: Vec<_> = std::iter::once(pictures).chain(sound).collect();
    Ok(Bytes::from(write::write(&reels)))
}

fn fits(first: &Clip<'_>, other: &Clip<'_>) -> Result<(), Unfit> {
    if first.size != other.size {
        return Err(Unfit::OtherSize {
            own: other.size,
            first: first.size,
        });
    }
    if first.pictures.layout != other.pictures.layout {
        return Err(Unfit::OtherLayout);
    }
    match first.pictures.coding.likeness(&other.pictures.coding) {
        Likeness::Same | Likeness::OtherParameters => Ok(()),
        Likeness::Different => Err(Unfit::OtherCoding),
    }
}
