//! The storyboards' pages with sample data.

use maud::Markup;
use nexora_core::board::{Brief, Shot, ShotPlan};
use nexora_core::{Board, Character, Credits, FieldError, Plan, ShotId};
use nexora_engine::{Run as Made, Storyboard};
use nexora_store::boards::Spent;

use crate::app::director::board::{self, BoardView};
use crate::app::director::boards::{self as list, BoardsView, BriefView};
use crate::app::director::film::{self, FilmView};
use crate::app::director::plan::{self, PlanView};
use crate::app::director::shot::SHOT_MODEL;
use crate::components::{Draft, Here};
use crate::design::stock::{NOW, Stock, ago, id};

/// Words for the shots of the sample, and how each is filmed.
const SHOTS: [(&str, &str); 6] = [
    (
        "Ada steps off the ferry, gulls over the harbour",
        "pan-left",
    ),
    ("Her hand on a wet rope, lamps behind", "crash-zoom-in"),
    ("The pier from above, one red coat in the crowd", "crane-up"),
    ("She turns around; somebody called", "arc-right"),
    (
        "The ferry leaves, its wake in the last light",
        "aerial-pullback",
    ),
    ("", "static"),
];

pub(super) fn pages(stock: &Stock, cast: &[Character]) -> Vec<(String, Markup)> {
    let stories: Vec<Storyboard> = story(stock).into_iter().collect();
    let faulty = [FieldError {
        field: "title".to_owned(),
        message: "Give the board a title.".to_owned(),
    }];
    let list_view = |stories, errors| BoardsView {
        shell: stock.shell("Storyboards", Here::Director),
        stories,
        brief: BriefView {
            catalog: &stock.catalog,
            title: "",
            ratio: "",
            cap: "",
            errors,
        },
        now: NOW,
    };
    let mut pages = vec![
        (
            "/director/boards".to_owned(),
            list::page(&list_view(&stories, &[])),
        ),
        (
            "/director/boards-empty".to_owned(),
            list::page(&list_view(&[], &faulty)),
        ),
    ];
    for story in &stories {
        pages.push((
            "/director/board".to_owned(),
            board::page(&BoardView {
                shell: stock.shell("Harbour at night", Here::Director),
                story,
                catalog: &stock.catalog,
                cast,
                key: "sample-key",
                available: Credits::new(1_015),
                sale: stock.sale(Plan::Pro, Some(Plan::Pro)),
                errors: &[],
                now: NOW,
            }),
        ));
        for fault in [None, Some("Clip 2 cannot be joined: its file breaks off.")] {
            let name = fault.map_or("/director/board/film", |_| "/director/board/film-faulty");
            let view = FilmView {
                shell: stock.shell("Film", Here::Director),
                story,
                fault,
            };
            pages.push((name.to_owned(), film::page(&view)));
        }
        pages
            .extend(form(stock, story, cast).map(|page| ("/director/board/shot".to_owned(), page)));
    }
    pages
}

fn form(stock: &Stock, story: &Storyboard, cast: &[Character]) -> Option<Markup> {
    let shot = story.board.shots.first()?;
    let texts = shot.plan.texts();
    let draft = Draft::read(texts.iter().map(|(name, text)| (*name, text.as_str())));
    Some(plan::page(&PlanView {
        shell: stock.shell("Shot", Here::Director),
        story,
        shot: Some(shot),
        catalog: &stock.catalog,
        model: stock.catalog.find(SHOT_MODEL)?,
        draft: &draft,
        still_model: &shot.plan.still_model,
        start: "",
        errors: &[],
        cast,
        pictures: &[],
    }))
}

/// A board whose frames stand everywhere a frame can stand.
fn story(stock: &Stock) -> Option<Storyboard> {
    let all = stock.runs();
    let runs: Vec<Made> = all
        .iter()
        .map(|(_, run)| Made {
            generation: run.generation.clone(),
            assets: run.assets.to_vec(),
            place: None,
        })
        .collect();
    let made = |state: &str, nth: usize| {
        let fitting = runs
            .iter()
            .filter(|run| run.generation.state.slug() == state);
        fitting.map(|run| run.generation.id).nth(nth)
    };
    let shots = SHOTS
        .into_iter()
        .zip(1_u64..)
        .filter_map(|((words, movement), number)| {
            let fields = [("prompt", words), ("move", movement)];
            let plan = ShotPlan::parse(fields, &stock.catalog).ok()?;
            let mut shot = Shot::new(id::<ShotId>(number), plan);
            match number {
                1 => (shot.still, shot.clip) = (made("ready", 0), made("ready", 1)),
                2 => (shot.still, shot.clip) = (made("ready", 1), made("running", 0)),
                3 => shot.still = made("ready", 0),
                4 => shot.still = made("running", 0),
                5 => shot.still = made("refused", 0),
                _ => {}
            }
            shot.is_approved = number <= 2;
            Some(shot)
        });
    let fields = [("title", "Harbour at night"), ("cap", "600")];
    let board = Board {
        id: id(1),
        member: stock.member.id,
        brief: Brief::parse(fields, &stock.catalog).ok()?,
        shots: shots.collect(),
        created_at: ago(60),
        updated_at: ago(2),
        version: 1,
    };
    Some(Storyboard {
        board,
        spent: Spent {
            charged: Credits::new(150),
            held: Credits::new(130),
        },
        runs,
    })
}
