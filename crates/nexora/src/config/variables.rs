//! Every variable the studio reads, and what it means.

/// One variable.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) is_secret: bool,
}

const fn open(name: &'static str) -> Variable {
    Variable {
        name,
        is_secret: false,
    }
}

const fn secret(name: &'static str) -> Variable {
    Variable {
        name,
        is_secret: true,
    }
}

/// All of them. `.env.example` explains each.
pub(crate) const VARIABLES: &[Variable] = &[
    open("HOST"),
    open("PORT"),
    open("PUBLIC_URL"),
    secret("DATABASE_URL"),
    secret("MEDIA_URL"),
    open("NEXORA_CONFIG"),
    open("NEXORA_ENV"),
    open("NEXORA_DATA"),
    open("NEXORA_CATALOG"),
    open("NEXORA_LOG"),
    open("NEXORA_DURABILITY"),
    open("NEXORA_DATABASE_CONNECTIONS"),
    open("NEXORA_TRUSTED_PROXIES"),
    open("NEXORA_SIGN_UPS_PER_HOUR"),
    open("NEXORA_REQUESTS_PER_MINUTE"),
    open("NEXORA_WAITING_MAX"),
    open("NEXORA_UNKNOWN_SECONDS"),
    open("NEXORA_SANDBOX_URL"),
    open("NEXORA_SANDBOX_PACE"),
    secret("FAL_KEY"),
    open("FAL_QUEUE_URL"),
    secret("REPLICATE_API_TOKEN"),
    open("REPLICATE_BASE_URL"),
    secret("OPENAI_API_KEY"),
    open("OPENAI_BASE_URL"),
];
