//! What the credits of a plan buy, worked out from the catalog.

use maud::{Markup, html};
use nexora_core::{Catalog, MediaKind, Model, Plan};

use super::bundle;
use crate::components::{icon, picker};

/// "40 pictures or 25 clips": with the cheapest models the plan opens.
pub(super) fn in_words(catalog: &Catalog, plan: Plan) -> String {
    let most = |kind: MediaKind| {
        let open = catalog.of_kind(kind);
        let open = open.filter(|model| plan.reaches(model.tier));
        open.map(|model| runs(model, plan)).max().unwrap_or(0)
    };
    let counted = |kind: MediaKind| match most(kind) {
        1 => format!("1 {}", kind.noun()),
        many => format!("{many} {}s", kind.noun()),
    };
    let (pictures, clips) = (counted(MediaKind::Image), counted(MediaKind::Video));
    format!("Up to {pictures} or {clips}")
}

/// How often a model can be run, with its default settings, for what the plan puts into the
/// balance.
fn runs(model: &Model, plan: Plan) -> i64 {
    bundle(plan).amount() / picker::base_price(model).max(1)
}

/// Every model against every plan.
pub(super) fn table(catalog: &Catalog) -> Markup {
    html! {
        section.part #worth aria-labelledby="worth-title" {
            h2 #worth-title { "What the credits " span.glow { "buy." } }
            p.lede {
                "Runs of one model with its standard settings, if everything were spent on it: a month's "
                "credits, or the starter credits of the free plan."
            }
            div.worth-frame role="region" tabindex="0" aria-labelledby="worth-title" {
                table.worth {
                    thead {
                        tr {
                            th scope="col" { "Model" }
                            th scope="col" { "A run" }
                            @for plan in Plan::ALL {
                                th scope="col" { (plan) span.worth-credits { (bundle(plan)) } }
                            }
                        }
                    }
                    @for (kind, title) in [(MediaKind::Image, "Pictures"), (MediaKind::Video, "Clips")] {
                        tbody {
                            tr.worth-kind { th colspan="5" scope="rowgroup" { (title) } }
                            @for model in catalog.of_kind(kind) { (row(model)) }
                        }
                    }
                }
            }
        }
    }
}

fn row(model: &Model) -> Markup {
    html! {
        tr {
            th scope="row" { (model.title) }
            td.worth-price { (picker::price_words(model)) }
            @for plan in Plan::ALL {
                td {
                    @if plan.reaches(model.tier) {
                        (runs(model, plan))
                    } @else {
                        span.worth-lock {
                            (icon::lock()) span.sr { "from " (model.tier.cheapest_plan()) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worth_follows_the_catalog() {
        let catalog = Catalog::built_in().unwrap();
        assert_eq!(in_words(&catalog, Plan::Free), "Up to 3 pictures or 1 clip");
        assert_eq!(
            in_words(&catalog, Plan::Growth),
            "Up to 40 pictures or 25 clips"
        );
        let seedance = catalog.find("seedance-2.0").unwrap();
        assert_eq!(runs(seedance, Plan::Pro), 20);
    }
}
