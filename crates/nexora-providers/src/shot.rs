//! What a directed shot adds to its order: what it begins with, who is in it, how it is filmed.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use nexora_core::{Model, Slot};
use serde_json::Number;
use url::Url;

/// What a shot adds to its order. An empty one adds nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shot {
    /// The picture it begins with.
    pub first_frame: Option<Placed>,
    /// The picture it ends with.
    pub last_frame: Option<Placed>,
    /// Pictures to go by, in the order in which the prompt numbers them.
    pub references: Vec<Placed>,
    /// Who is in it.
    pub character: Option<Cast>,
    /// How the camera moves, by the provider's own list.
    pub motions: Vec<Motion>,
    /// How it is filmed, in the provider's own words.
    pub camera: Camera,
}

/// A picture where its provider can read it: a public address, the picture itself, or a name the
/// provider gave it when it was uploaded there.
#[derive(Clone, PartialEq, Eq)]
pub struct Placed(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    /// An address, or a name of the provider's own.
    Named(String),
    /// The picture itself.
    Inline { content_type: String, bytes: Bytes },
}

/// A character who was trained, and how much they are to look like themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The provider's id of the character.
    pub id: String,
    /// How closely.
    pub strength: Strength,
}

/// One of the provider's camera motions, and how strongly it moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Motion {
    /// The provider's id of the motion.
    pub id: String,
    /// How strongly.
    pub strength: Strength,
}

/// 1 to 100 percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength(u8);

/// How a shot is filmed, in the provider's own words; what is absent is the provider's choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Camera {
    /// How it moves, for example `pan-left`.
    pub movement: Option<String>,
    /// What it is, for example `35mm-film`.
    pub body: Option<String>,
    /// What stands before it, for example `anamorphic`.
    pub lens: Option<String>,
    /// How far that is open, for example `f4-moderate`.
    pub aperture: Option<String>,
    /// Where the light comes from, for example `window`.
    pub light: Option<String>,
    /// How fast things happen, for example `calm`.
    pub pacing: Option<String>,
    /// When it plays, for example `1980s`.
    pub era: Option<String>,
    /// What kind of film it is from, for example `noir`.
    pub genre: Option<String>,
}

/// Which parts of a shot an endpoint takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShotTakes {
    pub(crate) first_frame: Need,
    pub(crate) last_frame: bool,
    pub(crate) references_max: usize,
    pub(crate) character: bool,
    pub(crate) motions_max: usize,
    pub(crate) camera: bool,
}

/// Whether something is taken, or even needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    No,
    May,
    Must,
}

impl ShotTakes {
    /// For endpoints that are given words alone.
    pub(crate) const NOTHING: Self = Self {
        first_frame: Need::No,
        last_frame: false,
        references_max: 0,
        character: false,
        motions_max: 0,
        camera: false,
    };

    /// Whether everything in the shot can be asked for, and everything needed is there. What is
    /// not taken is refused: a wish that is dropped is a result nobody ordered.
    pub(crate) fn check(&self, shot: &Shot) -> Result<(), String> {
        let camera_is_told = shot.camera != Camera::default();
        let faults = [
            (
                self.first_frame == Need::Must && shot.first_frame.is_none(),
                "it needs a picture to begin with",
            ),
            (
                self.first_frame == Need::No && shot.first_frame.is_some(),
                "it takes no first frame",
            ),
            (
                !self.last_frame && shot.last_frame.is_some(),
                "it takes no last frame",
            ),
            (
                shot.references.len() > self.references_max,
                "it does not take as many reference pictures",
            ),
            (
                !self.character && shot.character.is_some(),
                "it takes no character",
            ),
            (
                shot.motions.len() > self.motions_max,
                "it does not take as many motions",
            ),
            (
                !self.camera && camera_is_told,
                "it takes no words about the camera",
            ),
        ];
        match faults.into_iter().find(|(wrong, _)| *wrong) {
            Some((_, what)) => Err(what.to_owned()),
            None => Ok(()),
        }
    }

    /// Whether every picture the catalog lets an order begin with is taken; else which is not.
    pub(crate) fn check_offer(&self, model: &Model) -> Result<(), String> {
        self.check_frames(model)?;
        self.check_references(model)
    }

    pub(crate) fn check_frames(&self, model: &Model) -> Result<(), String> {
        let Some(frames) = &model.params.frames else {
            return Ok(());
        };
        if self.first_frame == Need::No {
            return Err("it takes no first frame".to_owned());
        }
        if frames.last && !self.last_frame {
            return Err("it takes no last frame".to_owned());
        }
        Ok(())
    }

    pub(crate) fn check_references(&self, model: &Model) -> Result<(), String> {
        let offered = model.params.pictures_max(Slot::Reference);
        match self.references_max {
            most if usize::try_from(offered).is_ok_and(|offered| offered <= most) => Ok(()),
            0 => Err("it goes by no reference pictures".to_owned()),
            most => Err(format!("it goes by at most {most} reference pictures")),
        }
    }
}

impl Placed {
    /// A picture at a public address.
    pub fn at(url: &Url) -> Self {
        Self::named(url.as_str().to_owned())
    }

    /// The picture itself, inside the request.
    pub fn inline(content_type: &str, bytes: Bytes) -> Self {
        Self(Place::Inline {
            content_type: content_type.to_owned(),
            bytes,
        })
    }

    pub(crate) fn named(name: String) -> Self {
        Self(Place::Named(name))
    }

    /// As an address that the provider can read; of the picture itself a data URI.
    pub fn as_text(&self) -> Cow<'_, str> {
        match &self.0 {
            Place::Named(name) => name.into(),
            Place::Inline {
                content_type,
                bytes,
            } => format!("data:{content_type};base64,{}", STANDARD.encode(bytes)).into(),
        }
    }

    /// The picture itself and what it is, unless it lies elsewhere.
    pub(crate) fn as_file(&self) -> Option<(&str, &Bytes)> {
        match &self.0 {
            Place::Named(_) => None,
            Place::Inline {
                content_type,
                bytes,
            } => Some((content_type, bytes)),
        }
    }
}

/// Where each of them can be read, in their order.
pub(crate) fn texts(places: &[Placed]) -> Vec<Cow<'_, str>> {
    places.iter().map(Placed::as_text).collect()
}

impl Strength {
    /// All of it.
    pub const FULL: Self = Self(100);

    /// This many percent, brought into 1 to 100.
    pub fn percent(percent: u8) -> Self {
        Self(percent.clamp(1, 100))
    }

    /// 0.01 to 1.0, as providers write it.
    pub(crate) fn fraction(self) -> Number {
        // Percents divided by a hundred are never infinite.
        Number::from_f64(f64::from(self.0) / 100.0).unwrap_or_else(|| 1.into())
    }
}

impl fmt::Debug for Placed {
    /// Only how it is reached: the rest may be a signature, or the picture.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match &self.0 {
            Place::Named(name) => name.split(':').next().unwrap_or_default(),
            Place::Inline { .. } => "data",
        };
        write!(f, "Placed({scheme}:…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Placed {
        Placed::at(&"https://a.example/b.png?sig=secret".parse().unwrap())
    }

    #[test]
    fn what_is_not_taken_is_refused() {
        let nothing = ShotTakes::NOTHING;
        assert_eq!(nothing.check(&Shot::default()), Ok(()));
        let fault = |change: &dyn Fn(&mut Shot)| {
            let mut shot = Shot::default();
            change(&mut shot);
            nothing.check(&shot).unwrap_err()
        };
        let strength = Strength::FULL;
        let id = "x".to_owned();
        assert!(fault(&|shot| shot.first_frame = Some(frame())).contains("first frame"));
        assert!(fault(&|shot| shot.last_frame = Some(frame())).contains("last frame"));
        assert!(fault(&|shot| shot.references.push(frame())).contains("reference"));
        let cast = Cast {
            id: id.clone(),
            strength,
        };
        assert!(fault(&|shot| shot.character = Some(cast.clone())).contains("character"));
        let motion = Motion { id, strength };
        assert!(fault(&|shot| shot.motions.push(motion.clone())).contains("motions"));
        assert!(fault(&|shot| shot.camera.lens = Some("wide".to_owned())).contains("camera"));
    }

    #[test]
    fn what_is_needed_is_asked_for() {
        let needy = ShotTakes {
            first_frame: Need::Must,
            ..ShotTakes::NOTHING
        };
        assert!(needy.check(&Shot::default()).is_err());
        let shot = Shot {
            first_frame: Some(frame()),
            ..Shot::default()
        };
        assert_eq!(needy.check(&shot), Ok(()));
    }

    #[test]
    fn neither_signature_nor_picture_reaches_a_log() {
        assert_eq!(format!("{:?}", frame()), "Placed(https:…)");
        let inline = Placed::inline("image/png", Bytes::from_static(b"secret"));
        assert_eq!(inline.as_text(), "data:image/png;base64,c2VjcmV0");
        assert_eq!(format!("{inline:?}"), "Placed(data:…)");
    }

    #[test]
    fn strength_is_a_share_of_one() {
        let fraction = |percent| Strength::percent(percent).fraction().to_string();
        assert_eq!(fraction(0), "0.01");
        assert_eq!(fraction(85), "0.85");
        assert_eq!(fraction(200), "1.0");
    }
}
