//! How a scene is filmed: most are painted once and the camera moves, silk moves itself.

use super::between::Between;
use super::plate::{Motion, Plate, with_margin};
use crate::lexicon;
use crate::paint::{self, Detail, Dice, Grade, Rain, Scene, View};
use crate::studio::Wish;

/// A picture has details everywhere, and they were somebody's.
const PICTURE_QUANTISER: u8 = 26;

/// A scene ready to be filmed.
pub(super) struct Shot {
    pub(super) width: usize,
    pub(super) height: usize,
    /// How coarsely the encoder may round, 0..=51.
    pub(super) quantiser: u8,
    kind: Kind,
}

enum Kind {
    /// Between pictures that were handed in.
    Between(Box<Between>),
    Plate(Box<Plate>),
    /// Painted anew for every frame, developed as the first frame wants it.
    Painted {
        scene: Scene,
        view: Box<View>,
        grade: Grade,
        exposure: f32,
    },
}

impl Shot {
    /// Paints what stays the same in all frames.
    pub(super) fn set_up(wish: &Wish, width: usize, height: usize) -> Self {
        let reading = lexicon::read(wish);
        let scene = reading.scene;
        let large = reading.view(with_margin(width), with_margin(height), Detail::Full);
        let between = Between::of(wish, reading.seed, width, height);
        let kind = if let Some(between) = between {
            Kind::Between(Box::new(between))
        } else if let Some(layers) = scene.layers(&large) {
            let rain = (scene == Scene::Street).then(|| {
                Rain::new(&View {
                    height,
                    ..large.clone()
                })
            });
            let motion = motion(scene, reading.seed);
            Kind::Plate(Box::new(Plate::develop(layers, &large, motion, rain)))
        } else {
            let view = reading.view(width, height, Detail::Soft);
            let first = scene.paint(&view).glowing();
            let grade = first.grade.for_motion();
            let exposure = paint::expose(&first.canvas, &grade);
            Kind::Painted {
                scene,
                view: Box::new(view),
                grade,
                exposure,
            }
        };
        Self {
            width,
            height,
            quantiser: match kind {
                Kind::Between(_) => PICTURE_QUANTISER,
                Kind::Plate(_) | Kind::Painted { .. } => quantiser(scene),
            },
            kind,
        }
    }

    /// Fills `rgb` with frame `number`, at `phase` (0..1) of the loop.
    pub(super) fn frame(&self, phase: f32, number: u32, rgb: &mut [u8]) {
        match &self.kind {
            Kind::Between(between) => between.frame(phase, number, self.width, rgb),
            Kind::Plate(plate) => plate.frame(phase, number, self.width, rgb),
            Kind::Painted {
                scene,
                view,
                grade,
                exposure,
            } => {
                let view = View {
                    phase,
                    ..View::clone(view)
                };
                let painting = scene.paint(&view).glowing();
                let developed = paint::develop(&painting.canvas, grade, *exposure, number);
                rgb.copy_from_slice(&developed);
            }
        }
    }
}

/// Constant quality, the same for the eye: still skies show every step, while cloth, sparks and
/// rain that move all over the frame hide it and would cost several times the bytes.
fn quantiser(scene: Scene) -> u8 {
    match scene {
        Scene::Lake(_) | Scene::Dunes(_) | Scene::Product(_) => 27,
        Scene::Cosmos(_) | Scene::Ocean(_) => 29,
        Scene::Street | Scene::Silk => 34,
        Scene::Flame => 33,
    }
}

/// A camera move that suits the scene; the seed chooses its direction.
fn motion(scene: Scene, seed: u32) -> Motion {
    let mut dice = Dice::new(u64::from(seed) ^ 0xCA3E_8A11);
    let side: f32 = dice.pick([1.0, -1.0]);
    match scene {
        Scene::Lake(_) | Scene::Dunes(_) => Motion {
            pan: 0.020 * side,
            lift: 0.010,
            zoom: 0.035,
            roll: 0.0,
        },
        Scene::Ocean(_) => Motion {
            pan: 0.0,
            lift: 0.012,
            zoom: 0.03,
            roll: 0.004 * side,
        },
        Scene::Cosmos(_) => Motion {
            pan: 0.022 * side,
            lift: 0.014,
            zoom: 0.06,
            roll: 0.012 * side,
        },
        Scene::Street => Motion {
            pan: 0.035 * side,
            lift: 0.015,
            zoom: 0.07,
            roll: 0.0,
        },
        Scene::Product(_) => Motion {
            pan: 0.036 * side,
            lift: 0.012,
            zoom: 0.05,
            roll: 0.0,
        },
        Scene::Flame => Motion {
            pan: 0.0,
            lift: 0.02,
            zoom: 0.10,
            roll: 0.07 * side,
        },
        Scene::Silk => Motion {
            pan: 0.0,
            lift: 0.0,
            zoom: 0.0,
            roll: 0.0,
        },
    }
}
