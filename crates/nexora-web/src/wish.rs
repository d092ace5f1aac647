//! What a composer sends: named texts, and pictures that are taken in on the way.

use axum::extract::{FromRequest, Request};
use nexora_core::{FieldError, Order, Slot};
use nexora_engine::UploadError;

use crate::arrival;
use crate::body::Texts;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// More pictures in one form than any model takes.
const PICTURES_MAX: usize = 24;
/// What the field of a file is called after the field of its slot.
pub(crate) const FILE_SUFFIX: &str = "_file";

/// A wish as it came.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    /// Its texts. Pictures that came along are named in them like any other.
    pub(crate) texts: Texts,
    /// What is wrong with pictures that came along.
    pub(crate) faults: Vec<FieldError>,
}

impl Wish {
    /// Reads a wish: JSON, a form, or a form with files.
    pub(crate) async fn read(app: &App, member: &Member, sent: Request) -> Result<Self, Problem> {
        let is_json = sent.headers().get("content-type").is_some_and(|kind| {
            kind.to_str()
                .is_ok_and(|kind| kind.starts_with("application/json"))
        });
        let mut wish = match arrival::boundary(sent.headers()) {
            Some(boundary) => {
                let form = (sent.into_body(), boundary);
                let form = arrival::form(app, member.id(), form, PICTURES_MAX).await?;
                Self::of_form(form)?
            }
            None => Self {
                texts: Texts::from_request(sent, app).await?,
                faults: Vec::new(),
            },
        };
        if !is_json {
            wish.leave_shape_to_frame();
        }
        Ok(wish)
    }

    fn of_form(form: arrival::Form) -> Result<Self, Problem> {
        let mut wish = Self {
            texts: form.texts,
            faults: Vec::new(),
        };
        for (field, taken) in form.pictures {
            let slot = field.strip_suffix(FILE_SUFFIX).and_then(Slot::of_field);
            let Some(slot) = slot else {
                let message = format!("There is no field {field:?} for files here.");
                return Err(Problem::invalid_field(&field, message));
            };
            match taken {
                Ok(upload) => wish.put(slot, &upload.id.to_string()),
                Err(UploadError::Engine(trouble)) => return Err(trouble.into()),
                Err(why) => wish.faults.push(FieldError {
                    field: slot.field().to_owned(),
                    message: format!("Your {}: {why}", slot.noun()),
                }),
            }
        }
        Ok(wish)
    }

    /// A file takes the place of the frame that was chosen before; references gather.
    fn put(&mut self, slot: Slot, id: &str) {
        if slot != Slot::Reference {
            self.texts.clear(slot.field());
        }
        self.texts.add(slot.field(), id);
    }

    /// A form always sends a shape; a clip has that of its first frame.
    fn leave_shape_to_frame(&mut self) {
        let has_frame = [Slot::FirstFrame, Slot::LastFrame]
            .iter()
            .any(|slot| !self.texts.text(slot.field()).trim().is_empty());
        if has_frame {
            self.texts.clear("aspect_ratio");
        }
    }

    /// What was checked, or every reason why not. What is said about a picture is said once.
    pub(crate) fn checked(
        &self,
        order: Result<Order, Vec<FieldError>>,
    ) -> Result<Order, Vec<FieldError>> {
        if self.faults.is_empty() {
            return order;
        }
        let mut faults = self.faults.clone();
        let others = order.err().unwrap_or_default();
        let is_new = |it: &FieldError| !self.faults.iter().any(|fault| fault.field == it.field);
        faults.extend(others.into_iter().filter(is_new));
        Err(faults)
    }
}
