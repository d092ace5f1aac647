//! A reader of the markup our pages are made of: strict where a browser is forgiving.

/// One element.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// Names of the elements around it, the outermost first.
    pub(crate) around: Vec<String>,
    /// Places in the list of the elements around it.
    parents: Vec<usize>,
    /// All the text inside it.
    pub(crate) text: String,
}

/// Elements that have no end tag.
const VOID: [&str; 8] = ["br", "hr", "img", "input", "link", "meta", "source", "wbr"];

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn is_in(&self, name: &str) -> bool {
        self.around.iter().any(|outer| outer == name)
    }
}

/// Every element of a page in order, or the first place where the tags do not fit together.
pub(crate) fn read(page: &str) -> Result<Vec<Element>, String> {
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").unwrap_or(page);
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        for place in &open {
            elements[*place].text.push_str(text);
        }
        let end = tag.find('>').ok_or("a tag without an end")?;
        let inside = &tag[1..end];
        rest = &tag[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            let last = open.pop().ok_or(format!("</{name}> closes nothing"))?;
            let opened = &elements[last].name;
            if opened != name {
                return Err(format!("</{name}> closes <{opened}>"));
            }
        } else {
            let element = start_tag(inside, &elements, &open)?;
            if !VOID.contains(&element.name.as_str()) {
                open.push(elements.len());
            }
            elements.push(element);
        }
    }
    match open.last() {
        Some(place) => Err(format!("<{}> stays open", elements[*place].name)),
        None => Ok(elements),
    }
}

fn start_tag(inside: &str, elements: &[Element], open: &[usize]) -> Result<Element, String> {
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes: Vec<(String, String)> = Vec::new();
    while !rest.trim().is_empty() {
        let text = rest.trim_start();
        let key_end = text.find(['=', ' ']).unwrap_or(text.len());
        let key = &text[..key_end];
        let (value, after) = match text[key_end..].strip_prefix("=\"") {
            Some(quoted) => quoted
                .split_once('"')
                .ok_or(format!("{key} is not closed"))?,
            None => ("", &text[key_end..]),
        };
        if attributes.iter().any(|(known, _)| known == key) {
            return Err(format!("<{name}> has {key} twice"));
        }
        attributes.push((key.to_owned(), value.to_owned()));
        rest = after;
    }
    Ok(Element {
        name: name.to_owned(),
        attributes,
        around: open.iter().map(|at| elements[*at].name.clone()).collect(),
        parents: open.to_vec(),
        text: String::new(),
    })
}

/// Whether a control says what it is: by a label around it, a label for it, or `aria-label`.
pub(crate) fn is_labelled(element: &Element, all: &[Element]) -> bool {
    let labelled_around = element
        .parents
        .iter()
        .any(|at| all[*at].name == "label" && !all[*at].text.trim().is_empty());
    let labelled_by = |id: &str| {
        all.iter()
            .any(|label| label.name == "label" && label.get("for") == Some(id))
    };
    labelled_around
        || element.has("aria-label")
        || element.has("aria-labelledby")
        || element.get("id").is_some_and(labelled_by)
}
