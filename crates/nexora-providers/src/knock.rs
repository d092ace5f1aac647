//! Whether somebody answers at an address of our own: for whoever checks a configuration.

use nexora_core::Timestamp;
use url::Url;

use crate::remote::RemoteError;
use crate::wire::{Office, Wire};

/// The studio, asked from outside as its visitors ask it.
const STUDIO: Office = Office {
    name: "the studio itself",
    headers: &[],
    seconds_max: 10,
};

/// Asks for an address, and says what time it is there, to the second.
pub async fn knock(wire: &Wire, url: Url) -> Result<Option<Timestamp>, RemoteError> {
    let reply = wire.desk(STUDIO, None).get("knock", url).await?;
    Ok(reply.date())
}
