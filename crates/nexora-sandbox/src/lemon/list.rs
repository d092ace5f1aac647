//! Lists: filters by attribute, ten a page unless asked otherwise.

use reqwest::Url;
use serde_json::{Value, json};

use super::problem::{Flaw, Problem};

const SIZE: usize = 10;
const SIZE_MAX: usize = 100;

/// Which part of a list is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    number: usize,
    size: usize,
    filters: Vec<(String, String)>,
}

impl Page {
    pub(super) fn parse(query: &str) -> Result<Self, Problem> {
        let mut page = Self {
            number: 1,
            size: SIZE,
            filters: Vec::new(),
        };
        // The host is only there to borrow the decoding of queries.
        let url = Url::parse(&format!("http://localhost/?{query}"));
        let url = url.map_err(|_| Problem::NotJson)?;
        for (name, value) in url.query_pairs() {
            let part = name.strip_suffix(']').and_then(|name| name.split_once('['));
            match part {
                Some(("filter", attribute)) => {
                    page.filters
                        .push((attribute.to_owned(), value.into_owned()));
                }
                Some(("page", "number")) => page.number = number(&value, usize::MAX)?,
                Some(("page", "size")) => page.size = number(&value, SIZE_MAX)?,
                Some(_) | None => {}
            }
        }
        Ok(page)
    }

    fn keeps(&self, resource: &Value) -> bool {
        let attributes = &resource["attributes"];
        self.filters.iter().all(|(name, wanted)| {
            let value = match &attributes[name] {
                Value::String(text) => text.clone(),
                other @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_)) => other.to_string(),
            };
            value == *wanted
        })
    }
}

fn number(text: &str, most: usize) -> Result<usize, Problem> {
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number));
    let flaw = Flaw::at("page", "The page parameter is invalid.");
    number.ok_or(Problem::Invalid(vec![flaw]))
}

/// A page of these resources; `own` is the list's address.
pub(super) fn listed(own: &str, all: Vec<Value>, page: &Page) -> Value {
    let kept: Vec<Value> = all.into_iter().filter(|one| page.keeps(one)).collect();
    let total = kept.len();
    let last = total.div_ceil(page.size).max(1);
    let skipped = (page.number - 1).saturating_mul(page.size);
    let shown: Vec<Value> = kept.into_iter().skip(skipped).take(page.size).collect();
    let from = (!shown.is_empty()).then_some(skipped + 1);
    let to = (!shown.is_empty()).then_some(skipped + shown.len());
    let link = |number: usize| {
        let size = page.size;
        format!("{own}?page%5Bnumber%5D={number}&page%5Bsize%5D={size}")
    };
    let mut links = json!({ "first": link(1), "last": link(last) });
    if page.number > 1 {
        links["prev"] = link(page.number - 1).into();
    }
    if page.number < last {
        links["next"] = link(page.number + 1).into();
    }
    json!({
        "meta": { "page": {
            "currentPage": page.number, "from": from, "lastPage": last,
            "perPage": page.size, "to": to, "total": total,
        } },
        "jsonapi": { "version": "1.0" },
        "links": links,
        "data": shown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_part_of_what_the_filter_keeps() {
        let all = (0..25).map(|n| json!({"attributes": {"store_id": 1, "n": n % 2}}));
        let query = "filter%5Bn%5D=0&filter[store_id]=1&page[number]=2&page[size]=5";
        let list = listed("x", all.collect(), &Page::parse(query).unwrap());
        let expected = json!({
            "currentPage": 2, "from": 6, "lastPage": 3, "perPage": 5, "to": 10, "total": 13,
        });
        assert_eq!(list["meta"]["page"], expected);
        assert_eq!(list["data"].as_array().unwrap().len(), 5);
        assert!(Page::parse("page[size]=101").is_err());
        assert!(Page::parse("page[number]=0").is_err());
    }
}
