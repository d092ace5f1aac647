//! What is sold, and through which store of Lemon Squeezy's.

use anyhow::{Context, bail};
use nexora_core::billing::{InvalidOffers, Offers, PlanOffer, TopUp};
use nexora_core::{Credits, Plan};
use nexora_providers::LemonConfig;
use nexora_providers::signature::SharedSecret;
use secrecy::SecretString;
use url::Url;

use super::{Source, choice, url};

/// Where Lemon Squeezy's API is.
const BASE_URL: &str = "https://api.lemonsqueezy.com/v1";
/// The checkouts of every store that has no domain of its own.
const STORES: &str = "https://*.lemonsqueezy.com";
/// Lemon Squeezy signs with secrets of at most so many characters.
const SECRET_CHARS_MAX: usize = 40;
/// Without each of these nothing can be sold.
const NEEDED: [&str; 5] = [
    "LEMON_SQUEEZY_API_KEY",
    "LEMON_SQUEEZY_STORE_ID",
    "LEMON_SQUEEZY_WEBHOOK_SECRET",
    "LEMON_SQUEEZY_GROWTH_VARIANT_ID",
    "LEMON_SQUEEZY_PRO_VARIANT_ID",
];
/// What means nothing without those.
const EXTRAS: [&str; 4] = [
    "LEMON_SQUEEZY_TOPUPS",
    "LEMON_SQUEEZY_TEST_MODE",
    "LEMON_SQUEEZY_STORE_URL",
    "LEMON_SQUEEZY_BASE_URL",
];

/// A store of Lemon Squeezy's, and what we sell in it.
#[derive(Clone, Debug)]
pub(crate) struct SellingSetting {
    pub(crate) lemon: LemonConfig,
    pub(crate) offers: Offers,
    /// Where checkouts are, as a Content-Security-Policy writes it.
    pub(crate) checkouts_at: Vec<String>,
}

/// What we sell; `None` if no store is named. A store named halfway is an error.
pub(super) fn setting(source: &Source) -> anyhow::Result<Option<SellingSetting>> {
    let is_set = |name: &&str| source.get(name).is_some();
    let Some(named) = NEEDED.iter().chain(&EXTRAS).find(|name| is_set(name)) else {
        return Ok(None);
    };
    let missing: Vec<&str> = NEEDED.into_iter().filter(|name| !is_set(name)).collect();
    if !missing.is_empty() {
        bail!(
            "{named} is set, but to sell also needs {}",
            missing.join(", ")
        );
    }
    let [key, store_id, secret, growth, pro] = NEEDED.map(|name| source.get(name));
    let test_mode = choice(source, "LEMON_SQUEEZY_TEST_MODE", &["false", "true"])? == 1;
    let lemon = LemonConfig {
        key: SecretString::from(key.unwrap_or_default()),
        base_url: base_url(source)?,
        store_id: number("LEMON_SQUEEZY_STORE_ID", store_id)?,
        signing_secret: signing_secret(secret.unwrap_or_default())?,
        test_mode,
    };
    let plans = vec![
        PlanOffer {
            plan: Plan::Growth,
            variant_id: number("LEMON_SQUEEZY_GROWTH_VARIANT_ID", growth)?,
        },
        PlanOffer {
            plan: Plan::Pro,
            variant_id: number("LEMON_SQUEEZY_PRO_VARIANT_ID", pro)?,
        },
    ];
    let topups = topups(source.get("LEMON_SQUEEZY_TOPUPS").unwrap_or_default())?;
    let offers = Offers::new(lemon.store_id.clone(), test_mode, plans, topups);
    Ok(Some(SellingSetting {
        checkouts_at: checkouts_at(source, &lemon)?,
        lemon,
        offers: offers.map_err(|wrong| anyhow::anyhow!("{}: {wrong}", variable_of(&wrong)))?,
    }))
}

/// Ids at Lemon Squeezy are numbers; anything else was copied from the wrong place.
fn number(name: &str, text: Option<&str>) -> anyhow::Result<String> {
    let text = text.unwrap_or_default();
    if text.parse::<u64>().is_err() {
        bail!("{name} is {text:?}; Lemon Squeezy's ids are numbers, for example 123456");
    }
    Ok(text.to_owned())
}

fn signing_secret(text: &str) -> anyhow::Result<SecretString> {
    let secret = SecretString::from(text);
    // The text is a secret: it is not repeated.
    if SharedSecret::parse(&secret).is_err() || text.chars().count() > SECRET_CHARS_MAX {
        bail!("LEMON_SQUEEZY_WEBHOOK_SECRET must have 6 to {SECRET_CHARS_MAX} characters");
    }
    Ok(secret)
}

fn base_url(source: &Source) -> anyhow::Result<Url> {
    match url(source, "LEMON_SQUEEZY_BASE_URL")? {
        Some(url) => Ok(url),
        None => Url::parse(BASE_URL).context("LEMON_SQUEEZY_BASE_URL"),
    }
}

/// Checkouts are at the store's address; one that plays the store has them on its own.
fn checkouts_at(source: &Source, lemon: &LemonConfig) -> anyhow::Result<Vec<String>> {
    let mut origins = vec![STORES.to_owned()];
    if let Some(store) = url(source, "LEMON_SQUEEZY_STORE_URL")? {
        origins.push(store.origin().ascii_serialization());
    }
    if source.get("LEMON_SQUEEZY_BASE_URL").is_some() {
        origins.push(lemon.base_url.origin().ascii_serialization());
    }
    Ok(origins)
}

/// `100 for 15.00 = 424242, 500 for 60.00 = 424243`: credits, dollars, variant.
fn topups(text: &str) -> anyhow::Result<Vec<TopUp>> {
    let parts = text.split(',').map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    let read = |part: &str| {
        topup(part).with_context(|| {
            format!(
                "LEMON_SQUEEZY_TOPUPS: {part:?} is not of the form CREDITS for DOLLARS = VARIANT, \
                 for example 100 for 15.00 = 123456"
            )
        })
    };
    parts.map(read).collect()
}

fn topup(part: &str) -> Option<TopUp> {
    let (bought, variant_id) = part.split_once('=')?;
    let (credits, dollars) = bought.split_once(" for ")?;
    let credits: u32 = credits.trim().parse().ok()?;
    let variant_id = variant_id.trim();
    variant_id.parse::<u64>().ok()?;
    Some(TopUp {
        slug: format!("pack-{credits}"),
        credits: Credits::new(i64::from(credits)),
        price_cents: cents(dollars.trim())?,
        variant_id: variant_id.to_owned(),
    })
}

/// `15` or `15.00`, never a float.
fn cents(dollars: &str) -> Option<u32> {
    let (whole, part) = dollars.split_once('.').unwrap_or((dollars, "00"));
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if part.len() != 2 || !is_plain(whole) || !is_plain(part) {
        return None;
    }
    let (whole, part): (u32, u32) = (whole.parse().ok()?, part.parse().ok()?);
    whole.checked_mul(100)?.checked_add(part)
}

const fn variable_of(wrong: &InvalidOffers) -> &'static str {
    match wrong {
        InvalidOffers::EmptyPack(_) => "LEMON_SQUEEZY_TOPUPS",
        InvalidOffers::FreePlan | InvalidOffers::Ambiguous(_) => {
            "LEMON_SQUEEZY_GROWTH_VARIANT_ID, LEMON_SQUEEZY_PRO_VARIANT_ID, LEMON_SQUEEZY_TOPUPS"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: [(&str, &str); 5] = [
        (NEEDED[0], "key"),
        (NEEDED[1], "1"),
        (NEEDED[2], "a-good-secret"),
        (NEEDED[3], "11"),
        (NEEDED[4], "12"),
    ];

    fn with(more: &[(&str, &str)]) -> anyhow::Result<Option<SellingSetting>> {
        let pairs: Vec<(&str, &str)> = STORE.iter().chain(more).copied().collect();
        setting(&Source::of(&pairs))
    }

    fn complaint(more: &[(&str, &str)]) -> String {
        format!("{:#}", with(more).unwrap_err())
    }

    #[test]
    fn a_store_is_named_whole_or_not_at_all() {
        assert!(setting(&Source::of(&[])).unwrap().is_none());
        for left_out in NEEDED {
            let rest: Vec<(&str, &str)> = STORE
                .into_iter()
                .filter(|(name, _)| *name != left_out)
                .collect();
            let said = format!("{:#}", setting(&Source::of(&rest)).unwrap_err());
            assert!(said.ends_with(left_out), "{said}");
        }
        let said = setting(&Source::of(&[(EXTRAS[0], "100 for 15 = 21")])).unwrap_err();
        assert!(said.to_string().contains(NEEDED[0]), "{said}");
    }

    #[test]
    fn packs_are_read_from_a_sentence() {
        let sold = with(&[(EXTRAS[0], "100 for 15.00 = 21, 500 for 60 = 22,")]).unwrap();
        let offers = sold.unwrap().offers;
        let packs: Vec<_> = offers
            .topups()
            .iter()
            .map(|pack| (pack.slug.as_str(), pack.credits.amount(), pack.price_cents))
            .collect();
        assert_eq!(packs, [("pack-100", 100, 1_500), ("pack-500", 500, 6_000)]);
        for bad in [
            "100",
            "100 for 15",
            "100 for 15.5 = 21",
            "-1 for 15 = 21",
            "100 for 15 = x",
            "100 for 15 = 21 500 for 60 = 22",
            "100 for 99999999999 = 21",
        ] {
            assert!(complaint(&[(EXTRAS[0], bad)]).contains("123456"), "{bad}");
        }
        let twice = complaint(&[(EXTRAS[0], "100 for 15 = 11")]);
        assert!(twice.contains("LEMON_SQUEEZY_TOPUPS"), "{twice}");
        let nothing = complaint(&[(EXTRAS[0], "0 for 15 = 21")]);
        assert!(nothing.contains("no credits"), "{nothing}");
    }

    #[test]
    fn what_is_wrong_is_named_and_secrets_are_not_repeated() {
        let secret = complaint(&[(NEEDED[2], "short")]);
        assert!(secret.contains(NEEDED[2]) && !secret.contains("short"));
        let long = "x".repeat(41);
        assert!(complaint(&[(NEEDED[2], &long)]).contains(NEEDED[2]));
        assert!(complaint(&[(NEEDED[1], "my-store")]).contains(NEEDED[1]));
        assert!(complaint(&[(NEEDED[3], "pro")]).contains(NEEDED[3]));
        assert!(complaint(&[(EXTRAS[1], "yes")]).contains(EXTRAS[1]));
    }

    #[test]
    fn forms_lead_to_the_stores_own_address_too() {
        let at = |more: &[(&str, &str)]| with(more).unwrap().unwrap().checkouts_at;
        assert_eq!(at(&[]), [STORES]);
        let own = at(&[(EXTRAS[2], "https://pay.example.com/buy")]);
        assert_eq!(own, [STORES, "https://pay.example.com"]);
    }
}
