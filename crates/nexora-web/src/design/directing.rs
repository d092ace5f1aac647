//! The Director studio's pages with sample data: for those who may, and for those who may not.

use maud::Markup;
use nexora_core::character::Setback;
use nexora_core::{Character, CharacterName, CharacterState, Credits, FieldError, Plan, Quote};

use crate::app::director::characters::{self, CastingForm, CharactersView};
use crate::app::director::shot::{self, SHOT_MODEL, ShotView};
use crate::app::director::{PaywallView, paywall};
use crate::components::quote::QuoteView;
use crate::components::{Draft, Here, Run, Standing};
use crate::design::boards;
use crate::design::stock::{NOW, Stock, ago, id};

pub(super) fn pages(stock: &Stock) -> Vec<(String, Markup)> {
    let locked = PaywallView {
        shell: stock.shell("Director", Here::Director),
        needs: Plan::Pro,
        sale: stock.sale(Plan::Growth, Some(Plan::Growth)),
    };
    let fresh = CastingForm::default();
    let mut faulty = CastingForm::default();
    faulty.fault(
        "pictures",
        "A character is made from 1 to 20 pictures. Nobody was made.",
    );
    let cast = cast(stock);
    let view = |cast, form| CharactersView {
        shell: stock.shell("Characters", Here::Director),
        cast,
        cast_max: 10,
        form,
        still_price: Some(Credits::new(10)),
        now: NOW,
    };
    let model = stock.catalog.find(SHOT_MODEL);
    let shots: Vec<Run<'_>> = stock.runs().into_iter().map(|(_, run)| run).collect();
    let draft = Draft::empty().with("move", "pan-left");
    let errors = [FieldError {
        field: "move_strength".to_owned(),
        message: "A strength needs a camera move. Choose one.".to_owned(),
    }];
    let shot = model.map(|model| ShotView {
        shell: stock.shell("Shot", Here::Director),
        model,
        draft: &draft,
        errors: &errors,
        key: "sample-key",
        cast: &cast,
        stills: &[],
        quote: QuoteView {
            model,
            standing: Standing::Open,
            price: Ok(Quote {
                credits: Credits::new(120),
                count: 1,
            }),
            available: Credits::new(1_015),
            cheaper: None,
            sale: stock.sale(Plan::Pro, Some(Plan::Pro)),
        },
        runs: &shots,
    });
    let shot = shot.map(|view| ("/director/shot".to_owned(), shot::page(&view)));
    let mut pages = vec![
        ("/director".to_owned(), paywall(&locked)),
        (
            "/director/characters".to_owned(),
            characters::page(&view(&cast, &fresh)),
        ),
        (
            "/director/characters-empty".to_owned(),
            characters::page(&view(&[], &faulty)),
        ),
    ];
    pages.extend(shot);
    pages.extend(boards::pages(stock, &cast));
    pages
}

/// One character in every state.
fn cast(stock: &Stock) -> Vec<Character> {
    let blurred = Setback::Declined {
        detail: "No face was found in the pictures".to_owned(),
    };
    let states = [
        ("Ada", CharacterState::Ready),
        ("Bea", CharacterState::Training),
        ("Cleo", CharacterState::Queued),
        ("Dora", CharacterState::Failed(blurred)),
    ];
    let cast = states.into_iter().zip(1_u64..);
    let cast = cast.filter_map(|((name, state), number)| {
        Some(Character {
            id: id(number),
            member: stock.member.id,
            name: CharacterName::parse(name).ok()?,
            state,
            attempt: 1,
            upstream: None,
            created_at: ago(3),
            updated_at: ago(2),
            version: 1,
        })
    });
    cast.collect()
}
