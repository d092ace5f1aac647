//! Every model of the catalog, every parameter it claims, every value of it: accepted, and sent as
//! the provider's documentation has it. One value that is not offered of each: refused.

mod table;

use nexora_core::{Catalog, MediaKind, Model, Order, Provider, Slot};
use nexora_providers::{MediaProvider, Submitted};
use nexora_sandbox::{Cue, Fault};
use serde_json::Value;

use crate::stage::{Stage, finish, outputs};
use table::{Row, Writes};

const PICTURE: &str = "ast_0190c6bc00007000800000000000000a";

/// The parameters that are not pictures.
const PARAMETERS: [&str; 7] = [
    "prompt",
    "negative_prompt",
    "aspect_ratio",
    "resolution",
    "duration",
    "seed",
    "count",
];

/// How an order begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    Words,
    Frames,
    References,
}

impl Begins {
    /// Every way to begin that a model offers.
    fn of(model: &Model) -> Vec<Self> {
        let frames = model.params.frames.as_ref();
        let mut ways = Vec::new();
        if !frames.is_some_and(|frames| frames.required) {
            ways.push(Self::Words);
        }
        ways.extend(frames.map(|_| Self::Frames));
        ways.extend(model.params.references.as_ref().map(|_| Self::References));
        ways
    }

    /// With as many pictures as the model takes.
    fn wishes(self, model: &Model) -> Vec<(&'static str, String)> {
        let slots: &[Slot] = match self {
            Self::Words => &[],
            Self::Frames => &[Slot::FirstFrame, Slot::LastFrame],
            Self::References => &[Slot::Reference],
        };
        let all = slots.iter().flat_map(|slot| {
            let most = model.params.pictures_max(*slot);
            (0..most).map(|_| (slot.field(), PICTURE.to_owned()))
        });
        all.collect()
    }
}

/// The values of a parameter that the catalog offers to an order that begins like this. None: the
/// parameter does not exist.
fn offered(model: &Model, begins: Begins, parameter: &str) -> Vec<String> {
    let params = &model.params;
    let frames = params.frames.as_ref().filter(|_| begins == Begins::Frames);
    let numbers = |numbers: &[u32]| numbers.iter().map(ToString::to_string).collect();
    match parameter {
        "prompt" => vec!["a".repeat(params.prompt_chars_max)],
        "negative_prompt" if params.negative_prompt => vec!["rain".to_owned()],
        // A clip has the shape of the picture it begins with.
        "aspect_ratio" if frames.is_none() => params
            .aspect_ratios
            .iter()
            .map(ToString::to_string)
            .collect(),
        "resolution" => match frames {
            Some(frames) if !frames.resolutions.is_empty() => frames.resolutions.clone(),
            _ => params.resolutions.clone(),
        },
        "duration" => numbers(&params.seconds),
        "seed" => match params.seed_max {
            Some(most) => vec!["0".to_owned(), most.to_string()],
            None => Vec::new(),
        },
        "count" if params.count_max > 1 => numbers(&[1, params.count_max]),
        "count" => numbers(&[1]),
        _ => Vec::new(),
    }
}

/// One value that no order of this model may have.
fn not_offered(model: &Model, parameter: &str) -> String {
    let params = &model.params;
    match parameter {
        "prompt" | "negative_prompt" => "a".repeat(params.prompt_chars_max + 1),
        "aspect_ratio" => "7:5".to_owned(),
        "resolution" => "9000p".to_owned(),
        "duration" => "1000".to_owned(),
        "seed" => params.seed_max.map_or(0, |most| most + 1).to_string(),
        "count" => (params.count_max + 1).to_string(),
        other => panic!("{other}"),
    }
}

fn parse(
    model: &Model,
    begins: Begins,
    wish: Option<(&str, &str)>,
) -> Result<Order, Vec<nexora_core::FieldError>> {
    let catalog = Catalog::built_in().unwrap();
    let pictures = begins.wishes(model);
    let mut wishes = vec![("model", model.id.as_str())];
    if wish.is_none_or(|(name, _)| name != "prompt") {
        wishes.push(("prompt", table::PROMPT));
    }
    wishes.extend(pictures.iter().map(|(name, id)| (*name, id.as_str())));
    wishes.extend(wish);
    Order::parse(Some(model.kind), wishes, &catalog)
}

#[test]
fn what_the_catalog_does_not_offer_is_refused_by_name() {
    let catalog = Catalog::built_in().unwrap();
    for model in catalog.models() {
        for begins in Begins::of(model) {
            for parameter in PARAMETERS {
                let wrong = not_offered(model, parameter);
                let refused = parse(model, begins, Some((parameter, &wrong))).unwrap_err();
                let named: Vec<&str> = refused.iter().map(|it| it.field.as_str()).collect();
                assert_eq!(named, [parameter], "{} {begins:?}", model.id);
            }
        }
        check_pictures(model);
    }
}

/// One picture more than a slot takes, and something that is no picture.
fn check_pictures(model: &Model) {
    let catalog = Catalog::built_in().unwrap();
    let required = model.params.frames.as_ref().is_some_and(|it| it.required);
    for slot in Slot::ALL {
        let most = model.params.pictures_max(slot);
        let too_many = vec![PICTURE; most as usize + 1].join(" ");
        for wrong in [too_many.as_str(), "https://a.example/b.png"] {
            let needs_first = slot == Slot::LastFrame || (required && slot == Slot::Reference);
            let first = if needs_first && model.params.frames.is_some() {
                PICTURE
            } else {
                ""
            };
            let mut wishes = vec![("model", model.id.as_str()), ("prompt", table::PROMPT)];
            if slot != Slot::FirstFrame {
                wishes.push(("first_frame", first));
            }
            wishes.push((slot.field(), wrong));
            let refused = Order::parse(None, wishes, &catalog).unwrap_err();
            let named = refused.iter().any(|it| it.field == slot.field());
            assert!(named, "{} {slot:?}: {refused:?}", model.id);
        }
    }
}

#[tokio::test]
async fn what_the_catalog_offers_is_sent_as_the_provider_documents_it() {
    let stage = Stage::open().await;
    let catalog = Catalog::built_in().unwrap();
    // What stands in for a picture is enough here: to paint them all takes minutes.
    let unpainted = Cue::new(Fault::WrongType).at(nexora_sandbox::Provider::OpenAi);
    stage.sandbox.script().push(unpainted.times(1_000));
    let mut rows = table::rows();
    for model in catalog.models() {
        for route in &model.routes {
            for begins in Begins::of(model) {
                let is_it = |row: &Row| {
                    row.model == model.id.as_str()
                        && row.provider == route.provider
                        && row.begins == begins
                };
                let found = rows.iter().position(is_it);
                let row = found.unwrap_or_else(|| panic!("no row: {} {begins:?}", model.id));
                check_row(&stage, model, &rows.swap_remove(row)).await;
            }
        }
    }
    assert!(rows.is_empty(), "nobody offers {rows:?}");
}

/// The plain order, then one order for each value of each parameter.
async fn check_row(stage: &Stage, model: &Model, row: &Row) {
    let provider = adapter(stage, row.provider);
    let plain = sent(stage, &*provider, model, row, None).await;
    assert_eq!(plain, row.body, "{} {:?}", row.model, row.begins);
    for parameter in PARAMETERS {
        let values = offered(model, row.begins, parameter);
        for value in values {
            let seen = sent(stage, &*provider, model, row, Some((parameter, &value))).await;
            let expected = row.with(parameter, &value);
            assert_eq!(seen, expected, "{} {parameter}={value}", row.model);
        }
    }
}

/// What the sandbox was sent for an order that it then made.
async fn sent(
    stage: &Stage,
    provider: &dyn MediaProvider,
    model: &Model,
    row: &Row,
    wish: Option<(&str, &str)>,
) -> Value {
    let order = parse(model, row.begins, wish).unwrap();
    let shot = stage.bring(provider, &order).await;
    let mut job = stage.submission(provider, &order);
    job.shot = Some(&shot);
    let made = match provider.submit(&job).await.unwrap() {
        Submitted::Done(made) => made,
        Submitted::Accepted(ticket) => outputs(finish(provider, &ticket).await),
    };
    assert_eq!(made.len(), order.count as usize, "{}", row.model);
    let submit = stage.sandbox.submits().pop().unwrap();
    assert_eq!(submit.path, row.path);
    without_addresses(submit.body, stage)
}

fn adapter(stage: &Stage, provider: Provider) -> Box<dyn MediaProvider> {
    match provider {
        Provider::Fal => Box::new(stage.fal()),
        Provider::Replicate => Box::new(stage.replicate()),
        Provider::OpenAi => Box::new(stage.openai()),
        Provider::Runway => Box::new(stage.runway()),
        Provider::Higgsfield => Box::new(stage.higgsfield()),
    }
}

/// The same, with a word where a picture's address, or the picture, stands.
fn without_addresses(body: Value, stage: &Stage) -> Value {
    let is_brought =
        |text: &str| text.starts_with(&stage.sandbox.base_url()) || text.starts_with("runway://");
    match body {
        Value::String(ref text) if is_brought(text) => table::BROUGHT.into(),
        Value::Object(ref file) if file.contains_key("file_name") => table::BROUGHT.into(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, without_addresses(value, stage)))
            .collect(),
        Value::Array(list) => list
            .into_iter()
            .map(|value| without_addresses(value, stage))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => body,
    }
}

impl Row {
    /// The body of the plain order, with another value of a parameter.
    fn with(&self, parameter: &str, value: &str) -> Value {
        let mut writes = self.writes.iter();
        let found = writes.find(|(name, ..)| *name == parameter);
        let Some((_, pointer, how)) = found else {
            // What there is only one of is not sent.
            return self.body.clone();
        };
        let mut body = self.body.clone();
        let (object, field) = pointer.rsplit_once('/').unwrap();
        let fields = body.pointer_mut(object).unwrap().as_object_mut().unwrap();
        fields.insert(field.to_owned(), how.write(value));
        body
    }
}

impl Writes {
    fn write(self, value: &str) -> Value {
        let number = || value.parse::<u64>().unwrap();
        match self {
            Self::Text => value.into(),
            Self::Number => number().into(),
            Self::Plus(more) => (number() + more).into(),
            Self::Followed(unit) => format!("{value}{unit}").into(),
            Self::Frames(each, more) => (number() * each + more).into(),
            Self::Named(names) => {
                let named = names.iter().find(|(ours, _)| *ours == value);
                named
                    .unwrap_or_else(|| panic!("no name for {value}"))
                    .1
                    .into()
            }
        }
    }
}

#[test]
fn a_picture_is_ordered_as_a_picture_and_a_clip_as_a_clip() {
    let catalog = Catalog::built_in().unwrap();
    for model in catalog.models() {
        let other = match model.kind {
            MediaKind::Image => MediaKind::Video,
            MediaKind::Video => MediaKind::Image,
        };
        let wishes = [("model", model.id.as_str()), ("prompt", table::PROMPT)];
        let refused = Order::parse(Some(other), wishes, &catalog).unwrap_err();
        assert_eq!(refused[0].field, "model", "{}", model.id);
    }
}
