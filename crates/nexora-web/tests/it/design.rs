//! Every page and every sample is sound HTML: what the template language does not check, this does.

mod html;

use std::collections::BTreeSet;

use html::{Element, is_labelled, read};
use nexora_web::{assets, design};

/// The HTML and SVG elements our pages are made of.
const KNOWN: [&str; 70] = [
    "a",
    "article",
    "b",
    "body",
    "button",
    "circle",
    "code",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "head",
    "header",
    "html",
    "img",
    "input",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "meta",
    "nav",
    "noscript",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "path",
    "picture",
    "progress",
    "script",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strong",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "ul",
    "video",
    "wbr",
    // Our own, defined in assets/js.
    "nx-card",
    "nx-credits",
    "nx-elapsed",
    "nx-sample",
    "nx-toasts",
    "hx-partial",
];

/// What must not stand inside what.
const NEVER_INSIDE: [(&str, &[&str]); 6] = [
    ("a", &["a", "button", "label", "summary"]),
    ("button", &["a", "button", "label", "summary"]),
    ("form", &["form", "p", "a"]),
    ("div", &["p", "span", "button"]),
    ("p", &["p", "span", "h1", "h2", "button"]),
    ("ul", &["p", "span", "a", "button"]),
];

/// Every page of the product and every sample of every component, by name.
fn everything() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = design::pages()
        .into_iter()
        .map(|(path, page)| (path, page.into_string()))
        .collect();
    for (component, samples) in design::components() {
        for sample in samples {
            let name = format!("{component}: {}", sample.name);
            all.push((name, sample.markup.into_string()));
        }
    }
    all
}

/// Looks at every element of every page and sample; `fault` says what is wrong with it.
fn check(fault: impl Fn(&Element, &[Element]) -> Option<String>) {
    let mut faults = Vec::new();
    let mut seen = 0;
    for (name, markup) in everything() {
        match read(&markup) {
            Err(wrong) => faults.push(format!("{name}: {wrong}")),
            Ok(elements) => {
                seen += elements.len();
                let wrong = elements.iter().filter_map(|it| fault(it, &elements));
                faults.extend(wrong.map(|what| format!("{name}: {what}")));
            }
        }
    }
    assert!(seen > 1_000, "only {seen} elements were looked at");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_known_elements_are_used() {
    check(|it, _| {
        let known = KNOWN.contains(&it.name.as_str());
        (!known).then(|| format!("there is no element <{}>", it.name))
    });
}

#[test]
fn nothing_stands_where_a_browser_would_move_it() {
    check(|it, _| {
        let (_, outside) = NEVER_INSIDE.iter().find(|(name, _)| *name == it.name)?;
        let outer = outside.iter().find(|outer| it.is_in(outer))?;
        Some(format!("<{}> inside <{outer}>", it.name))
    });
    check(|it, _| {
        let parent = it.around.last().map(String::as_str);
        let fits = match it.name.as_str() {
            "li" => matches!(parent, Some("ul" | "ol")),
            _ if matches!(parent, Some("ul" | "ol")) => false,
            "dt" | "dd" => matches!(parent, Some("div" | "dl")),
            "legend" => parent == Some("fieldset"),
            "summary" => parent == Some("details"),
            "option" => parent == Some("select"),
            _ => true,
        };
        (!fits).then(|| format!("<{}> in {parent:?}", it.name))
    });
}

#[test]
fn the_policy_of_the_page_is_kept() {
    check(|it, _| {
        let names = it.attributes.iter().map(|(name, _)| name.as_str());
        let mut forbidden = names.filter(|name| *name == "style" || name.starts_with("on"));
        let name = forbidden.next()?;
        Some(format!("<{} {name}=…> is against the policy", it.name))
    });
    check(|it, _| {
        let inline = it.name == "script" && (!it.has("src") || !it.text.is_empty());
        inline.then(|| "an inline script".to_owned())
    });
    check(|it, _| {
        let address = it.get("src").or(it.get("href"))?;
        let own = address.starts_with('/') || address.starts_with('#');
        let placeholder = it.name == "img" && address.starts_with("data:image/png;base64,");
        (!own && !placeholder).then(|| format!("{address} is not ours"))
    });
}

#[test]
fn pictures_keep_their_place_and_say_what_they_show() {
    check(|it, _| {
        let media = matches!(it.name.as_str(), "img" | "video");
        let sized = it.has("width") && it.has("height");
        (media && !sized).then(|| format!("<{}> without a size", it.name))
    });
    check(|it, _| (it.name == "img" && !it.has("alt")).then(|| "<img> without alt".to_owned()));
}

#[test]
fn every_control_has_a_name() {
    check(|it, all| {
        let control = match it.name.as_str() {
            "input" => it.get("type") != Some("hidden"),
            "select" | "textarea" | "progress" => true,
            _ => false,
        };
        let name = it.get("name").unwrap_or_default();
        (control && !is_labelled(it, all)).then(|| format!("<{} {name}> has no label", it.name))
    });
    check(|it, _| {
        let pressed = matches!(it.name.as_str(), "a" | "button" | "summary");
        let named = !it.text.trim().is_empty() || it.has("aria-label");
        // A card's link is named by the picture inside it.
        let pictured = it.get("class") == Some("card-media");
        (pressed && !named && !pictured).then(|| format!("<{}> says nothing", it.name))
    });
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    for (name, markup) in everything() {
        let elements = read(&markup).unwrap();
        // A template is a tree of its own.
        let own = elements.iter().filter(|it| !it.is_in("template"));
        let mut ids = BTreeSet::new();
        for id in own.clone().filter_map(|it| it.get("id")) {
            assert!(ids.insert(id), "{name}: the id {id} is there twice");
        }
        for it in own {
            for reference in ["for", "aria-labelledby", "aria-describedby"] {
                for id in it.get(reference).unwrap_or_default().split_whitespace() {
                    assert!(ids.contains(id), "{name}: {reference}={id} leads nowhere");
                }
            }
        }
    }
}

#[test]
fn every_asset_a_page_asks_for_exists() {
    check(|it, _| {
        let address = it.get("src").or(it.get("href")).or(it.get("data-src"))?;
        let packed = address.starts_with("/assets/") || address.starts_with("/arts/");
        (packed && assets::find(address).is_none()).then(|| format!("{address} is not there"))
    });
}

#[test]
fn every_page_says_where_it_is() {
    for (path, page) in design::pages() {
        let page = page.into_string();
        let elements = read(&page).unwrap();
        let count = |name: &str| {
            let found = elements.iter().filter(|it| it.name == name);
            found.filter(|it| !it.is_in("template")).count()
        };
        assert_eq!(count("main"), 1, "{path}");
        assert_eq!(count("h1"), 1, "{path}");
        assert_eq!(count("title"), 1, "{path}");
    }
}

/// A page with something pending reloads itself for those without JavaScript, and no other does.
#[test]
fn only_pages_that_wait_reload_themselves() {
    for (path, page) in design::pages() {
        let page = page.into_string();
        // On the design page and behind a filter nothing moves.
        let waits = page.contains("data-state=\"running\"") && path != "/design";
        let card_of_another = path.starts_with("/g/") && !page.contains("data-awaits");
        if waits && !card_of_another {
            assert!(page.contains("http-equiv=\"refresh\""), "{path}");
        }
        if !page.contains("<nx-elapsed") && !page.contains("data-state=\"unknown\"") {
            assert!(!page.contains("http-equiv=\"refresh\""), "{path}");
        }
    }
}

#[test]
fn samples_are_the_same_every_time() {
    assert_eq!(everything(), everything());
}

/// The reader itself must be able to find fault.
#[test]
fn unsound_markup_is_noticed() {
    assert!(read("<p><b>x</p></b>").is_err());
    assert!(read("<p>x").is_err());
    assert!(read("x</p>").is_err());
    assert!(read("<p class=\"a\" class=\"b\">x</p>").is_err());
    let elements = read("<p><input name=\"q\"></p>").unwrap();
    assert!(
        elements
            .iter()
            .any(|it| it.name == "input" && !is_labelled(it, &elements))
    );
}
