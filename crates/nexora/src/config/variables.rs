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
    open("NEXORA_RUNNING_MAX"),
    open("NEXORA_UNKNOWN_SECONDS"),
    open("NEXORA_IDENTITY"),
    open("NEXORA_SANDBOX_URL"),
    open("NEXORA_SANDBOX_PACE"),
    secret("FAL_KEY"),
    open("FAL_QUEUE_URL"),
    open("FAL_REST_URL"),
    open("FAL_CATALOGUE_URL"),
    secret("REPLICATE_API_TOKEN"),
    open("REPLICATE_BASE_URL"),
    secret("OPENAI_API_KEY"),
    open("OPENAI_BASE_URL"),
    secret("RUNWAYML_API_SECRET"),
    open("RUNWAYML_BASE_URL"),
    secret("HIGGSFIELD_API_KEY"),
    open("HIGGSFIELD_BASE_URL"),
    open("HIGGSFIELD_MOTIONS"),
    secret("HIGGSFIELD_WEBHOOK_SECRET"),
    open("CLERK_PUBLISHABLE_KEY"),
    secret("CLERK_SECRET_KEY"),
    open("CLERK_JWT_KEY"),
    secret("CLERK_WEBHOOK_SIGNING_SECRET"),
    open("CLERK_API_URL"),
    open("CLERK_FRONTEND_API_URL"),
    secret("LEMON_SQUEEZY_API_KEY"),
    open("LEMON_SQUEEZY_STORE_ID"),
    secret("LEMON_SQUEEZY_WEBHOOK_SECRET"),
    open("LEMON_SQUEEZY_GROWTH_VARIANT_ID"),
    open("LEMON_SQUEEZY_PRO_VARIANT_ID"),
    open("LEMON_SQUEEZY_TOPUPS"),
    open("LEMON_SQUEEZY_TEST_MODE"),
    open("LEMON_SQUEEZY_STORE_URL"),
    open("LEMON_SQUEEZY_BASE_URL"),
];
