//! Studio light: soft boxes, soft shadows, and what each material makes of them.

use glam::{Vec3, vec3};

use super::shapes::{BOX_MAX, BOX_MIN, Material, Set, crossing};
use super::{Hit, MIRROR_STEPS_MAX};
use crate::paint::noise::{clamp01, smooth};
use crate::paint::number::float_i;
use crate::paint::palette::Palette;

/// Towards the main lamp, not normalised.
const KEY_LAMP: Vec3 = vec3(-0.62, 0.85, -0.55);
/// Towards the coloured lamp behind.
const RIM_LAMP: Vec3 = vec3(0.85, 0.35, 0.35);
/// How far a ray starts off the surface it leaves.
const CLEARANCE: f32 = 0.006;

/// The set and the paint it is lit with.
pub(super) struct Studio<'a> {
    pub(super) set: Set,
    pub(super) paint: &'a Palette,
}

/// How much care a surface is lit with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    /// Shadows and hollows.
    Direct,
    /// Seen in a mirror: no shadows.
    Mirrored,
}

impl Studio<'_> {
    /// The first surface a ray meets.
    pub(super) fn trace(&self, from: Vec3, ray: Vec3, steps_max: u32) -> Option<Hit> {
        const FLOOR_REACH: f32 = 27.0;
        if let Some((enter, leave)) = crossing(from, ray) {
            let mut walked = enter + 0.004;
            for _ in 0..steps_max {
                let at = from + ray * walked;
                let nearest = self.set.nearest(at);
                if nearest.distance < 0.0009 * (1.0 + walked) {
                    let normal = self.set.normal(at);
                    return Some(Hit {
                        at,
                        normal,
                        material: nearest.material,
                    });
                }
                walked += nearest.distance * 0.97;
                if walked > leave {
                    break;
                }
            }
        }
        let to_floor = -from.y / ray.y;
        (ray.y < -1e-3 && (1e-3..FLOOR_REACH).contains(&to_floor)).then(|| Hit {
            at: from + ray * to_floor,
            normal: Vec3::Y,
            material: Material::Floor,
        })
    }

    /// The wall behind the set.
    pub(super) fn backdrop(&self, ray: Vec3) -> Vec3 {
        let across = (ray.x * 2.0 - 0.1).powi(2) * 1.1;
        let spot = (-(across + (ray.y - 0.10).powi(2) * 7.0)).exp();
        self.wall(spot) * (0.78 * (0.55 + 0.55 * spot))
    }

    fn wall(&self, lit: f32) -> Vec3 {
        self.paint.low.lerp(self.paint.mid, 0.30 + 0.70 * lit)
    }

    /// The light leaving a surface towards the camera along `ray`.
    pub(super) fn surface(&self, hit: &Hit, ray: Vec3) -> Vec3 {
        let body = self.lit(hit, Care::Direct);
        let facing = (-ray).dot(hit.normal).max(0.0);
        let mirror = 0.04 + 0.96 * (1.0 - facing).powi(5);
        let bounced = ray - hit.normal * (2.0 * ray.dot(hit.normal));
        match hit.material {
            Material::Glass => self.glass(hit, ray, bounced, facing),
            Material::Iridescent => {
                let film = self.film(hit, facing);
                film * (0.10 + 0.30 * body.max_element())
                    + self.mirrored(hit, bounced) * film * (0.55 + 0.45 * mirror)
                    + self.lamps(bounced) * (mirror * 0.8)
            }
            Material::Ball => body * 0.55 + self.mirrored(hit, bounced) * (mirror + 0.16),
            Material::Gold => body * 0.2 + self.mirrored(hit, bounced) * vec3(0.85, 0.663, 0.3825),
            Material::Floor => {
                let from = hit.at + hit.normal * CLEARANCE;
                self.trace(from, bounced, MIRROR_STEPS_MAX)
                    .map_or(body, |seen| {
                        body.lerp(self.lit(&seen, Care::Mirrored), mirror * 0.55 + 0.05)
                    })
            }
            Material::Pedestal | Material::Arch => body + self.lamps(bounced) * (mirror * 0.12),
        }
    }

    /// Thin-film colours that change with the angle.
    fn film(&self, hit: &Hit, facing: f32) -> Vec3 {
        let order = (facing * 5.5 + hit.at.y * 1.2).cos() * 0.5 + 0.5;
        self.paint.accent.lerp(self.paint.high, order) * 1.25
    }

    /// What is behind, tinted by the liquid, with the lamps on the outside.
    fn glass(&self, hit: &Hit, ray: Vec3, bounced: Vec3, facing: f32) -> Vec3 {
        const LIQUID_LEVEL: f32 = 0.74;
        let bent = (ray - hit.normal * 0.28).normalize();
        let beyond = hit.at - hit.normal * 0.5;
        let behind = match self.trace(beyond, bent, MIRROR_STEPS_MAX) {
            Some(seen) => self.lit(&seen, Care::Mirrored),
            None => self.lamps(bent),
        };
        let tint = if hit.at.y < LIQUID_LEVEL {
            self.paint.accent * 0.9 + 0.1
        } else {
            Vec3::splat(0.95)
        };
        let mirror = 0.04 + 0.96 * (1.0 - facing).powi(5);
        behind * tint * 0.95
            + self.film(hit, facing) * ((1.0 - facing).powi(2) * 0.25)
            + self.mirrored(hit, bounced) * (mirror + 0.06)
            + self.lamps(bounced) * 0.10
    }

    /// What a surface mirrors; the object itself is left out of its own reflection.
    fn mirrored(&self, hit: &Hit, bounced: Vec3) -> Vec3 {
        let from = hit.at + hit.normal * CLEARANCE;
        match self.trace(from, bounced, MIRROR_STEPS_MAX) {
            Some(seen) if !matches!(seen.material, Material::Glass | Material::Iridescent) => {
                self.lit(&seen, Care::Mirrored)
            }
            Some(_) | None => self.lamps(bounced),
        }
    }

    /// The room as a mirror sees it: walls and three soft boxes.
    fn lamps(&self, ray: Vec3) -> Vec3 {
        let walls = self
            .paint
            .low
            .lerp(self.paint.mid, clamp01(ray.y * 0.5 + 0.5))
            * 0.35;
        let key = soft_box(ray, KEY_LAMP, 0.42, 0.62, Vec3::Y) * 4.5;
        let side = soft_box(ray, vec3(0.95, 0.15, -0.1), 0.25, 0.9, Vec3::Y) * 3.2;
        let above = soft_box(ray, vec3(0.1, 0.98, 0.3), 0.5, 0.25, Vec3::Z) * 2.2;
        walls + vec3(1.0, 0.97, 0.93) * key + self.paint.accent * side + self.paint.high * above
    }

    /// Light on a matt surface.
    fn lit(&self, hit: &Hit, care: Care) -> Vec3 {
        let key = KEY_LAMP.normalize();
        let towards_key = hit.normal.dot(key).max(0.0);
        let sunny = if care == Care::Direct && towards_key > 0.0 {
            self.shadow(hit, key)
        } else {
            1.0
        };
        let open = self.openness(hit, care);
        let ambient =
            self.paint.light.lerp(self.paint.mid, 0.5) * (0.28 + 0.22 * hit.normal.y) * open;
        let rim = RIM_LAMP.normalize().dot(hit.normal).max(0.0).powi(2) * 0.35 * open;
        let lamp = vec3(1.0, 0.96, 0.9) * (towards_key * sunny * 1.75);
        self.body_colour(hit) * (lamp + ambient + self.paint.accent * rim)
    }

    fn body_colour(&self, hit: &Hit) -> Vec3 {
        let paint = self.paint;
        match hit.material {
            Material::Floor => {
                let away = (hit.at.x - 0.15).powi(2) * 0.35 + (hit.at.z - 0.4).powi(2) * 0.22;
                self.wall((-away).exp()) * 0.8
            }
            Material::Pedestal => paint.mid * 0.6 + paint.light * 0.12,
            Material::Ball => paint.high * 0.85,
            Material::Arch => paint.low * 0.5 + paint.mid * 0.35,
            Material::Gold => vec3(0.9, 0.75, 0.5),
            Material::Glass | Material::Iridescent => paint.accent * 0.7,
        }
    }

    /// 1 in full light, 0 in the core of a shadow with soft edges.
    fn shadow(&self, hit: &Hit, towards: Vec3) -> f32 {
        const STEPS: u32 = 24;
        let from = hit.at + hit.normal * 0.004;
        let Some((enter, leave)) = crossing(from, towards) else {
            return 1.0;
        };
        let (mut walked, mut light) = (enter.max(0.03), 1.0_f32);
        for _ in 0..STEPS {
            let gap = self.set.nearest(from + towards * walked).distance;
            light = light.min(0.5 + 0.5 * gap / (0.10 * walked));
            walked += gap.clamp(0.03, 0.3);
            if light < 0.0 || walked > leave {
                break;
            }
        }
        smooth(0.0, 1.0, light)
    }

    /// 1 in the open, less where other surfaces are close.
    fn openness(&self, hit: &Hit, care: Care) -> f32 {
        let is_near = hit.at.cmpgt(BOX_MIN - 0.3).all() && hit.at.cmplt(BOX_MAX + 0.3).all();
        if !is_near {
            return 1.0;
        }
        let steps = if care == Care::Direct { 5 } else { 2 };
        let (mut covered, mut weight) = (0.0, 1.0);
        for step in 1..=steps {
            let reach = 0.05 * float_i(step);
            let gap = self
                .set
                .nearest(hit.at + hit.normal * reach)
                .distance
                .min(reach);
            covered += (reach - gap) * weight;
            weight *= 0.72;
        }
        (1.0 - covered * 2.6).clamp(0.12, 1.0)
    }
}

/// How much of a rectangular lamp a ray meets. Sizes are half widths at distance 1.
fn soft_box(ray: Vec3, towards: Vec3, width: f32, height: f32, up: Vec3) -> f32 {
    let towards = towards.normalize();
    let ahead = ray.dot(towards);
    if ahead <= 0.0 {
        return 0.0;
    }
    let right = up.cross(towards).normalize();
    let above = towards.cross(right);
    let (across, along) = (ray.dot(right) / ahead, ray.dot(above) / ahead);
    smooth(width, width * 0.75, across.abs()) * smooth(height, height * 0.75, along.abs())
}
