//! Reads the body of `POST /v1/checkouts` and complains about every field that is wrong.

use jiff::Timestamp;
use reqwest::Url;
use serde_json::{Map, Value};

use super::books::Books;
use super::catalogue::{FREE_CODE, Offer, STORE_ID};
use super::problem::{Flaw, Problem};

const EMAIL_CHARS_MAX: usize = 255;

/// A checkout as it was asked for.
pub(super) struct Wish {
    pub(super) offer: Offer,
    /// Variants the buyer may choose from.
    pub(super) choice: Vec<Offer>,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) custom: Map<String, Value>,
    pub(super) custom_price: Option<i64>,
    pub(super) is_free: bool,
    pub(super) redirect_url: Option<String>,
    pub(super) wants_preview: bool,
    pub(super) expires_at: Option<Timestamp>,
    /// The three option objects as they were sent, for the answer.
    pub(super) options: [Value; 3],
}

/// The attributes that are objects, and what each may contain (the official client's list).
const OPTIONS: [(&str, &[&str]); 3] = [
    (
        "product_options",
        &[
            "name",
            "description",
            "media",
            "redirect_url",
            "receipt_button_text",
            "receipt_link_url",
            "receipt_thank_you_note",
            "enabled_variants",
            "confirmation_title",
            "confirmation_message",
            "confirmation_button_text",
        ],
    ),
    (
        "checkout_options",
        &[
            "embed",
            "media",
            "logo",
            "desc",
            "discount",
            "skip_trial",
            "quantity",
            "subscription_preview",
            "background_color",
            "headings_color",
            "primary_text_color",
            "secondary_text_color",
            "links_color",
            "borders_color",
            "checkbox_color",
            "active_state_color",
            "button_color",
            "button_text_color",
            "terms_privacy_color",
            "dark",
            "locale",
        ],
    ),
    (
        "checkout_data",
        &[
            "email",
            "name",
            "billing_address",
            "tax_number",
            "discount_code",
            "custom",
            "variant_quantities",
        ],
    ),
];

/// The wish, or all complaints at once.
pub(super) fn read(body: &Value, books: &Books, now: Timestamp) -> Result<Wish, Problem> {
    if body["data"]["type"] != "checkouts" {
        return Err(Flaw::at("type", "The type must be checkouts.").into());
    }
    let mut flaws = Vec::new();
    let offer = read_offer(&body["data"]["relationships"], books, &mut flaws);
    let mut reader = Reader {
        attributes: &body["data"]["attributes"],
        flaws,
    };
    let options = OPTIONS.map(|(name, known)| reader.object(name, known));
    let email = reader.email();
    let name = reader.text("checkout_data", "name").unwrap_or_default();
    let custom = reader.custom();
    let custom_price = reader.custom_price();
    let is_free = reader.discount();
    let redirect_url = reader.redirect_url();
    let enabled = reader.enabled_variants();
    let expires_at = reader.expires_at(now);
    let wants_preview = reader.flag("preview");
    reader.flag("test_mode");
    let (Some(offer), []) = (offer, reader.flaws.as_slice()) else {
        return Err(Problem::Invalid(reader.flaws));
    };
    Ok(Wish {
        offer,
        choice: choice(offer, &enabled, books),
        email: email.unwrap_or_default(),
        name,
        custom,
        custom_price,
        is_free,
        redirect_url,
        wants_preview,
        expires_at,
        options,
    })
}

/// All variants of the product unless some are named: the trap of every first integration.
fn choice(offer: Offer, enabled: &[u64], books: &Books) -> Vec<Offer> {
    let siblings = books.offers.iter().copied();
    let siblings = siblings.filter(|other| other.product_id == offer.product_id);
    siblings
        .filter(|other| enabled.is_empty() || enabled.contains(&other.variant_id))
        .collect()
}

fn read_offer(relationships: &Value, books: &Books, flaws: &mut Vec<Flaw>) -> Option<Offer> {
    let mut id_of = |name: &str| {
        let id = relationships[name]["data"]["id"].as_str();
        if id.is_none() {
            let place = format!("relationships/{name}/data/id");
            flaws.push(Flaw::at(
                &place,
                &format!("The {name} field must be a text."),
            ));
        }
        id.and_then(|id| id.parse::<u64>().ok())
    };
    let (store, variant) = (id_of("store"), id_of("variant"));
    let offer = variant.and_then(|id| books.offer(id));
    if store != Some(STORE_ID) {
        let place = "relationships/store/data/id";
        flaws.push(Flaw::at(place, "The selected store is invalid."));
    }
    if offer.is_none() {
        let place = "relationships/variant/data/id";
        flaws.push(Flaw::at(place, "The selected variant is invalid."));
    }
    offer
}

struct Reader<'a> {
    attributes: &'a Value,
    flaws: Vec<Flaw>,
}

impl Reader<'_> {
    fn complain(&mut self, place: &str, detail: &str) {
        self.flaws
            .push(Flaw::at(&format!("attributes/{place}"), detail));
    }

    /// One of the option objects; unknown entries are complained about, nothing else is looked at.
    fn object(&mut self, name: &str, known: &[&str]) -> Value {
        let value = self.attributes[name].clone();
        match &value {
            Value::Null => return Value::Object(Map::new()),
            Value::Object(entries) => {
                for key in entries.keys().filter(|key| !known.contains(&key.as_str())) {
                    let detail = format!("The field {key} is not a supported attribute.");
                    self.complain(&format!("{name}/{key}"), &detail);
                }
            }
            Value::Array(list) if list.is_empty() => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.complain(name, &format!("The {name} must be an object."));
            }
        }
        value
    }

    fn text(&mut self, object: &str, name: &str) -> Option<String> {
        match &self.attributes[object][name] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                let place = format!("{object}/{name}");
                self.complain(&place, &format!("The {name} must be a string."));
                None
            }
        }
    }

    fn flag(&mut self, name: &str) -> bool {
        match &self.attributes[name] {
            Value::Null => false,
            Value::Bool(flag) => *flag,
            Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                self.complain(name, &format!("The {name} field must be true or false."));
                false
            }
        }
    }

    /// An empty address is as wrong as a bad one: it has to be left out.
    fn email(&mut self) -> Option<String> {
        let email = self.text("checkout_data", "email")?;
        let parts = email.split_once('@');
        let is_address = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
            && !email.contains(char::is_whitespace)
            && email.chars().count() <= EMAIL_CHARS_MAX;
        if !is_address {
            let detail = "The email must be a valid email address.";
            self.complain("checkout_data/email", detail);
        }
        Some(email)
    }

    /// Values become texts, as seen in every recorded webhook.
    fn custom(&mut self) -> Map<String, Value> {
        let custom = &self.attributes["checkout_data"]["custom"];
        let as_text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        let mut texts = Map::new();
        match custom {
            Value::Null => {}
            Value::Object(entries) => {
                for (name, value) in entries {
                    if let Some(text) = as_text(value) {
                        texts.insert(name.clone(), text.into());
                    } else {
                        let place = format!("checkout_data/custom/{name}");
                        self.complain(&place, "The custom value must be a string.");
                    }
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.complain("checkout_data/custom", "The custom must be an object.");
            }
        }
        texts
    }

    fn custom_price(&mut self) -> Option<i64> {
        let price = &self.attributes["custom_price"];
        if price.is_null() {
            return None;
        }
        let cents = price.as_i64().filter(|cents| *cents >= 0);
        if cents.is_none() {
            self.complain("custom_price", "The custom price must be an integer.");
        }
        cents
    }

    fn discount(&mut self) -> bool {
        let code = self.text("checkout_data", "discount_code");
        match code.as_deref() {
            None | Some("") => false,
            Some(FREE_CODE) => true,
            Some(_) => {
                let detail = "The discount code is invalid.";
                self.complain("checkout_data/discount_code", detail);
                false
            }
        }
    }

    fn redirect_url(&mut self) -> Option<String> {
        let url = self.text("product_options", "redirect_url")?;
        if url.is_empty() {
            return None;
        }
        if Url::parse(&url).is_err() {
            let detail = "The redirect url must be a valid URL.";
            self.complain("product_options/redirect_url", detail);
        }
        Some(url)
    }

    fn enabled_variants(&mut self) -> Vec<u64> {
        let enabled = &self.attributes["product_options"]["enabled_variants"];
        if enabled.is_null() {
            return Vec::new();
        }
        let ids = enabled.as_array().map(Vec::as_slice).unwrap_or_default();
        let read: Vec<u64> = ids.iter().filter_map(Value::as_u64).collect();
        if !enabled.is_array() || read.len() != ids.len() {
            let detail = "The enabled variants must be an array of integers.";
            self.complain("product_options/enabled_variants", detail);
        }
        read
    }

    fn expires_at(&mut self, now: Timestamp) -> Option<Timestamp> {
        let text = match &self.attributes["expires_at"] {
            Value::Null => return None,
            Value::String(text) => text.as_str(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => "",
        };
        let at = text.parse::<Timestamp>().ok();
        if at.is_none_or(|at| at <= now) {
            let detail = "The expires at must be a date in the future.";
            self.complain("expires_at", detail);
        }
        at
    }
}
