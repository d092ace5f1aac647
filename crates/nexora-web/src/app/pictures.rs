//! `/pictures`: what a member brought along, what it can be used for, and how it goes again.

use maud::{Markup, html};
use nexora_core::{Slot, Timestamp, Upload};
use nexora_engine::{Picture, UPLOAD_BYTES_MAX, UploadRoom};

use crate::components::slots::{FILE_TYPES, title_of_one};
use crate::components::{Shell, icon, media, moment, shell};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct PicturesView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The pictures, newest first.
    pub uploads: &'a [Upload],
    /// How many there may be.
    pub room: UploadRoom,
    /// When the page is drawn.
    pub now: Timestamp,
}

/// The page.
pub fn page(view: &PicturesView<'_>) -> Markup {
    let main = html! {
        header.page-head {
            h1 { "Your pictures" }
            p.page-count { (room(view)) }
        }
        (bring(view))
        @if view.uploads.is_empty() {
            div.empty {
                (icon::picture())
                p { "Nothing here yet. Bring a picture along and let a clip begin with it." }
            }
        } @else {
            ul.brought { @for upload in view.uploads { (piece(upload, view.now)) } }
        }
    };
    shell::app(&view.shell, false, &main)
}

/// "3 of 300 · 2 MB".
fn room(view: &PicturesView<'_>) -> String {
    let bytes: u64 = view.uploads.iter().map(|upload| upload.size_bytes).sum();
    let (count, count_max) = (view.uploads.len(), view.room.count_max);
    format!("{count} of {count_max} · {} MB", bytes.div_ceil(1_000_000))
}

fn bring(view: &PicturesView<'_>) -> Markup {
    html! {
        form.bring method="post" action="/api/uploads" enctype="multipart/form-data" {
            label.field {
                span { "A picture of yours" }
                input type="file" name="file" required accept=(FILE_TYPES.join(","));
            }
            button.button.is-bright type="submit" { (icon::bring()) "Bring it along" }
        }
        p.bring-note {
            "PNG, JPEG or WebP, up to " (UPLOAD_BYTES_MAX >> 20) " MB. We keep its pixels and throw "
            "away what else the file says, such as the place it was taken. A picture that no run "
            "uses is removed after " (view.room.kept.as_secs() / 86_400) " days."
        }
    }
}

fn piece(upload: &Upload, now: Timestamp) -> Markup {
    let base = format!("/media/{}", upload.id);
    let picture = Picture::of_upload(upload);
    html! {
        li.brought-piece id=(upload.id) {
            a.brought-face href=(base) aria-label={ "Your picture, " (upload.width) " × " (upload.height) " px" } {
                (media::placeholder(&picture.placeholder, picture.width, picture.height))
                img.shot src={ (base) "/thumb" } alt="" width=(upload.width) height=(upload.height)
                    loading="lazy" decoding="async";
            }
            p.brought-words { (upload.width) " × " (upload.height) " px · " (moment::ago(upload.created_at, now)) }
            div.brought-acts {
                @for slot in Slot::ALL {
                    a.act.act-words href={ "/generate?" (slot.field()) "=" (upload.id) } {
                        (title_of_one(slot))
                    }
                }
                form method="post" action={ "/api/uploads/" (upload.id) "/delete" }
                    hx-post={ "/api/uploads/" (upload.id) "/delete" } hx-target={ "#" (upload.id) }
                    hx-swap="outerHTML" hx-status:4xx="swap:none" hx-status:5xx="swap:none" {
                    button.act type="submit" aria-label="Delete this picture" { (icon::bin()) }
                }
            }
        }
    }
}
