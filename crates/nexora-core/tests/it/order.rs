//! No text that a stranger can send breaks the reading of an order.

use nexora_core::order::FIELDS;
use nexora_core::{Catalog, Order, Slot, Timestamp, UploadId};
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_text_is_an_order_or_a_reason(texts in prop::collection::vec((0..FIELDS.len(), "\\PC{0,40}"), 0..10)) {
        let catalog = Catalog::built_in().unwrap();
        let pairs = texts.iter().map(|(field, text)| (FIELDS[*field], text.as_str()));
        match Order::parse(None, pairs, &catalog) {
            Ok(order) => prop_assert!(order.quote(&catalog).is_some()),
            Err(reasons) => prop_assert!(!reasons.is_empty()),
        }
    }

    /// A picture is accepted where the catalog says that one is taken, and refused elsewhere.
    #[test]
    fn pictures_go_where_the_catalog_says(model in 0..32_usize, slot in 0..3_usize, count in 1..18_u32) {
        let catalog = Catalog::built_in().unwrap();
        let model = &catalog.models()[model % catalog.models().len()];
        let slot = Slot::ALL[slot];
        let picture = UploadId::new(Timestamp::from_ms(1)).to_string();
        let pictures = vec![picture.as_str(); usize::try_from(count).unwrap()].join(" ");
        let mut pairs = vec![("model", model.id.as_str()), ("prompt", "a lake"), (slot.field(), &pictures)];
        if slot == Slot::LastFrame {
            pairs.push((Slot::FirstFrame.field(), &picture));
        }
        let needs_first = slot == Slot::Reference
            && model.params.frames.as_ref().is_some_and(|frames| frames.required);
        let fits = count <= model.params.pictures_max(slot) && !needs_first;
        prop_assert_eq!(Order::parse(None, pairs, &catalog).is_ok(), fits);
    }

    /// Everything the catalog lists for a model is accepted, alone and together.
    #[test]
    fn what_the_catalog_lists_is_accepted(model in 0..8_usize, a in 0..20_usize, b in 0..20_usize, c in 0..20_usize, count in 1..5_u32) {
        let catalog = Catalog::built_in().unwrap();
        let model = &catalog.models()[model];
        let params = &model.params;
        let ratio = params.aspect_ratios[a % params.aspect_ratios.len()].to_string();
        let resolution = params.resolutions.get(b % params.resolutions.len().max(1)).cloned().unwrap_or_default();
        let seconds = params.seconds.get(c % params.seconds.len().max(1)).map(u32::to_string).unwrap_or_default();
        let count = count.min(params.count_max).to_string();
        let pairs = [
            ("model", model.id.as_str()), ("prompt", "a lake"), ("aspect_ratio", &ratio),
            ("resolution", &resolution), ("duration", &seconds), ("count", &count),
        ];
        let order = Order::parse(Some(model.kind), pairs, &catalog).unwrap();
        prop_assert!(order.quote(&catalog).unwrap().credits.amount() > 0);
        let again: Order = serde_json::from_str(&serde_json::to_string(&order).unwrap()).unwrap();
        prop_assert_eq!(again, order);
    }
}
