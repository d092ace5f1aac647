//! The pages of comparisons with sample data.

use maud::Markup;
use nexora_core::comparison::{Evidence, Judgement, Purpose, Wish};
use nexora_core::pixels::{Distance, Verdict};
use nexora_core::{Credits, MediaKind};

use crate::app::compare::result::{self, ResultView};
use crate::app::compare::{self, CompareView, EarlierView, TermsView};
use crate::components::{Here, Run};
use crate::design::stock::Stock;

pub(super) fn pages(stock: &Stock) -> Vec<(String, Markup)> {
    let prompt = ("prompt", "A heron lands on a frozen lake at first light");
    let wishes = [
        ("/compare", "flux-schnell dall-e-2"),
        ("/compare-locked", "seedance-2.0 kling-3.0 wan-2.1-turbo"),
        ("/compare-one", "flux-schnell"),
    ];
    let forms = wishes.map(|(path, models)| {
        let wish = Wish::read([("models", models), prompt, ("aspect_ratio", "21:9")]);
        (path.to_owned(), form(stock, &wish))
    });
    let runs: Vec<Run<'_>> = stock.runs().into_iter().map(|(_, run)| run).collect();
    let view = |purpose, original, runs| ResultView {
        shell: stock.shell("Compare", Here::Generate),
        purpose,
        original,
        runs,
        judgement: None,
        again: "/compare?models=flux-schnell".to_owned(),
    };
    let models = view(Purpose::Models, None, runs.get(..3).unwrap_or_default());
    let mut pages: Vec<(String, Markup)> = forms.into();
    pages.push(("/compare/models".to_owned(), result::page(&models)));
    if let Some((original, varied)) = runs.split_first() {
        let purpose = Purpose::Variations(original.generation.id);
        let varied = varied.get(..4).unwrap_or_default();
        let page = result::page(&view(purpose, Some(*original), varied));
        pages.push(("/compare/variations".to_owned(), page));
        let again = ResultView {
            judgement: Some(Judgement {
                verdict: Verdict::Nearly,
                by: Evidence::Pixels,
                distance: Some(Distance {
                    mean_millionths: 1_234,
                    equal_millionths: 876_543,
                }),
            }),
            ..view(
                Purpose::Reproduction(original.generation.id),
                Some(*original),
                varied.get(..1).unwrap_or_default(),
            )
        };
        pages.push(("/compare/again".to_owned(), result::page(&again)));
    }
    pages
}

fn form(stock: &Stock, wish: &Wish) -> Markup {
    let (wish, notes) = wish.clone().fitted(&stock.catalog);
    let models = wish.models(&stock.catalog);
    let entrants = wish.entrants(&stock.catalog);
    let runs = || stock.runs().into_iter().map(|(_, run)| run);
    let earlier = EarlierView {
        href: "/compare/models".to_owned(),
        runs: runs().take(4).collect(),
    };
    compare::page(&CompareView {
        shell: stock.shell("Compare", Here::Generate),
        kind: models.first().map_or(MediaKind::Image, |model| model.kind),
        key: "sample-key",
        terms: TermsView {
            shop: stock.shop(),
            wish: &wish,
            models: &models,
            entrants: entrants.as_deref().map_err(Vec::as_slice),
            notes: &notes,
            available: Credits::new(15),
        },
        earlier: &[earlier],
    })
}
