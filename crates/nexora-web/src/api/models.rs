//! `GET /api/models`: what can be ordered, with what, and for how much.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use nexora_core::{Model, Plan, Slot};
use serde_json::{Map, Value, json};

use super::uploads;
use crate::asker;
use crate::components::{Lately, Sale, Standing};
use crate::problem::Problem;
use crate::session::Visitor;
use crate::state::App;

/// Prices are no secret: strangers see the list as somebody on the free plan does.
pub(super) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let plan = visitor.0.map_or(Plan::Free, |member| member.account.plan);
    let lately = app.lately().await;
    let shop = app.shop(Sale::nothing(plan)).telling(&lately);
    let models: Vec<Value> = app
        .catalog()
        .models()
        .iter()
        .map(|model| shape(model, shop.standing(model), shop.lately(model)))
        .collect();
    Ok(asker::json(
        StatusCode::OK,
        &json!({
            "items": models,
            "uploads": uploads::limits(),
        }),
    ))
}

fn shape(model: &Model, standing: Standing, lately: Lately) -> Value {
    let params = &model.params;
    json!({
        "id": model.id,
        "title": model.title,
        "maker": model.maker,
        "kind": model.kind,
        "tier": model.tier,
        "plan": model.tier.cheapest_plan().slug(),
        "is_unlocked": !matches!(standing, Standing::NeedsPlan(_)),
        "is_available": standing != Standing::Off,
        "summary": model.summary,
        "licence": model.licence,
        "note": model.note,
        // Whether the same seed and settings give the same result again.
        "can_reproduce": model.can_reproduce(),
        "wait_seconds": [model.wait_seconds.0, model.wait_seconds.1],
        // Of the last runs, as soon as there are enough to speak of.
        "lately": lately.record.map(|record| json!({
            "runs": record.runs,
            "usual_seconds": record.wait_usual.as_secs_f64(),
            "slow_seconds": record.wait_slow.as_secs_f64(),
            "failed_percent": record.failed_percent,
            "refused_percent": record.refused_percent,
        })),
        "is_in_trouble": lately.is_in_trouble,
        "price": {
            "credits": model.price.credits,
            "per_seconds": model.price.per_seconds,
            "resolution_percent": model.price.resolution_percent,
        },
        "parameters": {
            "prompt_chars_max": params.prompt_chars_max,
            "negative_prompt": params.negative_prompt,
            "aspect_ratio": params.aspect_ratios,
            "resolution": params.resolutions,
            "duration": params.seconds,
            "seed_max": params.seed_max,
            "count_max": params.count_max,
        },
        "inputs": inputs(model),
        "routes": model.routes.iter().map(|route| json!({
            "provider": route.provider.slug(),
            "model": route.upstream,
        })).collect::<Vec<_>>(),
        "generate": format!("/api/{}/generate", model.kind.slug()),
    })
}

/// Which pictures a run can begin with: a slot that is not there is not taken.
fn inputs(model: &Model) -> Value {
    let frames = model.params.frames.as_ref();
    let taken = Slot::ALL.into_iter().filter_map(|slot| {
        let count_max = model.params.pictures_max(slot);
        let is_required = slot == Slot::FirstFrame && frames.is_some_and(|it| it.required);
        let shape = json!({ "count_max": count_max, "is_required": is_required });
        (count_max > 0).then(|| (slot.field().to_owned(), shape))
    });
    let mut inputs: Map<String, Value> = taken.collect();
    if let Some(frames) = frames.filter(|it| !it.resolutions.is_empty()) {
        inputs.insert(
            "resolution_with_frames".to_owned(),
            json!(frames.resolutions),
        );
    }
    Value::Object(inputs)
}
