//! Every page of the product with sample data, for the tests and the gallery.

use std::time::Duration;

use maud::Markup;
use nexora_core::generation::GenerationState;
use nexora_core::{Credits, FieldError, MediaKind, Quote};
use nexora_engine::UploadRoom;

use crate::app::history::{HistoryView, Search};
use crate::app::pictures::{self, PicturesView};
use crate::app::{detail, generate, history, receipt, studio};
use crate::components::composer::ComposerView;
use crate::components::ledger::Line;
use crate::components::quote::QuoteView;
use crate::components::{Draft, Here, Notice, NoticeKind, Run, Shell, slots};
use crate::design::stock::{NOW, Stock, stock};
use crate::design::{comparing, directing, purchases};
use crate::site::{home, legal, problem, sign_in};

/// Every page, with the path it would be served at.
pub fn pages() -> Vec<(String, Markup)> {
    let stock = stock();
    let mut pages = site(&stock);
    pages.extend(studios(&stock));
    pages.extend(benches(&stock));
    pages.extend(brought(&stock));
    pages.extend(histories(&stock));
    pages.extend(details(&stock));
    pages.extend(comparing::pages(&stock));
    pages.extend(directing::pages(&stock));
    pages.extend(purchases::pages(&stock));
    pages.push(("/design".to_owned(), crate::design::page()));
    pages
}

pub(super) fn visitor<'a>(stock: &'a Stock, title: &'a str, here: Here) -> Shell<'a> {
    Shell {
        member: None,
        balance: None,
        can_buy: false,
        ..stock.shell(title, here)
    }
}

fn site(stock: &Stock) -> Vec<(String, Markup)> {
    let home = home::HomeView {
        shell: visitor(stock, "AI creative studio", Here::Home),
        catalog: &stock.catalog,
    };
    let door = |title, here, error| sign_in::SignInView {
        shell: visitor(stock, title, here),
        return_to: "/generate?kind=video",
        error,
        email: "",
        display_name: "",
    };
    let wrong = "The e-mail address or the password is not right.";
    let missing = problem::ProblemView {
        shell: visitor(stock, "Not found", Here::Elsewhere),
        status: 404,
        title: "There is nothing here",
        sentence: "The address may be mistyped, or what was here was deleted by its owner.",
        ways: &[("Open studio", "/studio"), ("Front page", "/")],
        onward: Markup::default(),
        request_id: Some("req_0193c1"),
    };
    let terms = visitor(stock, "Terms", Here::Elsewhere);
    let privacy = visitor(stock, "Privacy", Here::Elsewhere);
    let pages = [
        ("/", home::page(&home)),
        (
            "/sign-in",
            sign_in::sign_in(&door("Sign in", Here::SignIn, Some(wrong))),
        ),
        (
            "/sign-up",
            sign_in::sign_up(&door("Sign up", Here::SignUp, None)),
        ),
        ("/404", problem::page(&missing)),
        ("/terms", legal::terms(&terms)),
        ("/privacy", legal::privacy(&privacy)),
    ];
    pages.map(|(path, page)| (path.to_owned(), page)).into()
}

fn studios(stock: &Stock) -> Vec<(String, Markup)> {
    let runs: Vec<Run<'_>> = stock.runs().into_iter().map(|(_, run)| run).collect();
    let blank = Draft::empty();
    let view = |runs, live, flash| studio::StudioView {
        shell: Shell {
            flash,
            live,
            ..stock.shell("Studio", Here::Studio)
        },
        composer: ComposerView {
            shop: stock.shop(),
            draft: &blank,
            held: &[],
            errors: &[],
            key: "sample-key",
            available: Credits::STARTER,
        },
        runs,
        more: true,
    };
    let welcome = Notice::new(
        NoticeKind::Ok,
        "Welcome. 15 credits are yours to begin with.",
    );
    vec![
        (
            "/studio".to_owned(),
            studio::page(&view(&runs, Some("5a3b"), None)),
        ),
        (
            "/studio-empty".to_owned(),
            studio::page(&view(&[], None, Some(welcome))),
        ),
    ]
}

fn benches(stock: &Stock) -> Vec<(String, Markup)> {
    let fault = [FieldError {
        field: "duration".to_owned(),
        message: "Kling 3.0 takes 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15.".to_owned(),
    }];
    let runs: Vec<Run<'_>> = stock.runs().into_iter().map(|(_, run)| run).collect();
    // What is asked for, its price (none: it is sent back with a fault), and what lies beside it.
    let cases = [
        ("/generate", "flux-schnell", Some(5), &runs[..]),
        ("/generate-video", "kling-3.0", None, &[]),
        ("/generate-premium", "nano-banana-2", Some(15), &[]),
        ("/generate-animate", "wan-2.1-turbo", Some(8), &[]),
        ("/generate-pro", "seedance-2.0", Some(50), &runs[..]),
    ];
    let (held, shelf) = (slots::sample_held(stock), slots::sample_pictures(stock));
    let notes = ["Wan 2.1 Turbo takes no last frame, so yours is left out.".to_owned()];
    let mut pages = Vec::new();
    for (path, model, price, runs) in cases {
        let begins = path == "/generate-animate";
        let Some(model) = stock.catalog.find(model) else {
            continue;
        };
        let draft = Draft::empty().with("prompt", "Golden hour over a mountain lake");
        let errors = if price.is_none() { &fault[..] } else { &[] };
        let quoted = |credits| Quote {
            credits: Credits::new(credits),
            count: 1,
        };
        let price = price.map(quoted).ok_or(errors);
        let view = generate::GenerateView {
            shell: stock.shell("Create", Here::Generate),
            shop: stock.shop(),
            model,
            draft: &draft,
            held: if begins { &held } else { &[] },
            shelf: &shelf,
            notes: if begins { &notes } else { &[] },
            errors,
            key: "sample-key",
            quote: QuoteView {
                model,
                standing: stock.shop().standing(model),
                price,
                available: Credits::new(15),
                cheaper: None,
                sale: stock.shop().sale,
            },
            runs,
        };
        pages.push((path.to_owned(), generate::page(&view)));
    }
    pages
}

/// The pictures a member brought along, and none.
fn brought(stock: &Stock) -> Vec<(String, Markup)> {
    let uploads = stock.uploads();
    let view = |uploads| PicturesView {
        shell: stock.shell("Your pictures", Here::Elsewhere),
        uploads,
        room: UploadRoom {
            count_max: 300,
            bytes_max: 1 << 30,
            kept: Duration::from_secs(7 * 86_400),
        },
        now: NOW,
    };
    vec![
        ("/pictures".to_owned(), pictures::page(&view(&uploads))),
        ("/pictures-empty".to_owned(), pictures::page(&view(&[]))),
    ]
}

fn histories(stock: &Stock) -> Vec<(String, Markup)> {
    let ended = |run: &Run<'_>| !run.is_pending();
    let runs: Vec<Run<'_>> = stock
        .runs()
        .into_iter()
        .map(|(_, run)| run)
        .filter(ended)
        .collect();
    let view = |runs, total, search, older| HistoryView {
        shell: stock.shell("History", Here::History),
        shop: stock.shop(),
        search,
        runs,
        total: Some(total),
        older,
    };
    let narrow = Search {
        words: "whales",
        kind: Some(MediaKind::Video),
        favourite: true,
        ..Search::EVERYTHING
    };
    vec![
        (
            "/history".to_owned(),
            history::page(&view(&runs, 87, Search::EVERYTHING, Some("gen_2"))),
        ),
        (
            "/history-nothing".to_owned(),
            history::page(&view(&[], 0, narrow, None)),
        ),
        (
            "/history-empty".to_owned(),
            history::page(&view(&[], 0, Search::EVERYTHING, None)),
        ),
    ]
}

/// The page and the receipt of one run in every state.
fn details(stock: &Stock) -> Vec<(String, Markup)> {
    let lines = stock.lines();
    let mut pages = Vec::new();
    for (_, run) in stock.runs() {
        let path = format!("/g/{}", run.generation.id);
        let view = detail::DetailView {
            shell: stock.shell("Run", Here::History),
            run,
            comparison: Some("/compare/models".to_owned()),
            variation: Some(Credits::new(5)),
            again: Ok(Credits::new(5)),
        };
        pages.push((path.clone(), detail::page(&view)));
        let states = [GenerationState::Ready.slug(), "failed"];
        if !states.contains(&run.generation.state.slug()) {
            continue;
        }
        let mut own: Vec<Line<'_>> = lines
            .iter()
            .filter(|line| line.entry.generation == Some(run.generation.id))
            .copied()
            .collect();
        own.reverse();
        let view = receipt::ReceiptView {
            shell: stock.shell("Receipt", Here::History),
            member: &stock.member,
            run,
            lines: &own,
        };
        pages.push((format!("{path}/receipt"), receipt::page(&view)));
    }
    pages
}
